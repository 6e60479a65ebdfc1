// SPDX-License-Identifier: MIT

package search

import (
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// step runs the next instruction of the goroutine, unless it takes two: those are
// in channel.go. Where the outcome is not done, the state has not changed.
func (r *run) step() outcome {
	r.work++
	f := r.frame()
	if f.leaving {
		return r.runDefers()
	}
	in := &r.prog.Funcs[f.fn].Code[f.pc]
	switch in.Op {
	case model.Jump:
		r.own().pc = int32(in.Then)
		return done
	case model.Branch:
		return r.branch(in)
	case model.Call, model.Invoke:
		return r.call(in)
	case model.Return:
		return r.leave(r.evalAll(in.Args))
	case model.RunDefers:
		if len(f.defers) > 0 {
			return r.runDefers()
		}
	case model.Goexit:
		r.own().leaving = true
		return done
	case model.Exit:
		return ends
	case model.Lost:
		return lost
	default:
		if out := r.operate(in); out != done {
			return out
		}
	}
	r.own().pc++
	return done
}

// operate runs an instruction after which the next one follows.
func (r *run) operate(in *model.Instr) outcome {
	switch in.Op {
	case model.Nop, model.Idle:
	case model.Again:
		r.forget()
	case model.Move:
		r.set(in, 0, r.eval(in.Args[0]))
	case model.Fresh:
		for i := range in.Dst {
			v := r.s.fresh()
			if in.N == 1 {
				v.Kind = model.Set
			}
			r.set(in, i, v)
		}
	case model.Bin:
		return r.binary(in)
	case model.Not:
		return r.not(in)
	case model.Len, model.Cap:
		return r.length(in)
	case model.Go, model.GoInvoke:
		return r.spawn(in)
	case model.Defer, model.DeferInvoke:
		return r.postpone(in)
	case model.Escape:
		r.open(r.evalAll(in.Args)...)
	case model.New, model.Closure, model.Addr, model.Index, model.Load, model.Store, model.Copy, model.Put, model.Make, model.Slice, model.Append:
		return r.remember(in)
	case model.Box, model.Unbox, model.MakeMap, model.Lookup, model.Update, model.Delete, model.Keys, model.Next:
		return r.hold(in)
	case model.MakeChan, model.Close, model.MakeContext, model.Cancel, model.Done:
		return r.make(in)
	default:
		return r.synchronise(in)
	}
	return done
}

func (r *run) jump(to int) outcome {
	f := r.own()
	back := to <= int(f.pc)
	f.pc = int32(to)
	if back {
		r.forget()
	}
	return done
}

func (r *run) branch(in *model.Instr) outcome {
	switch v := r.resolve(r.eval(in.Args[0])); v.Kind {
	case model.Int:
		if v.A != 0 {
			return r.jump(in.Then)
		}
		return r.jump(in.Else)
	case model.Sym:
		switch in.N {
		case 1:
			return r.jump(in.Then)
		case 2:
			return r.jump(in.Else)
		}
		return r.choose(v.A, model.Bool(true), model.Bool(false))
	}
	return lost
}

// call runs a function of the program. What is called without being known may do
// anything with its arguments, and returns.
func (r *run) call(in *model.Instr) outcome {
	fn, args, out := r.callee(in)
	switch {
	case out != done:
		return out
	case fn.Kind == model.Fn:
		return r.push(fn, args)
	}
	r.open(args...)
	for i := range in.Dst {
		r.set(in, i, r.s.fresh())
	}
	r.own().pc++
	return done
}

// callee returns the function that an instruction calls, see function, and the
// arguments.
func (r *run) callee(in *model.Instr) (fn model.Value, args []model.Value, _ outcome) {
	fn, args = r.function(in), r.evalAll(in.Args)
	switch in.Op {
	case model.Call, model.Go, model.Defer:
		args = args[1:]
	}
	if fn.Kind == model.Nil {
		return fn, nil, ends
	}
	return fn, args, done
}

// function returns the function that an instruction calls: nil, where the call is
// one of a nil, and of another kind than Fn where it is not known.
func (r *run) function(in *model.Instr) model.Value {
	fn := r.eval(in.Args[0])
	switch in.Op {
	case model.Invoke, model.GoInvoke, model.DeferInvoke:
		if m, ok := r.method(fn, in.Name); ok {
			return m
		}
		if fn.Kind != model.Nil {
			return model.Value{}
		}
	}
	return fn
}

func (r *run) spawn(in *model.Instr) outcome {
	fn, args, out := r.callee(in)
	if out != done {
		return out
	}
	if fn.Kind != model.Fn {
		r.open(args...)
		return done
	}
	alive := 0
	for _, p := range r.s.procs {
		if !p.ended() {
			alive++
		}
	}
	if alive >= r.limits.Procs {
		return lost
	}
	r.widen()
	r.s.procs = append(r.s.procs, r.s.arena.procs.new(proc{owner: r.s.number, entry: fn.A, spawn: in.Site}))
	g := len(r.s.procs) - 1
	p := r.s.procs[g]
	p.frames = append(r.s.frames.take(0, 1), r.enter(fn, args))
	r.tidy(r.s, g)
	return done
}

func (r *run) postpone(in *model.Instr) outcome {
	fn, args, out := r.callee(in)
	if out != done {
		return out
	}
	if len(r.frame().defers) >= r.limits.Depth {
		return lost
	}
	f := r.own()
	f.defers = append(slices.Clip(f.defers), deferred{fn, args})
	return done
}

// runDefers starts the deferred call that was made last.
func (r *run) runDefers() outcome {
	p := r.s.proc(r.g)
	f := p.top()
	last := len(f.defers) - 1
	if last < 0 { // of a goroutine that leaves
		p.frames = p.frames[:len(p.frames)-1]
		if len(p.frames) > 0 {
			p.top().leaving = true
		}
		return done
	}
	d := f.defers[last]
	f.defers = f.defers[:last]
	if d.fn.Kind != model.Fn {
		r.open(d.args...)
		return done
	}
	return r.push(d.fn, d.args)
}

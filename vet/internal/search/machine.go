// SPDX-License-Identifier: MIT

package search

import (
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// A machine runs one program.
type machine struct {
	prog   *model.Program
	terms  terms
	limits Limits
	work   int   // see Result.Work
	states int32 // how many have been numbered
	reach  reach // of the state that was asked for last
	arena  arena
	moves  []move // see channelMoves
}

// An outcome is what became of an attempt to run one instruction.
type outcome uint8

const (
	done    outcome = iota
	waits           // not now: somebody else must act first
	chooses         // the step needs the value of a term; see run.choice
	ends            // the process is over, by os.Exit or a crash
	lost            // the model cannot say what happens
)

// A run is the execution of one instruction by one goroutine in a state that may
// be written.
type run struct {
	*machine
	s *state
	g int
	// choice is the term whose value is needed, and options are what it may be.
	choice  int32
	options []model.Value
}

func (m *machine) start() *state {
	f := m.prog.Funcs[0]
	s := m.clone(new(state))
	regs := make([]model.Value, f.Regs)
	for i := range f.Params {
		regs[i] = s.fresh()
	}
	s.procs = append(s.procs, &proc{owner: s.number, frames: []frame{{owner: s.number, regs: regs}}})
	m.tidy(s, 0)
	return s
}

// next returns the instruction that goroutine g is about to run.
func (m *machine) next(s *state, g int) *model.Instr {
	f := s.procs[g].top()
	return &m.prog.Funcs[f.fn].Code[f.pc]
}

// frame returns the goroutine's top frame, to be read.
func (r *run) frame() *frame { return r.s.procs[r.g].top() }

// own returns the same to be written.
func (r *run) own() *frame { return r.s.proc(r.g).top() }

func (r *run) eval(o model.Operand) model.Value {
	if o.Reg < 0 {
		return o.Const
	}
	return r.frame().regs[o.Reg]
}

func (r *run) evalAll(list []model.Operand) []model.Value {
	values := r.s.values.take(len(list), 0)
	for i, o := range list {
		values[i] = r.eval(o)
	}
	return values
}

// set writes result i of the instruction.
func (r *run) set(in *model.Instr, i int, v model.Value) {
	if i < len(in.Dst) && in.Dst[i] >= 0 {
		r.s.registers(r.own())[in.Dst[i]] = v
	}
}

// resolve returns a value with what is known of its term put in.
func (r *run) resolve(v model.Value) model.Value {
	if v.Kind == model.Sym {
		if k, ok := lookup(r.s.known, v.A); ok {
			return k
		}
	}
	return v
}

// choose asks for the value of a term.
func (r *run) choose(t int32, options ...model.Value) outcome {
	if r.terms.at(t).wide || r.prog.Given {
		return lost
	}
	r.choice, r.options = t, options
	return chooses
}

// decide makes a state in which the term has the value, everywhere.
func (m *machine) decide(s *state, t int32, v model.Value) *state {
	c := m.clone(s)
	m.learn(c, t, v)
	return c
}

// learn writes a term's value wherever the term stands.
func (m *machine) learn(s *state, t int32, v model.Value) {
	if v.Kind == model.Set {
		v.A = t
	}
	s.replace(t, v)
	if m.terms.at(t).op != "" { // it may be computed again
		s.known = remember(s.known, t, v)
	}
}

// tidy clears what goroutine g no longer reads, so that states which differ in it
// are one. Only the top frame's registers can have changed or be dead since.
func (m *machine) tidy(s *state, g int) {
	p := s.procs[g]
	if p.ended() {
		return
	}
	f := p.top()
	m.clear(s, g, m.prog.Funcs[f.fn].Live(int(f.pc)), nil)
}

// clear zeroes the registers of goroutine g's top frame that are not live, and those
// that an instruction is about to write.
func (m *machine) clear(s *state, g int, live model.Bits, results []int) {
	f := s.procs[g].top()
	for i := range f.regs {
		if f.regs[i].Kind == model.Zero || !f.leaving && live.Has(i) && !slices.Contains(results, i) {
			continue
		}
		f = s.proc(g).top()
		s.registers(f)[i] = model.Value{}
	}
}

// forget makes what outsiders may have changed unknown again: it is called where a
// goroutine turns back in a loop, so that no loop waits for ever for such a change.
func (r *run) forget() {
	r.s.epoch++
	if len(r.s.memory) > 0 {
		r.s.memory = slices.DeleteFunc(slices.Clone(r.s.memory), func(f fact) bool { return !isLock(f.value) })
	}
	for i, o := range r.s.objects {
		if o != nil && o.open && o.kind == plain {
			r.havoc(int32(i))
		}
	}
}

// havoc makes an open object's plain values unknown.
func (r *run) havoc(o int32) {
	for i, v := range r.s.objects[o].cells {
		if v.Kind == model.Int || v.Kind == model.Nil {
			r.s.object(o).cells[i] = r.s.fresh()
		}
	}
}

func isLock(v model.Value) bool { return v.Kind >= model.Mutex }

// open lets outsiders operate on all that the values lead to. Who holds a context
// can wait for its end, and no more; who holds a function that cancels one can end it.
func (r *run) open(values ...model.Value) {
	for _, v := range values {
		objectsOf(v, func(i int32) {
			o := r.s.objects[i]
			if o.open || o.kind == contextual {
				return
			}
			r.s.object(i).open = true
			cells := slices.Clone(o.cells)
			if o.kind == plain {
				r.havoc(i)
			}
			if v.Kind == model.Fn && r.prog.Funcs[v.A].Cancels() {
				for _, c := range cells {
					r.openContext(c)
				}
			}
			r.open(cells...)
		})
	}
}

// hand opens what is returned, or kept where it is not followed. A lock by itself that
// is held, and that leaves our sight so for the first time, is for others to unlock;
// of one that a call gets, as of one in a structure, that is not to be expected.
func (r *run) hand(values ...model.Value) {
	seen := make(map[int32]bool)
	var visit func(int32)
	visit = func(i int32) {
		o := r.s.objects[i]
		if o.open || o.kind != plain || seen[i] {
			return
		}
		seen[i] = true
		if len(o.cells) == 1 && isLock(o.cells[0]) && o.cells[0].Kind != model.WaitGroup {
			r.s.object(i).cells[0] = model.Value{Kind: o.cells[0].Kind}
		}
		for _, v := range o.cells {
			if v.Kind == model.Ref {
				visit(v.A)
			}
		}
	}
	for _, v := range values {
		if v.Kind == model.Ref {
			visit(v.A)
		}
	}
	r.open(values...)
}

// openContext lets outsiders end a context, and so all below it.
func (r *run) openContext(ctx model.Value) {
	if ctx.Kind != model.Ref || r.s.objects[ctx.A].kind != contextual {
		return
	}
	for i := range r.s.objects {
		if !r.under(model.Value{Kind: model.Ref, A: int32(i)}, ctx) {
			continue
		}
		r.s.object(int32(i)).open = true
		if end := r.s.objects[i].cells[0]; end.Kind == model.Ref {
			r.s.object(end.A).open = true
		}
	}
}

// under reports whether a value is the context or one that ends with it.
func (r *run) under(at, ctx model.Value) bool {
	for at.Kind == model.Ref {
		if o := r.s.objects[at.A]; o == nil || o.kind != contextual {
			break
		}
		if at == ctx {
			return true
		}
		at = r.s.objects[at.A].cells[1]
	}
	return false
}

// objectsOf calls visit with the objects that a value leads to directly.
func objectsOf(v model.Value, visit func(int32)) {
	switch {
	case v.Kind == model.Ref:
		visit(v.A)
	case v.Kind == model.Fn && v.B >= 0:
		visit(v.B)
	}
}

// push starts a function on the goroutine's stack.
func (r *run) push(fn model.Value, args []model.Value) outcome {
	f := r.frame()
	if len(r.s.procs[r.g].frames) >= r.limits.Depth {
		return lost
	}
	// What is below waits for the results: it reads what the next instruction reads.
	code := r.prog.Funcs[f.fn]
	r.clear(r.s, r.g, code.Live(int(f.pc)+1), code.Code[f.pc].Dst)
	p := r.s.proc(r.g)
	p.frames = append(r.s.frames.copy(p.frames, 1), r.enter(fn, args))
	return done
}

func (r *run) enter(fn model.Value, args []model.Value) frame {
	code := r.prog.Funcs[fn.A]
	regs := r.s.values.zeros(code.Regs)
	n := copy(regs[:code.Params-code.Captures], args)
	if fn.B >= 0 {
		copy(regs[n:], r.s.objects[fn.B].cells)
	}
	return frame{fn: fn.A, owner: r.s.number, regs: regs}
}

// leave returns from the top frame.
func (r *run) leave(results []model.Value) outcome {
	p := r.s.proc(r.g)
	p.frames = p.frames[:len(p.frames)-1]
	if len(p.frames) == 0 {
		if r.g == 0 {
			r.hand(results...)
		}
		return done
	}
	f := p.top()
	in := &r.prog.Funcs[f.fn].Code[f.pc]
	if f.leaving || in.Op == model.RunDefers {
		return done // it goes on with the next deferred call
	}
	for i, v := range results {
		r.set(in, i, v)
	}
	f.pc++
	return done
}

// method returns the function behind a call through an interface, and whether the
// program has it.
func (r *run) method(recv model.Value, name string) (model.Value, bool) {
	if recv.Kind != model.Ref {
		return model.Value{}, false
	}
	fn, ok := r.prog.Methods[model.Method{Type: int(r.s.objects[recv.A].typ), Name: name}]
	return model.Value{Kind: model.Fn, A: int32(fn), B: -1}, ok
}

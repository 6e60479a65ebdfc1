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
	work   int // see Result.Work
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
	s := &state{}
	for range m.prog.Globals {
		m.terms.fresh()
	}
	regs := make([]model.Value, f.Regs)
	for i := range f.Params {
		regs[i] = m.terms.fresh()
	}
	s.procs = []proc{{frames: []frame{{regs: regs}}}}
	m.tidy(s, 0)
	return s
}

// next returns the instruction that goroutine g is about to run.
func (m *machine) next(s *state, g int) *model.Instr {
	f := s.procs[g].top()
	return &m.prog.Funcs[f.fn].Code[f.pc]
}

func (r *run) frame() *frame { return r.s.procs[r.g].top() }

func (r *run) eval(o model.Operand) model.Value {
	if o.Reg < 0 {
		return o.Const
	}
	return r.frame().regs[o.Reg]
}

func (r *run) evalAll(list []model.Operand) []model.Value {
	values := make([]model.Value, len(list))
	for i, o := range list {
		values[i] = r.eval(o)
	}
	return values
}

// set writes result i of the instruction.
func (r *run) set(in *model.Instr, i int, v model.Value) {
	if i < len(in.Dst) && in.Dst[i] >= 0 {
		r.frame().regs[in.Dst[i]] = v
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
	if r.terms.isWide(t) || r.prog.Given {
		return lost
	}
	r.choice, r.options = t, options
	return chooses
}

// decide makes a state in which the term has the value, everywhere.
func (m *machine) decide(s *state, t int32, v model.Value) *state {
	c := s.clone()
	m.learn(c, t, v)
	return c
}

// learn writes a term's value wherever the term stands.
func (m *machine) learn(s *state, t int32, v model.Value) {
	if v.Kind == model.Set {
		v.A = t
	}
	s.each(func(x *model.Value) {
		if x.Kind == model.Sym && x.A == t {
			*x = v
		}
	})
	if m.terms.list[t].op != "" { // it may be computed again
		s.known = remember(s.known, t, v)
	}
}

// tidy clears what goroutine g no longer reads, so that states which differ in it
// are one.
func (m *machine) tidy(s *state, g int) {
	for i := range s.procs[g].frames {
		f := &s.procs[g].frames[i]
		code := m.prog.Funcs[f.fn]
		live := code.Live(int(f.pc))
		below := i < len(s.procs[g].frames)-1
		for r := range f.regs {
			if !live.Has(r) && f.regs[r].Kind != model.Zero {
				f.regs[r] = model.Value{}
			}
		}
		if below {
			for _, d := range code.Code[f.pc].Dst {
				if d >= 0 {
					f.regs[d] = model.Value{}
				}
			}
		}
	}
}

// forget makes what outsiders may have changed unknown again: it is called where a
// goroutine turns back in a loop, so that no loop waits for ever for such a change.
func (r *run) forget() {
	r.s.epoch++
	r.s.memory = slices.DeleteFunc(r.s.memory, func(f fact) bool { return !isLock(f.value) })
	for i := range r.s.objects {
		if o := &r.s.objects[i]; o.open && o.kind == plain {
			r.havoc(o)
		}
	}
}

// havoc makes an open object's plain values unknown.
func (r *run) havoc(o *object) {
	for i := range o.cells {
		if k := o.cells[i].Kind; k == model.Int || k == model.Nil {
			o.cells[i] = r.terms.fresh()
		}
	}
}

func isLock(v model.Value) bool { return v.Kind >= model.Mutex }

// open lets outsiders operate on all that the values lead to. Who holds a context
// can wait for its end, and no more; who holds a function that cancels one can end it.
func (r *run) open(values ...model.Value) {
	for _, v := range values {
		objectsOf(v, func(i int32) {
			o := &r.s.objects[i]
			if o.open || o.kind == contextual {
				return
			}
			o.open = true
			cells := slices.Clone(o.cells)
			if o.kind == plain {
				r.havoc(o)
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

// openContext lets outsiders end a context, and so all below it.
func (r *run) openContext(ctx model.Value) {
	if ctx.Kind != model.Ref || r.s.objects[ctx.A].kind != contextual {
		return
	}
	for i := range r.s.objects {
		if below := (model.Value{Kind: model.Ref, A: int32(i)}); r.under(below, ctx) {
			o := &r.s.objects[i]
			o.open = true
			if end := o.cells[0]; end.Kind == model.Ref {
				r.s.objects[end.A].open = true
			}
		}
	}
}

// under reports whether a value is the context or one that ends with it.
func (r *run) under(at, ctx model.Value) bool {
	for at.Kind == model.Ref && r.s.objects[at.A].kind == contextual {
		if at == ctx {
			return true
		}
		at = r.s.objects[at.A].cells[1]
	}
	return false
}

// push starts a function on the goroutine's stack.
func (r *run) push(fn model.Value, args []model.Value) outcome {
	p := &r.s.procs[r.g]
	if len(p.frames) >= r.limits.Depth {
		return lost
	}
	p.frames = append(p.frames, r.enter(fn, args))
	return done
}

func (r *run) enter(fn model.Value, args []model.Value) frame {
	code := r.prog.Funcs[fn.A]
	regs := make([]model.Value, code.Regs)
	n := copy(regs[:code.Params-code.Captures], args)
	if fn.B >= 0 {
		copy(regs[n:], r.s.objects[fn.B].cells)
	}
	return frame{fn: fn.A, regs: regs}
}

// leave returns from the top frame.
func (r *run) leave(results []model.Value) outcome {
	p := &r.s.procs[r.g]
	p.frames = p.frames[:len(p.frames)-1]
	if len(p.frames) == 0 {
		if r.g == 0 {
			r.open(results...)
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

func (r *run) object(o object) int32 {
	r.s.objects = append(r.s.objects, o)
	return int32(len(r.s.objects) - 1)
}

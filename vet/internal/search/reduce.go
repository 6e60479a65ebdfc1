// SPDX-License-Identifier: MIT

package search

import "github.com/unleak/unleak/vet/internal/model"

// safe reports whether the next instruction of goroutine g, if it can be run at
// all, gives the same whenever others run theirs: so they need not be tried before
// it. This is the partial-order reduction.
func (m *machine) safe(s *state, g int) bool {
	r := run{machine: m, s: s, g: g}
	f := r.frame()
	if f.leaving {
		return false
	}
	in := m.next(s, g)
	switch in.Op {
	case model.Load, model.Copy, model.Lookup, model.Keys, model.Next:
		return r.undisturbed(in, false)
	case model.Store, model.Put, model.Update, model.Delete:
		return r.undisturbed(in, true)
	case model.Escape:
		return !r.leads(in.Args...)
	case model.Call, model.Invoke:
		fn := r.function(in)
		return fn.Kind == model.Fn || fn.Kind == model.Nil || !r.leads(in.Args...)
	case model.Return:
		return len(s.procs[g].frames) > 1 || g != 0 || !r.leads(in.Args...)
	case model.Len, model.Cap, model.Close,
		model.Lock, model.Unlock, model.RLock, model.RUnlock, model.TryLock, model.TryRLock,
		model.Add, model.Wait:
		return r.alone(r.eval(in.Args[0]))
	case model.Send, model.Recv, model.Select:
		return r.outside(in)
	case model.MakeContext:
		return r.lasts(r.resolve(r.eval(in.Args[0])))
	case model.Cancel:
		return r.unseen(r.resolve(r.eval(in.Args[0])))
	case model.Enlist, model.Park, model.Signal, model.Broadcast, model.Idle:
		return false
	}
	return true
}

// leads reports whether any operand is the address of something.
func (r *run) leads(list ...model.Operand) bool {
	for _, o := range list {
		if v := r.eval(o); v.Kind == model.Ref || v.Kind == model.Fn && v.B >= 0 {
			return true
		}
	}
	return false
}

// alone reports whether nobody else can reach what a value points to.
func (r *run) alone(v model.Value) bool {
	v = r.resolve(v)
	return v.Kind == model.Nil || v.Kind == model.Int || v.Kind == model.Ref && r.private(r.s, r.g, v.A)
}

// lasts reports whether nobody else can end a context: they would need it or one
// above it.
func (r *run) lasts(ctx model.Value) bool {
	for ctx.Kind == model.Ref && r.s.objects[ctx.A].kind == contextual {
		if !r.private(r.s, r.g, ctx.A) {
			return false
		}
		ctx = r.s.objects[ctx.A].cells[1]
	}
	return true
}

// unseen reports whether nobody else can see that a context ends, nor one below it.
func (r *run) unseen(ctx model.Value) bool {
	for i, o := range r.s.objects {
		if !r.under(model.Value{Kind: model.Ref, A: int32(i)}, ctx) {
			continue
		}
		if end := o.cells[0]; end.Kind == model.Ref && !r.private(r.s, r.g, end.A) {
			return false
		}
	}
	return true
}

// undisturbed reports whether no other goroutine may touch the memory of a Load or
// Store in a way that matters.
func (r *run) undisturbed(in *model.Instr, writing bool) bool {
	if r.alone(r.eval(in.Args[0])) {
		return true
	}
	if writing && r.leads(in.Args[1:]...) && !r.inside(in) {
		return false // it would open what it stores
	}
	for g, p := range r.s.procs {
		if g == r.g {
			continue
		}
		for i := range p.frames {
			f := &p.frames[i]
			code := r.prog.Funcs[f.fn]
			if meets(code.Writes(int(f.pc)), in.Class) || writing && meets(code.Reads(int(f.pc)), in.Class) {
				return false
			}
		}
	}
	return true
}

// inside reports whether the address is of an object that no outsider can reach.
func (r *run) inside(in *model.Instr) bool {
	at := r.resolve(r.eval(in.Args[0]))
	return at.Kind == model.Ref && !r.s.objects[at.A].open
}

// meets reports whether accesses of the class may meet one of the set.
func meets(set model.Bits, class int) bool {
	if class != 0 {
		return set.Has(class) || set.Has(0)
	}
	for _, w := range set {
		if w != 0 {
			return true
		}
	}
	return false
}

// outside reports whether a channel operation is one of outsiders' channels only,
// and passes nothing on.
func (r *run) outside(in *model.Instr) bool {
	n, _ := ways(in)
	for i := range n {
		c := way(in, i)
		switch ch := r.resolve(r.eval(c.Chan)); {
		case ch.Kind == model.Nil:
		case ch.Kind == model.Ref && !r.s.objects[ch.A].open:
			return false
		case c.Send && r.leads(c.Value):
			return false
		}
	}
	return true
}

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
		return !leads(r.evalAll(in.Args))
	case model.Call, model.Invoke:
		fn, args, out := r.callee(in)
		return out == ends || fn.Kind == model.Fn || !leads(args)
	case model.Return:
		return len(s.procs[g].frames) > 1 || g != 0 || !leads(r.evalAll(in.Args))
	case model.Len, model.Cap, model.Close, model.Cancel,
		model.Lock, model.Unlock, model.RLock, model.RUnlock, model.TryLock, model.TryRLock,
		model.Add, model.Wait:
		return r.alone(r.eval(in.Args[0]))
	case model.Send, model.Recv, model.Select:
		return r.outside(in)
	case model.MakeContext:
		return r.alone(r.eval(in.Args[0]))
	case model.Enlist, model.Park, model.Signal, model.Broadcast:
		return false
	}
	return true
}

// leads reports whether any value is the address of something.
func leads(values []model.Value) bool {
	for _, v := range values {
		if v.Kind == model.Ref || v.Kind == model.Fn && v.B >= 0 {
			return true
		}
	}
	return false
}

// alone reports whether nobody else can reach what a value points to.
func (r *run) alone(v model.Value) bool {
	v = r.resolve(v)
	return v.Kind == model.Nil || v.Kind == model.Int || v.Kind == model.Ref && r.private(r.g, v.A)
}

func (r *run) private(g int, o int32) bool { return r.s.private(g, o) }

// undisturbed reports whether no other goroutine may touch the memory of a Load or
// Store in a way that matters.
func (r *run) undisturbed(in *model.Instr, writing bool) bool {
	if r.alone(r.eval(in.Args[0])) {
		return true
	}
	if writing && leads(r.evalAll(in.Args[1:])) && !r.inside(in) {
		return false // it would open what it stores
	}
	for g := range r.s.procs {
		if g == r.g {
			continue
		}
		for _, f := range r.s.procs[g].frames {
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
	cases, _ := ways(in)
	for _, c := range cases {
		switch ch := r.resolve(r.eval(c.Chan)); {
		case ch.Kind == model.Nil:
		case ch.Kind == model.Ref && !r.s.objects[ch.A].open:
			return false
		case c.Send && leads([]model.Value{r.eval(c.Value)}):
			return false
		}
	}
	return true
}

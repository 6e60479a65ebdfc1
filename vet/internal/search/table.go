// SPDX-License-Identifier: MIT

package search

import (
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// entries is how many a map may have to be followed.
const entries = 8

// hold runs the operations on maps, and on what interfaces hold.
func (r *run) hold(in *model.Instr) outcome {
	switch in.Op {
	case model.Box:
		r.box(in)
	case model.Unbox:
		return r.unbox(in)
	case model.MakeMap:
		r.set(in, 0, model.Value{Kind: model.Ref, A: r.s.add(object{kind: table})})
	case model.Lookup:
		return r.lookup(in)
	case model.Update, model.Delete:
		return r.update(in)
	case model.Keys:
		r.keys(in)
	case model.Next:
		return r.nextEntry(in)
	}
	return done
}

// table returns the map that a value is, where all its entries are known.
func (r *run) table(v model.Value) *object {
	if v.Kind != model.Ref || r.s.objects[v.A].kind != table || r.s.objects[v.A].open {
		return nil
	}
	return r.s.objects[v.A]
}

// entry finds the place of a key's entry in a map, -1 for none. The outcome is not
// done where that needs a choice; lost, where it cannot be told.
func (r *run) entry(o *object, key model.Value) (int, outcome) {
	for i := 0; i < len(o.cells); i += 2 {
		equal, out := r.equal(key, r.resolve(o.cells[i]))
		if out != done {
			return 0, out
		}
		if equal {
			return i, done
		}
	}
	return -1, done
}

// equal compares two values; it may need a choice.
func (r *run) equal(a, b model.Value) (bool, outcome) {
	if v, ok := compute("==", a, b); ok {
		return v.A != 0, done
	}
	for _, pair := range [...][2]model.Value{{a, b}, {b, a}} {
		if x, k := pair[0], pair[1]; x.Kind == model.Sym && k.Kind == model.Int && 0 <= k.A && k.A <= most {
			return false, r.choose(x.A, upTo(most)...)
		}
	}
	if a.Kind == model.Zero || b.Kind == model.Zero {
		return false, lost
	}
	v := r.resolve(r.term(term{op: "==", a: a, b: b}))
	if v.Kind == model.Sym {
		return false, r.choose(v.A, model.Bool(true), model.Bool(false))
	}
	return v.A != 0, done
}

// element returns the term for the place of a key's entry in a map of which nothing
// is known, and whether there is one.
func (r *run) element(m, key model.Value) (int32, bool) {
	if m.Kind != model.Sym && m.Kind != model.Set || key.Kind == model.Zero || key.Kind == model.Ref {
		return 0, false
	}
	return r.term(term{op: "element", a: m, b: key}).A, true
}

func (r *run) lookup(in *model.Instr) outcome {
	m, key := r.resolve(r.eval(in.Args[0])), r.resolve(r.eval(in.Args[1]))
	if m.Kind == model.Nil {
		r.missing(in)
		return done
	}
	o := r.table(m)
	if o == nil {
		r.lookupUnknown(in, m, key)
		return done
	}
	switch at, out := r.entry(o, key); {
	case out == lost:
		r.set(in, 0, r.s.fresh())
		r.set(in, 1, r.s.fresh())
	case out != done:
		return out
	case at < 0:
		r.missing(in)
	default:
		r.set(in, 0, o.cells[at+1])
		r.set(in, 1, model.Bool(true))
	}
	return done
}

// missing gives what a map holds for a key that is not there.
func (r *run) missing(in *model.Instr) {
	switch {
	case in.N == 1:
		r.set(in, 0, model.Value{Kind: model.Ref, A: r.s.add(object{cells: r.s.values.copy(in.Cells, 0)})})
	case len(in.Cells) == 1:
		r.set(in, 0, in.Cells[0])
	default:
		r.set(in, 0, r.s.fresh())
	}
	r.set(in, 1, model.Bool(false))
}

// lookupUnknown looks into a map of which nothing is known: the same key finds the
// same value, until others may have changed it.
func (r *run) lookupUnknown(in *model.Instr, m, key model.Value) {
	at, ok := r.element(m, key)
	if !ok {
		r.set(in, 0, r.s.fresh())
		r.set(in, 1, r.s.fresh())
		return
	}
	if v, ok := lookup(r.s.memory, at); ok {
		r.set(in, 0, v)
		r.set(in, 1, model.Bool(true))
		return
	}
	place := model.Value{Kind: model.Sym, A: at}
	r.set(in, 0, r.resolve(r.term(term{op: load, a: place, n: r.s.epoch})))
	has := r.term(term{op: "has", a: place})
	r.set(in, 1, r.resolve(r.term(term{op: load, a: has, n: r.s.epoch})))
}

// update runs what changes a map. A map with a key that cannot be told from others
// is followed no further.
func (r *run) update(in *model.Instr) outcome {
	m, key := r.resolve(r.eval(in.Args[0])), r.resolve(r.eval(in.Args[1]))
	if m.Kind == model.Nil {
		if in.Op == model.Delete {
			return done
		}
		return ends // assignment to entry in nil map
	}
	o := r.table(m)
	if o == nil {
		return r.updateUnknown(in, m, key)
	}
	r.widen()
	at, out := r.entry(o, key)
	switch {
	case out == lost, len(o.cells) >= 2*entries:
		r.open(append(r.evalAll(in.Args[1:]), m)...)
	case out != done:
		return out
	case in.Op == model.Delete && at >= 0:
		o = r.s.object(m.A)
		o.cells = slices.Delete(o.cells, at, at+2)
	case in.Op == model.Delete:
	case at >= 0:
		r.s.object(m.A).cells[at+1] = r.eval(in.Args[2])
	default:
		o = r.s.object(m.A)
		o.cells = append(o.cells, key, r.eval(in.Args[2]))
	}
	return done
}

func (r *run) updateUnknown(in *model.Instr, m, key model.Value) outcome {
	at, ok := r.element(m, key)
	if in.Op == model.Delete {
		if ok {
			r.s.memory = slices.DeleteFunc(slices.Clone(r.s.memory), func(f fact) bool { return f.term == at })
			r.s.epoch++
		}
		return done
	}
	v := r.eval(in.Args[2])
	r.open(r.eval(in.Args[1]), v)
	if ok {
		r.s.memory = remember(r.s.memory, at, v)
	}
	return done
}

func (r *run) keys(in *model.Instr) {
	o := r.table(r.resolve(r.eval(in.Args[0])))
	if o == nil {
		r.set(in, 0, model.Value{})
		return
	}
	var list []model.Value
	for i := 0; i < len(o.cells); i += 2 {
		list = append(list, o.cells[i])
	}
	r.set(in, 0, model.Value{Kind: model.Ref, A: r.s.add(object{cells: list})})
}

// nextEntry takes one step of a loop over a map. It sees no entry that has been
// added since the loop began: the language leaves that open.
func (r *run) nextEntry(in *model.Instr) outcome {
	o, keys, at := r.table(r.resolve(r.eval(in.Args[0]))), r.resolve(r.eval(in.Args[1])), r.eval(in.Args[2])
	if o == nil || keys.Kind != model.Ref {
		more := model.Instr{Op: model.Bin, Name: "<", Dst: in.Dst[:1], Args: in.Args[2:4]}
		if out := r.binary(&more); out != done {
			return out
		}
		r.set(in, 1, r.s.fresh())
		r.set(in, 2, r.s.fresh())
		r.set(in, 3, model.Number(int(at.A)+1))
		return done
	}
	list := r.s.objects[keys.A].cells
	for i := int(at.A); i < len(list); i++ {
		place, out := r.entry(o, r.resolve(list[i]))
		switch {
		case out != done:
			return out
		case place >= 0:
			r.set(in, 0, model.Bool(true))
			r.set(in, 1, list[i])
			r.set(in, 2, o.cells[place+1])
			r.set(in, 3, model.Number(i+1))
			return done
		}
	}
	r.set(in, 0, model.Bool(false))
	r.set(in, 1, model.Value{})
	r.set(in, 2, model.Value{})
	r.set(in, 3, model.Number(len(list)))
	return done
}

// box puts a value into an interface, with the type that calls find methods by.
func (r *run) box(in *model.Instr) {
	v := r.resolve(r.eval(in.Args[0]))
	o := object{typ: int32(in.Tag)}
	switch {
	case in.N == 1:
		o.cells = []model.Value{v}
	case v.Kind == model.Ref:
		o.cells, o.open = r.s.values.copy(r.s.objects[v.A].cells, 0), r.s.objects[v.A].open
	default: // a structure of which nothing is known
		r.set(in, 0, v)
		return
	}
	r.set(in, 0, model.Value{Kind: model.Ref, A: r.s.add(o)})
}

// unbox asks an interface for a value of a type. Without a place for the answer, a
// wrong type is a crash.
func (r *run) unbox(in *model.Instr) outcome {
	v := r.resolve(r.eval(in.Args[0]))
	typ := int32(0)
	if v.Kind == model.Ref && v.B == 0 && r.s.objects[v.A].kind == plain {
		typ = r.s.objects[v.A].typ
	}
	known := typ != 0 && in.Tag != 0
	switch {
	case v.Kind == model.Nil, known && typ != int32(in.Tag):
		if len(in.Dst) < 2 {
			return ends
		}
		r.set(in, 0, r.s.fresh())
		r.set(in, 1, model.Bool(false))
		return done
	case known:
		r.set(in, 1, model.Bool(true))
		if in.N == 1 {
			v = r.s.objects[v.A].cells[0]
		}
	default:
		r.set(in, 1, r.s.fresh())
	}
	r.set(in, 0, v)
	return done
}

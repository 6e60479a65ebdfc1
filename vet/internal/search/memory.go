// SPDX-License-Identifier: MIT

package search

import (
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// remember runs the operations on memory.
func (r *run) remember(in *model.Instr) outcome {
	switch in.Op {
	case model.New:
		o := r.s.add(object{typ: int32(in.N), cells: r.s.values.copy(in.Cells, 0)})
		r.set(in, 0, model.Value{Kind: model.Ref, A: o})
	case model.Closure:
		v := model.Value{Kind: model.Fn, A: int32(in.N), B: -1}
		if len(in.Args) > 0 {
			v.B = r.s.add(object{kind: captured, cells: r.evalAll(in.Args)})
		}
		r.set(in, 0, v)
	case model.Addr:
		return r.addr(in, model.Number(in.N))
	case model.Index:
		i := r.resolve(r.eval(in.Args[1]))
		if i.Kind == model.Int {
			i.A *= int32(in.N)
		}
		return r.addr(in, i)
	case model.Load:
		return r.load(in)
	case model.Store:
		return r.store(in)
	case model.Copy:
		return r.copyOut(in)
	case model.Put:
		return r.put(in)
	case model.Make:
		n := r.resolve(r.eval(in.Args[0]))
		if n.Kind != model.Int || n.A < 0 || int(n.A)*len(in.Cells) > high {
			r.set(in, 0, r.term(term{op: "slice", a: n, b: r.s.fresh()}))
			break
		}
		var cells []model.Value
		for range n.A {
			cells = append(cells, in.Cells...)
		}
		r.set(in, 0, model.Value{Kind: model.Ref, A: r.s.add(object{cells: cells})})
	case model.Slice:
		r.set(in, 0, r.eval(in.Args[0]))
	case model.Append:
		return r.appendTo(in)
	}
	return done
}

// addr sets the address of the cell so far behind the first operand.
func (r *run) addr(in *model.Instr, offset model.Value) outcome {
	v := r.resolve(r.eval(in.Args[0]))
	switch {
	case v.Kind == model.Nil:
		return ends
	case v.Kind == model.Ref && offset.Kind == model.Int:
		if at := int(v.B + offset.A); at < 0 || at >= len(r.s.objects[v.A].cells) {
			return ends // an index out of range
		}
		v.B += offset.A
	case v.Kind == model.Ref:
		// One of the cells: what is stored there can no longer be followed.
		v = r.term(term{op: "cell", a: r.s.fresh(), b: offset})
	default:
		if v.Kind == model.Sym { // a nil would have crashed
			r.learn(r.s, v.A, model.Value{Kind: model.Set})
			v.Kind = model.Set
		}
		v = r.term(term{op: "addr", a: v, b: offset})
	}
	r.set(in, 0, v)
	return done
}

// cells returns the n cells at an address, to be read, where they are followed.
func (r *run) cells(at model.Value, n int) []model.Value {
	if at.Kind != model.Ref || r.s.objects[at.A].kind != plain {
		return nil
	}
	cells := r.s.objects[at.A].cells[at.B:]
	if n > len(cells) {
		return nil
	}
	return cells[:n]
}

// write puts a value into a cell that is followed.
func (r *run) write(at model.Value, i int, v model.Value) {
	r.s.object(at.A).cells[int(at.B)+i] = v
}

func (r *run) load(in *model.Instr) outcome {
	v := r.resolve(r.eval(in.Args[0]))
	switch cells := r.cells(v, 1); {
	case v.Kind == model.Nil:
		return ends
	case cells != nil:
		r.set(in, 0, cells[0])
	case v.Kind == model.Sym || v.Kind == model.Set:
		if known, ok := lookup(r.s.memory, v.A); ok && !isLock(known) {
			r.set(in, 0, known)
		} else {
			n := r.s.epoch
			if in.N == 1 {
				n = always
			}
			r.set(in, 0, r.resolve(r.term(term{op: load, a: v, n: n})))
		}
	default:
		r.set(in, 0, r.s.fresh())
	}
	return done
}

func (r *run) store(in *model.Instr) outcome {
	v, x := r.resolve(r.eval(in.Args[0])), r.eval(in.Args[1])
	switch cells := r.cells(v, 1); {
	case v.Kind == model.Nil:
		return ends
	case cells != nil:
		if r.s.objects[v.A].open {
			r.hand(x)
		}
		r.widen()
		r.write(v, 0, x)
	default:
		r.hand(x)
		if v.Kind == model.Sym || v.Kind == model.Set {
			r.s.memory = remember(r.s.memory, v.A, x)
		}
	}
	return done
}

// copyOut makes an object of the cells at an address. Of what is not known, the
// address stands for the value: both give the same terms for the parts.
func (r *run) copyOut(in *model.Instr) outcome {
	v := r.resolve(r.eval(in.Args[0]))
	switch cells := r.cells(v, in.N); {
	case v.Kind == model.Nil:
		return ends
	case cells != nil:
		o := r.s.add(object{cells: r.s.values.copy(cells, 0), open: r.s.objects[v.A].open})
		v = model.Value{Kind: model.Ref, A: o}
	}
	r.set(in, 0, v)
	return done
}

func (r *run) put(in *model.Instr) outcome {
	v, x := r.resolve(r.eval(in.Args[0])), r.resolve(r.eval(in.Args[1]))
	if v.Kind == model.Nil {
		return ends
	}
	to := r.cells(v, in.N)
	if to == nil || r.s.objects[v.A].open {
		r.hand(x)
	}
	from := r.cells(x, in.N)
	r.widen()
	for i := range to {
		switch {
		case from != nil:
			r.write(v, i, from[i])
		case !isLock(to[i]):
			r.write(v, i, r.s.fresh())
		}
	}
	return done
}

// appendTo follows slices whose elements are all known.
func (r *run) appendTo(in *model.Instr) outcome {
	a, b := r.resolve(r.eval(in.Args[0])), r.resolve(r.eval(in.Args[1]))
	whole := func(v model.Value) ([]model.Value, bool) {
		switch {
		case v.Kind == model.Nil:
			return nil, true
		case v.Kind == model.Ref && v.B == 0 && r.s.objects[v.A].kind == plain && !r.s.objects[v.A].open:
			return r.s.objects[v.A].cells, true
		}
		return nil, false
	}
	x, okA := whole(a)
	y, okB := whole(b)
	if !okA || !okB || len(x)+len(y) > 2*most {
		r.open(a, b)
		r.set(in, 0, r.s.fresh())
		return done
	}
	o := r.s.add(object{cells: append(slices.Clone(x), y...)})
	r.set(in, 0, model.Value{Kind: model.Ref, A: o})
	return done
}

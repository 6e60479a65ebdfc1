// SPDX-License-Identifier: MIT

package search

import "github.com/unleak/unleak/vet/internal/model"

// A term is what an operation makes of unknown things. The number of a term is
// that of a symbol where it is negative (see state.fresh), and where it is small
// that of a package variable; both are unknown as such. Equal terms have equal
// numbers, so that what was chosen for one holds wherever it is computed again.
type term struct {
	op   string // "" for a package variable
	a, b model.Value
	n    int32
	size int32 // how many operations it is made of
	wide bool  // counted too far: nothing may be chosen for it
}

// large is how many operations a term may be made of. A loop that counts in unknown
// numbers would make larger ones for ever.
const large = 12

// wide is the term for a number that counted too far.
const wide = "wide"

// load is the term for what was read from memory that outsiders can reach, in epoch
// n.
const load = "load"

// always is the epoch of what nobody changes.
const always = -1

// terms numbers terms.
type terms struct {
	list  []term
	index map[term]int32
}

func newTerms(globals int) terms {
	return terms{list: make([]term, globals), index: make(map[term]int32)}
}

// at returns a term by its number.
func (t *terms) at(i int32) term {
	if i < 0 {
		return term{}
	}
	return t.list[i]
}

// of returns the number of a term.
func (t *terms) of(x term) int32 {
	i, ok := t.index[x]
	if !ok {
		i = int32(len(t.list))
		t.list = append(t.list, x)
		t.index[x] = i
	}
	return i
}

// term returns what an operation makes of its operands: another unknown thing where
// they are too much to keep.
func (r *run) term(x term) model.Value {
	x.size, x.wide = 1, x.op == wide
	for _, v := range [...]*model.Value{&x.a, &x.b} {
		if v.Kind == model.Set { // that it is not nil makes no other value of it
			v.Kind = model.Sym
		}
		if v.Kind == model.Sym {
			part := r.terms.at(v.A)
			x.size += part.size
			x.wide = x.wide || part.wide
		}
	}
	switch {
	case x.size <= large:
	case x.wide:
		x = term{op: wide, a: r.s.fresh(), size: 1, wide: true}
	default:
		return r.s.fresh()
	}
	return model.Value{Kind: model.Sym, A: r.terms.of(x)}
}

func isTerm(v model.Value) bool { return v.Kind == model.Sym || v.Kind == model.Set }

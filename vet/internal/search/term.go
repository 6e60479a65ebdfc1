// SPDX-License-Identifier: MIT

package search

import "github.com/unleak/unleak/vet/internal/model"

// A term is what a symbol stands for: something unknown (op is ""), or what an
// operation makes of unknown things. Equal terms have equal numbers, so that what
// was chosen for one holds wherever it is computed again.
type term struct {
	op   string
	a, b model.Value
	n    int32
}

// wide is the term for a number that counted too far: nothing may be chosen for it.
const wide = "wide"

// terms numbers terms.
type terms struct {
	list  []term
	index map[term]int32
}

func (t *terms) fresh() model.Value {
	t.list = append(t.list, term{n: int32(len(t.list))})
	return model.Value{Kind: model.Sym, A: int32(len(t.list) - 1)}
}

func (t *terms) of(x term) model.Value {
	for _, v := range [...]*model.Value{&x.a, &x.b} {
		if v.Kind == model.Set { // that it is not nil makes no other value of it
			v.Kind = model.Sym
		}
	}
	i, ok := t.index[x]
	if !ok {
		i = int32(len(t.list))
		t.list = append(t.list, x)
		if t.index == nil {
			t.index = make(map[term]int32)
		}
		t.index[x] = i
	}
	return model.Value{Kind: model.Sym, A: i}
}

// any reports whether the term or one that it is made of satisfies ok.
func (t *terms) any(i int32, ok func(term) bool) bool {
	x := t.list[i]
	if ok(x) {
		return true
	}
	for _, v := range [...]model.Value{x.a, x.b} {
		if (v.Kind == model.Sym || v.Kind == model.Set) && x.op != "" && t.any(v.A, ok) {
			return true
		}
	}
	return false
}

func (t *terms) isWide(i int32) bool { return t.any(i, func(x term) bool { return x.op == wide }) }

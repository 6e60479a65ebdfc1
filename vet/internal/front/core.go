// SPDX-License-Identifier: MIT

package front

import "go/types"

// core returns what a value of the type is made of: the underlying type or, for a
// type parameter, that of all types in its constraint. It is nil where they have
// none in common, as []byte and string do, and where the constraint names none.
func core(t types.Type) types.Type {
	p, ok := types.Unalias(t).(*types.TypeParam)
	if !ok {
		return t.Underlying()
	}
	var common types.Type
	for e := range p.Constraint().Underlying().(*types.Interface).EmbeddedTypes() {
		terms := []*types.Term{types.NewTerm(false, e)}
		if u, ok := types.Unalias(e).(*types.Union); ok {
			terms = terms[:0]
			for term := range u.Terms() {
				terms = append(terms, term)
			}
		}
		for _, term := range terms {
			u := term.Type().Underlying()
			if common == nil {
				common = u
			}
			if !types.Identical(common, u) {
				return nil
			}
		}
	}
	if _, ok := common.(*types.Interface); ok {
		return nil // a constraint within the constraint
	}
	return common
}

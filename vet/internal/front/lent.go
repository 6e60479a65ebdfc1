// SPDX-License-Identifier: MIT

package front

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// A function that gets a channel to receive from (<-chan T) and returns an error may
// fail before it begins: then it receives nothing, and keeps nothing, as is usual for
// what returns an error. What it gets besides it may keep all the same.

// lent returns for each value of a call whether it is a channel that another package's
// function gets until it fails. There are none where the function may be the package's
// own, which is followed, or tells of no failure, nor in a test, which knows what fails.
func (c *coder) lent(common *ssa.CallCommon, values []ssa.Value) []bool {
	sig := common.Signature()
	n := sig.Results().Len()
	if c.prog.Given || n == 0 || !types.Identical(sig.Results().At(n-1).Type(), types.Universe.Lookup("error").Type()) {
		return nil
	}
	var list []bool
	first := len(values) - sig.Params().Len()
	for i := range sig.Params().Len() {
		ch, ok := sig.Params().At(i).Type().Underlying().(*types.Chan)
		if _, null := values[first+i].(*ssa.Const); !ok || null || ch.Dir() != types.RecvOnly {
			continue
		}
		if list == nil {
			list = make([]bool, len(values))
		}
		list[first+i] = true
	}
	if list != nil && common.IsInvoke() && c.implements(common.Value.Type()) {
		return nil
	}
	return list
}

// implements reports whether a type of the package has the methods of an interface.
func (b *builder) implements(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	if !ok {
		return true
	}
	for _, m := range b.pkg.Members {
		if m, ok := m.(*ssa.Type); ok && !types.IsInterface(m.Type()) && types.Implements(types.NewPointer(m.Type()), i) {
			return true
		}
	}
	return false
}

// lend writes the call of a function that may fail, in which case it does not get the
// channels that are lent: write writes it for the values that it gets, nil for none.
func (c *coder) lend(dst []int, values []ssa.Value, lent []bool, write func([]ssa.Value)) {
	rest := make([]ssa.Value, len(values))
	for i, v := range values {
		if !lent[i] {
			rest[i] = v
		}
	}
	fails, failed := c.fresh(1), []int{dst[len(dst)-1]}
	c.emit(model.Instr{Op: model.Fresh, Dst: []int{fails}})
	at := len(c.out.Code)
	c.emit(model.Instr{Op: model.Branch, Args: reg(fails), Then: at + 1, Tag: 1})
	write(rest)
	c.emit(model.Instr{Op: model.Fresh, Dst: failed, N: 1})
	end := len(c.out.Code)
	c.emit(model.Instr{Op: model.Jump})
	c.out.Code[at].Else = len(c.out.Code)
	write(values)
	c.emit(model.Instr{Op: model.Move, Dst: failed, Args: []model.Operand{model.Const(model.Value{Kind: model.Nil})}})
	c.out.Code[end].Then = len(c.out.Code)
}

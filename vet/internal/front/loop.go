// SPDX-License-Identifier: MIT

package front

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// counts reports whether the loop that begins with a block ends by itself, because
// it goes through a list or counts up to a bound. Such a loop waits for nobody to
// change a variable: what it reads of other memory stays what it was, as it would
// in the eyes of who wrote it.
func counts(head *ssa.BasicBlock) bool {
	last, ok := head.Instrs[len(head.Instrs)-1].(*ssa.If)
	if !ok {
		return false
	}
	switch cond := last.Cond.(type) {
	case *ssa.Extract: // of a range over a map or a string
		_, next := cond.Tuple.(*ssa.Next)
		return next
	case *ssa.BinOp:
		switch cond.Op {
		case token.LSS, token.LEQ, token.GTR, token.GEQ, token.NEQ:
			return counter(head, cond.X) || counter(head, cond.Y)
		}
	}
	return false
}

// counter reports whether a value goes up or down by a constant with each turn of
// the loop that begins with the block.
func counter(head *ssa.BasicBlock, v ssa.Value) bool {
	phi, ok := v.(*ssa.Phi)
	if step, is := v.(*ssa.BinOp); is { // range over a slice counts before it looks
		phi, ok = step.X.(*ssa.Phi)
		ok = ok && steps(step, phi)
	}
	return ok && phi.Block() == head &&
		slices.ContainsFunc(phi.Edges, func(e ssa.Value) bool { return steps(e, phi) })
}

func steps(v ssa.Value, phi *ssa.Phi) bool {
	b, ok := v.(*ssa.BinOp)
	if !ok || b.Op != token.ADD && b.Op != token.SUB || b.X != phi {
		return false
	}
	_, constant := b.Y.(*ssa.Const)
	return constant
}

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
	return ok && bounds(last.Cond, head)
}

// bounds reports whether a condition ends the loop that begins with a block.
func bounds(cond ssa.Value, head *ssa.BasicBlock) bool {
	switch cond := cond.(type) {
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

// looksOut reports whether the loop between a block and the one that turns back to it
// reads memory that outsiders may change. What it calls may.
func (c *coder) looksOut(head, last *ssa.BasicBlock) bool {
	for _, blk := range loop(head, last) {
		for _, in := range blk.Instrs {
			switch in := in.(type) {
			case *ssa.UnOp:
				if in.Op == token.MUL && !own(in.X) {
					return true
				}
			case *ssa.Lookup, *ssa.Next:
				return true
			case ssa.CallInstruction:
				if _, builtin := in.Common().Value.(*ssa.Builtin); builtin {
					continue
				}
				callee := in.Common().StaticCallee()
				if callee == nil || c.ours(callee) {
					return true
				}
			}
		}
	}
	return false
}

// own reports whether an address is that of a variable of the function, or of the
// functions around it.
func own(addr ssa.Value) bool {
	switch addr.(type) {
	case *ssa.Alloc, *ssa.FreeVar:
		return true
	}
	return false
}

// loop returns the blocks of the loop in which last turns back to head.
func loop(head, last *ssa.BasicBlock) []*ssa.BasicBlock {
	list := []*ssa.BasicBlock{head}
	if last == head {
		return list
	}
	list = append(list, last)
	for i := 1; i < len(list); i++ {
		for _, p := range list[i].Preds {
			if !slices.Contains(list, p) {
				list = append(list, p)
			}
		}
	}
	return list
}

// SPDX-License-Identifier: MIT

package front

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// Outsiders who have a channel of the package are taken to receive from it. But where
// they also have what ends the sender, a context or a call that closes a channel, they
// leave with that, if nothing tells them of the end later: nobody closes the channel
// from which they receive, and the goroutine ends without a word. Who received on and
// on would wait in vain sooner or later, so that there is no other time to leave.
// Whether the sender can be waiting for them then is what the search finds out.

// send writes a send. Where its receivers leave with an end that the goroutine looks
// for elsewhere, they may have left before.
func (c *coder) send(in *ssa.Send) {
	c.blocks = true
	args := []model.Operand{c.arg(in.Chan), c.arg(in.X)}
	site := &Site{Pos: c.pos, Made: c.madeField(in.Chan)}
	end, known := c.partings().ends[in]
	if !known {
		end = c.farewell(in)
		c.partings().ends[in] = end
	}
	if end == nil {
		c.emit(model.Instr{Op: model.Send, Args: args, Site: site})
		return
	}
	r := c.fresh(2)
	c.emit(model.Instr{
		Op: model.Select, Dst: []int{r, -1, -1}, N: 1, Cases: []model.Case{{Chan: c.arg(end.Chan)}},
		Site: &Site{Pos: end.Pos, Cases: []token.Pos{end.Pos}, Leave: true},
	})
	c.emit(model.Instr{Op: model.Bin, Name: "==", Dst: []int{r + 1}, Args: []model.Operand{model.Reg(r), model.Const(model.Number(0))}})
	at := len(c.out.Code)
	c.emit(model.Instr{Op: model.Branch, Args: reg(r + 1), Then: at + 1, Else: at + 3})
	c.emit(model.Instr{Op: model.Send, Args: args, Class: 1, Site: site})
	c.emit(model.Instr{Op: model.Jump, Then: at + 4})
	c.emit(model.Instr{Op: model.Send, Args: args, Site: site})
}

// farewell returns the case of a select with which a goroutine leaves the loop in which
// it sends, where all outsiders leave with it who receive what is sent; nil for none.
func (c *coder) farewell(send *ssa.Send) *ssa.SelectState {
	if send.Parent() != c.f || counted(send.Block()) || !c.partings().started(c.f) {
		return nil
	}
	for _, blk := range c.f.Blocks {
		for _, in := range blk.Instrs {
			s, ok := in.(*ssa.Select)
			if !ok || !blk.Dominates(send.Block()) || !leadsTo(send.Block(), blk) {
				continue
			}
			for i, st := range s.States {
				if st.Dir == types.RecvOnly && c.leaves(s, i) && c.partings().with(send.Chan, st.Chan) {
					return st
				}
			}
		}
	}
	return nil
}

// leadsTo reports whether a block comes after another one on some way.
func leadsTo(from, to *ssa.BasicBlock) bool {
	seen := make(map[*ssa.BasicBlock]bool)
	var visit func(*ssa.BasicBlock) bool
	visit = func(blk *ssa.BasicBlock) bool {
		for _, next := range blk.Succs {
			if next == to {
				return true
			}
			if !seen[next] {
				seen[next] = true
				if visit(next) {
					return true
				}
			}
		}
		return false
	}
	return visit(from)
}

// counted reports whether a loop around a send ends by itself: there may be room for
// all that it sends.
func counted(send *ssa.BasicBlock) bool {
	var around []*ssa.BasicBlock
	for _, blk := range send.Parent().Blocks {
		if blk == send || leadsTo(blk, send) && leadsTo(send, blk) {
			around = append(around, blk)
		}
	}
	for _, blk := range around {
		branch, ok := blk.Instrs[len(blk.Instrs)-1].(*ssa.If)
		if !ok || slices.Contains(around, branch.Block().Succs[0]) && slices.Contains(around, branch.Block().Succs[1]) {
			continue
		}
		for _, head := range around {
			if bounds(branch.Cond, head) {
				return true
			}
		}
	}
	return false
}

// leaves reports whether a goroutine that goes on with a case of the select ends, and
// tells nobody: no send stands on the way, and what is called, deferred calls included,
// wakes no one.
func (c *coder) leaves(s *ssa.Select, i int) bool {
	for _, blk := range c.f.Blocks {
		for _, in := range blk.Instrs {
			if d, ok := in.(*ssa.Defer); ok && !c.mute(d) {
				return false
			}
		}
	}
	body := bodyOf(s, i)
	if body == nil {
		return false
	}
	seen := map[*ssa.BasicBlock]bool{body: true}
	for todo := []*ssa.BasicBlock{body}; len(todo) > 0; {
		blk := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, in := range blk.Instrs {
			if !c.mute(in) {
				return false
			}
		}
		for _, next := range blk.Succs {
			if !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return true
}

// mute reports whether an instruction tells nobody anything.
func (c *coder) mute(in ssa.Instruction) bool {
	switch in := in.(type) {
	case *ssa.Send, *ssa.Select, *ssa.Store, *ssa.MapUpdate:
		return false
	case ssa.CallInstruction:
		if b, ok := in.Common().Value.(*ssa.Builtin); ok {
			return b.Name() != "close"
		}
		callee, name := in.Common().StaticCallee(), calledName(in.Common())
		if callee == nil || c.ours(callee) {
			return false
		}
		_, modelled := standards[name]
		return name == "(*time.Timer).Stop" || !modelled && harmless(name, in.Common())
	}
	return true
}

// bodyOf returns the block with which a case of a select goes on.
func bodyOf(s *ssa.Select, i int) *ssa.BasicBlock {
	for _, use := range *s.Referrers() {
		index, ok := use.(*ssa.Extract)
		if !ok || index.Index != 0 {
			continue
		}
		for _, use := range *index.Referrers() {
			cmp, ok := use.(*ssa.BinOp)
			if !ok || cmp.Op != token.EQL {
				continue
			}
			n, ok := cmp.Y.(*ssa.Const)
			if !ok || int(n.Int64()) != i {
				continue
			}
			for _, use := range *cmp.Referrers() {
				if branch, ok := use.(*ssa.If); ok {
					return branch.Block().Succs[0]
				}
			}
		}
	}
	return nil
}

// SPDX-License-Identifier: MIT

package front

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// madeChannels returns the fields of channels that some function sets to a channel.
func madeChannels(funcs []*ssa.Function) map[*types.Var]bool {
	made := make(map[*types.Var]bool)
	for _, f := range funcs {
		for _, blk := range f.Blocks {
			for _, in := range blk.Instrs {
				st, ok := in.(*ssa.Store)
				if !ok || !isChan(st.Val) {
					continue
				}
				field := fieldOf(st.Addr)
				if _, null := st.Val.(*ssa.Const); !null && field != nil {
					made[field.Origin()] = true
				}
			}
		}
	}
	return made
}

// madeField returns the field that a channel is read from, where the package makes
// its channel; nil for others.
func (c *coder) madeField(ch ssa.Value) *types.Var {
	load, ok := ch.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return nil
	}
	if f := fieldOf(load.X); f != nil && c.made[f.Origin()] {
		return f.Origin()
	}
	return nil
}

// LeavesNil reports whether a field that the package makes is nil for good in a
// model: nobody who calls its root could come in another order, and nothing in it
// sets the field, in whatever order that would run.
func (m *Model) LeavesNil(field *types.Var) bool {
	if !isTest(m.Source[0]) {
		return false
	}
	var within []*ssa.Function
	for _, f := range m.Source {
		if f != nil {
			within = append(within, f)
		}
	}
	return !madeChannels(within)[field]
}

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
				if _, null := st.Val.(*ssa.Const); !null {
					made[fieldOf(st.Addr)] = true
				}
			}
		}
	}
	delete(made, nil)
	return made
}

// makes reports whether a channel is read from a field that the package makes.
func (c *coder) makes(ch ssa.Value) bool {
	load, ok := ch.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return false
	}
	f := fieldOf(load.X)
	return f != nil && c.made[f]
}

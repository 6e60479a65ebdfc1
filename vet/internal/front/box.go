// SPDX-License-Identifier: MIT

package front

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// An interface that holds a pointer is the pointer: its object knows its type.
// Values of the package's other types, but for plain ones, get a box.

// boxed returns the tag of a type whose values interfaces hold in a box, and the N
// of such a box; 0 for other types.
func (b *builder) boxed(t types.Type) (tag, n int) {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() != b.pkg.Pkg {
		return 0, 0
	}
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		if !b.whole(t) {
			return 0, 0
		}
	case *types.Chan, *types.Signature, *types.Map, *types.Slice:
		n = 1
	default:
		return 0, 0
	}
	tag, ok = b.boxes[t]
	if !ok {
		b.tagged = append(b.tagged, t)
		tag = len(b.tagged)
		b.boxes[t] = tag
	}
	return tag, n
}

// box writes the conversion of a value to an interface, where it takes a box.
func (c *coder) box(in *ssa.MakeInterface) bool {
	tag, n := c.boxed(in.X.Type())
	if tag != 0 {
		c.emit(model.Instr{Op: model.Box, Dst: c.dst(in), Args: []model.Operand{c.arg(in.X)}, Tag: tag, N: n})
	}
	return tag != 0
}

func (c *coder) typeAssert(in *ssa.TypeAssert) {
	out := model.Instr{Op: model.Unbox, Dst: c.dst(in), Args: []model.Operand{c.arg(in.X)}}
	if p, ok := in.AssertedType.Underlying().(*types.Pointer); ok && !types.IsInterface(p.Elem()) {
		out.Tag = c.tag(p.Elem())
	} else {
		out.Tag, out.N = c.boxed(in.AssertedType)
	}
	c.emit(out)
}

// SPDX-License-Identifier: MIT

package front

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// handled reports whether the clients of a type do more than call its methods: those
// of a type that is not exported are all in the package, and some function there that
// neither belongs to the type nor makes it closes a channel in a field of it, sends on
// it or receives from it.
func handled(t *types.Named, funcs []*ssa.Function) bool {
	if t.Obj().Exported() {
		return false
	}
	fields := make(map[*types.Var]bool)
	for f := range t.Underlying().(*types.Struct).Fields() {
		if _, ok := f.Type().Underlying().(*types.Chan); ok {
			fields[f] = true
		}
	}
	for _, f := range funcs {
		if belongs(f, t) {
			continue
		}
		for _, blk := range f.Blocks {
			for _, in := range blk.Instrs {
				for _, ch := range operated(in) {
					if load, ok := ch.(*ssa.UnOp); ok && load.Op == token.MUL && fields[fieldOf(load.X)] {
						return true
					}
				}
			}
		}
	}
	return false
}

// belongs reports whether a function, or that in which a literal stands, is a method
// of a type or makes its values.
func belongs(f *ssa.Function, t *types.Named) bool {
	for f.Parent() != nil {
		f = f.Parent()
	}
	if recv := f.Signature.Recv(); recv != nil {
		of := recv.Type()
		if p, ok := of.(*types.Pointer); ok {
			of = p.Elem()
		}
		return types.Identical(of, t)
	}
	return allocates(f, t)
}

// operated returns the channels that an instruction closes, sends on or receives from.
func operated(in ssa.Instruction) []ssa.Value {
	switch in := in.(type) {
	case *ssa.Send:
		return []ssa.Value{in.Chan}
	case *ssa.UnOp:
		if in.Op == token.ARROW {
			return []ssa.Value{in.X}
		}
	case *ssa.Select:
		var list []ssa.Value
		for _, st := range in.States {
			list = append(list, st.Chan)
		}
		return list
	case ssa.CallInstruction:
		if b, ok := in.Common().Value.(*ssa.Builtin); ok && b.Name() == "close" {
			return in.Common().Args
		}
	}
	return nil
}

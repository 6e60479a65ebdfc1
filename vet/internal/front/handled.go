// SPDX-License-Identifier: MIT

package front

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// handled reports whether the clients of a type do more than call its methods: those
// of a type that is not exported are all in the package, and some function there that
// neither belongs to the type nor makes it closes a channel in a field of it, sends on
// it or receives from it.
func handled(t *types.Named, users map[*types.Var][]*ssa.Function) bool {
	if t.Obj().Exported() {
		return false
	}
	for f := range t.Underlying().(*types.Struct).Fields() {
		if slices.ContainsFunc(users[f], func(user *ssa.Function) bool { return !belongs(user, t) }) {
			return true
		}
	}
	return false
}

// usersOf returns the functions that close the channels in fields, send on them or
// receive from them.
func usersOf(funcs []*ssa.Function) map[*types.Var][]*ssa.Function {
	users := make(map[*types.Var][]*ssa.Function)
	for _, f := range funcs {
		for _, blk := range f.Blocks {
			for _, in := range blk.Instrs {
				for _, ch := range operated(in) {
					load, ok := ch.(*ssa.UnOp)
					if !ok || load.Op != token.MUL {
						continue
					}
					if field := fieldOf(load.X); field != nil && !slices.Contains(users[field], f) {
						users[field] = append(users[field], f)
					}
				}
			}
		}
	}
	return users
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

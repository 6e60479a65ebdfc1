// SPDX-License-Identifier: MIT

package front

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// Name returns a function's name as the runtime prints it: closures are numbered
// in the order of the source (cmd/compile/internal/ir, closureName), and type
// arguments are "[...]".
func Name(f *ssa.Function) string {
	if f.Origin() != nil {
		f = f.Origin()
	}
	if outer := f.Parent(); outer != nil {
		n := number(outer, f)
		if outer.Parent() != nil {
			return fmt.Sprintf("%s.%d", Name(outer), n)
		}
		if outer.Object() == nil && outer.Name() == "init" { // of package variables
			return fmt.Sprintf("%sglob..func%d", prefix(f.Package()), n)
		}
		return fmt.Sprintf("%s.func%d", Name(outer), n)
	}
	name := f.Name()
	if at := strings.IndexByte(name, '['); at >= 0 {
		name = name[:at]
	}
	if recv := f.Signature.Recv(); recv != nil {
		return prefix(f.Package()) + receiver(recv.Type()) + "." + name
	}
	if f.TypeParams().Len() > 0 {
		name += "[...]"
	}
	return prefix(f.Package()) + name
}

func prefix(pkg *ssa.Package) string {
	switch {
	case pkg == nil:
		return ""
	case pkg.Pkg.Name() == "main":
		return "main."
	}
	path := pkg.Pkg.Path()
	slash := strings.LastIndexByte(path, '/') + 1
	return path[:slash] + strings.ReplaceAll(path[slash:], ".", "%2e") + "."
}

func receiver(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return "(*" + receiver(p.Elem()) + ")"
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return t.String()
	}
	if n.TypeParams().Len() > 0 {
		return n.Obj().Name() + "[...]"
	}
	return n.Obj().Name()
}

// number returns which of its function's literals a closure is, from 1.
func number(outer, f *ssa.Function) int {
	literals := slices.Clone(outer.AnonFuncs)
	slices.SortStableFunc(literals, func(a, b *ssa.Function) int { return int(a.Pos() - b.Pos()) })
	return slices.Index(literals, f) + 1
}

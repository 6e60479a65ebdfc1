// SPDX-License-Identifier: MIT

package front

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/symbol"
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
			return fmt.Sprintf("%sglob..func%d", prefix(f), n)
		}
		return fmt.Sprintf("%s.func%d", Name(outer), n)
	}
	name := f.Name()
	if at := strings.IndexByte(name, '['); at >= 0 {
		name = name[:at]
	}
	if recv := f.Signature.Recv(); recv != nil {
		return prefix(f) + symbol.Receiver(recv.Type()) + "." + name
	}
	if f.TypeParams().Len() > 0 {
		name += "[...]"
	}
	return prefix(f) + name
}

func prefix(f *ssa.Function) string {
	if f.Pkg == nil {
		return ""
	}
	return symbol.Prefix(f.Pkg.Pkg)
}

// number returns which of its function's literals a closure is, from 1.
func number(outer, f *ssa.Function) int {
	literals := slices.Clone(outer.AnonFuncs)
	slices.SortStableFunc(literals, func(a, b *ssa.Function) int { return int(a.Pos() - b.Pos()) })
	return slices.Index(literals, f) + 1
}

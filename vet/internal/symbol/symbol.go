// SPDX-License-Identifier: MIT

// Package symbol names functions as the runtime prints them. Syntax and SSA both go
// by it, so that what they say of a function has one key.
package symbol

import (
	"go/types"
	"slices"
	"strings"
)

// Func returns the name of a declared function. Its type arguments are "[...]".
func Func(f *types.Func) string {
	sig := f.Signature()
	name := f.Name()
	if recv := sig.Recv(); recv != nil {
		name = Receiver(recv.Type()) + "." + name
	} else if sig.TypeParams().Len() > 0 {
		name += "[...]"
	}
	return Prefix(f.Pkg()) + name
}

// Prefix returns what stands before the names of a package's functions.
func Prefix(pkg *types.Package) string {
	switch {
	case pkg == nil:
		return ""
	case pkg.Name() == "main":
		return "main."
	}
	path := pkg.Path()
	slash := strings.LastIndexByte(path, '/') + 1
	return path[:slash] + strings.ReplaceAll(path[slash:], ".", "%2e") + "."
}

// Receiver returns the receiver in the name of a method.
func Receiver(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return "(*" + Receiver(p.Elem()) + ")"
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

// Is reports whether f is one of the named methods of a type of a package, or with
// typ "" one of the package's named functions.
func Is(f *types.Func, path, typ string, names ...string) bool {
	if f == nil || f.Pkg() == nil || f.Pkg().Path() != path {
		return false
	}
	name := ""
	if recv := f.Signature().Recv(); recv != nil {
		name = strings.TrimSuffix(strings.TrimPrefix(Receiver(recv.Type()), "(*"), ")")
	}
	return name == typ && slices.Contains(names, f.Name())
}

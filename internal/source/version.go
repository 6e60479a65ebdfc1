// SPDX-License-Identifier: MIT

package source

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/unleak/unleak"
)

// frameFile returns the file of a frame, or nil where it cannot be read or is of
// another version.
func (t *Tree) frameFile(frame unleak.Frame) *file {
	name := frame.File
	if t.Find != nil {
		name = t.Find(frame)
	}
	if name == "" || t.rejected[name] {
		return nil
	}
	return t.file(name)
}

// Reject tells the Tree that a frame's file is of another version than the
// program: from now on it counts as not there.
func (t *Tree) Reject(frame unleak.Frame) {
	if f := t.frameFile(frame); f != nil {
		t.reject(f)
	}
}

func (t *Tree) reject(f *file) {
	if t.rejected == nil {
		t.rejected = make(map[string]bool)
	}
	t.rejected[f.name] = true
	if t.Changed != nil {
		t.Changed(f.name)
	}
}

// holds reports whether the function that a frame names stands around its line;
// if not, the file is rejected.
func (t *Tree) holds(f *file, frame unleak.Frame) bool {
	if f.syntax == nil {
		return true // nothing to go by, and nothing that is made of it
	}
	receiver, name := declared(frame.Func)
	for _, d := range f.syntax.Decls {
		from, to := t.fset.PositionFor(d.Pos(), false).Line, t.fset.PositionFor(d.End(), false).Line
		if frame.Line < from || to < frame.Line {
			continue
		}
		switch d := d.(type) {
		case *ast.FuncDecl:
			if names(d, receiver, name) {
				return true
			}
		case *ast.GenDecl: // a literal in a variable's initialiser
			if name == "init" || name == "glob" || name == "" {
				return true
			}
		}
	}
	t.reject(f)
	return false
}

// declared returns the name of the declared function that a frame's function is
// or stands in, and the name of its receiver's type where that is plain to see.
// The last name counts: for a literal in a function that was inlined into others
// the compiler writes all of them, outermost first (cmd/compile/internal/ir,
// closureName).
func declared(function string) (receiver, name string) {
	function = unleak.NormalFunc(function)
	function = strings.TrimSuffix(function[strings.LastIndexByte(function, '/')+1:], "-fm")
	parts := strings.Split(strings.ReplaceAll(function, "[...]", ""), ".")[1:]
	for len(parts) > 0 && isLiteral(parts[len(parts)-1]) {
		parts = parts[:len(parts)-1]
	}
	if len(parts) == 0 {
		return "", ""
	}
	name, _, _ = strings.Cut(parts[len(parts)-1], "-range")
	if len(parts) > 1 {
		if inner, ok := strings.CutPrefix(parts[len(parts)-2], "(*"); ok {
			receiver = strings.TrimSuffix(inner, ")")
		}
	}
	return receiver, name
}

// isLiteral reports whether a part of a function's name is the compiler's, for a
// function literal, a wrapper or one of several functions init.
func isLiteral(part string) bool {
	part, _, _ = strings.Cut(part, "-range")
	for _, prefix := range []string{"", "func", "gowrap", "deferwrap"} {
		if rest, ok := strings.CutPrefix(part, prefix); ok && digits(rest) {
			return true
		}
	}
	return false
}

func names(d *ast.FuncDecl, receiverType, name string) bool {
	of, _ := receiver(d)
	return d.Name.Name == name && (receiverType == "" || receiverType == of)
}

// MayCall reports whether the function of the given full name may have been
// called from the place: whether the line names it, calls a value, or stands
// where deferred calls run.
func (s Site) MayCall(function string) bool {
	if parts := strings.Split(function, "."); isLiteral(parts[len(parts)-1]) {
		return true // it has no name to look for
	}
	of, name := declared(function)
	name = strings.TrimPrefix(name, "_Cfunc_")
	for _, op := range s.Ops {
		called := op.Func
		if op.Kind != Call {
			called = blockingName[op.Kind]
		} else if called == "" || called[0] == '.' && of == "" {
			return true
		}
		if strings.TrimPrefix(called, ".") == name {
			return true
		}
	}
	return s.Ranges || slices.Contains(s.Defers, name) || slices.Contains(s.Defers, "")
}

// blockingName is what the frames of package sync and time call operations.
var blockingName = map[OpKind]string{
	Lock: "Lock", RLock: "RLock", Wait: "Wait", CondWait: "Wait", Sleep: "Sleep",
}

// calledName returns the name of the function that a call names: ".f" where
// that may as well be a field of a type that is not known here, "" where it is a
// value.
func (p *pack) calledName(call *ast.CallExpr) string {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		if p.info.Types[x.Index].IsType() {
			fun = x.X
		}
	case *ast.IndexListExpr:
		fun = x.X
	}
	switch x := fun.(type) {
	case *ast.Ident:
		if _, ok := p.info.Uses[x].(*types.Var); ok {
			return ""
		}
		return x.Name
	case *ast.SelectorExpr:
		switch p.info.Uses[x.Sel].(type) {
		case *types.Var:
			return ""
		case *types.Func:
			return x.Sel.Name
		}
		if id, ok := x.X.(*ast.Ident); ok {
			if _, ok := p.info.Uses[id].(*types.PkgName); ok {
				return x.Sel.Name
			}
		}
		return "." + x.Sel.Name
	}
	return ""
}

// elsewhere returns what else may be called from a line: whether a range
// statement is on it, and the functions that the function defers.
func (fn *function) elsewhere(line int) (ranges bool, defers []string) {
	fn.inner(func(n ast.Node, _ []ast.Node) {
		switch n := n.(type) {
		case *ast.RangeStmt:
			ranges = ranges || fn.p.line(n.Pos()) <= line && line <= fn.p.line(n.Body.Lbrace)
		case *ast.DeferStmt:
			defers = append(defers, strings.TrimPrefix(fn.p.calledName(n.Call), "."))
		}
	})
	return ranges, defers
}

// SPDX-License-Identifier: MIT

package neverstopped

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/index"
	"github.com/unleak/unleak/vet/internal/report"
)

// made returns the type of the object that a function makes, and which result it
// is; for a method without such a result, its receiver and -1.
func (b *builder) made(f *index.Func) (*types.Named, int) {
	results := f.Sig.Results()
	for i := range results.Len() {
		if typ := b.pointee(results.At(i).Type()); typ != nil {
			return typ, i
		}
		if !types.IsInterface(results.At(i).Type()) {
			continue
		}
		for _, e := range returned(f, i) {
			if typ := b.pointee(b.Info.TypeOf(e)); typ != nil {
				return typ, i
			}
		}
	}
	if f.Sig.Recv() != nil && results.Len() <= 1 {
		return b.pointee(f.Sig.Recv().Type()), -1
	}
	return nil, 0
}

// returned lists what a function returns as its ith result.
func returned(f *index.Func, i int) []ast.Expr {
	var list []ast.Expr
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if i < len(n.Results) {
				list = append(list, n.Results[i])
			}
		}
		return true
	})
	return list
}

// pointee returns the named struct of this package that t points to, or nil.
func (b *builder) pointee(t types.Type) *types.Named {
	ptr, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return nil
	}
	named, ok := types.Unalias(ptr.Elem()).(*types.Named)
	if !ok || named.Obj().Pkg() != b.Types {
		return nil
	}
	if _, ok := named.Underlying().(*types.Struct); !ok {
		return nil
	}
	return named.Origin()
}

// always reports whether control comes by on each call of the function.
func always(stack []ast.Node) bool {
	for _, n := range stack {
		switch n.(type) {
		case *ast.BlockStmt, *ast.ExprStmt, *ast.AssignStmt, *ast.DeclStmt, *ast.GenDecl, *ast.ValueSpec, *ast.ReturnStmt:
		default:
			return false
		}
	}
	return true
}

// passOn gives a function the contract of one that it calls on each way, if it
// returns the object, or if that is its receiver.
func (b *builder) passOn(f *index.Func) {
	if f.Decl == nil || f.Test || b.starts[f.Obj] != nil {
		return
	}
	ast.PreorderStack(f.Body, nil, func(n ast.Node, stack []ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			_, lit := n.(*ast.FuncLit)
			return !lit
		}
		callee := b.Callee(c)
		if callee == nil || !always(stack) {
			return true
		}
		s := b.starts[callee.Origin()]
		if s == nil {
			return true
		}
		if result, ok := b.carries(f, c, s, stack); ok {
			again := *s
			again.Result = result
			b.starts[f.Obj] = &again
		}
		return true
	})
}

// carries reports which result of f is the object of a call's contract.
func (b *builder) carries(f *index.Func, c *ast.CallExpr, s *Starts, stack []ast.Node) (int, bool) {
	var obj types.Object
	if s.Result < 0 {
		sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr)
		if !ok {
			return 0, false
		}
		obj = b.object(sel.X)
		if obj != nil && f.Sig.Recv() == obj {
			return -1, true
		}
	} else if len(stack) > 0 {
		switch n := stack[len(stack)-1].(type) {
		case *ast.ReturnStmt:
			if len(n.Results) == 1 {
				return s.Result, true
			}
			i := slices.Index(n.Results, ast.Expr(c))
			return i, i >= 0
		case *ast.AssignStmt:
			if s.Result < len(n.Lhs) {
				obj = b.object(n.Lhs[s.Result])
			}
		}
	}
	if obj == nil {
		return 0, false
	}
	for i := range f.Sig.Results().Len() {
		for _, e := range returned(f, i) {
			if id, ok := ast.Unparen(e).(*ast.Ident); ok && b.Info.Uses[id] == obj {
				return i, true
			}
		}
	}
	return 0, false
}

// keeps lists the methods that leave their receiver to itself: it stands there
// only before a field, or before such a method.
func (b *builder) keeps(typ *types.Named) []string {
	keeps := make(map[string]bool)
	for i := range typ.NumMethods() {
		m := b.FuncOf(typ.Method(i))
		keeps[typ.Method(i).Name()] = m != nil && !b.endsField(m, typ)
	}
	for changed := true; changed; {
		changed = false
		for i := range typ.NumMethods() {
			name := typ.Method(i).Name()
			if keeps[name] && !b.alone(b.FuncOf(typ.Method(i)), keeps) {
				keeps[name], changed = false, true
			}
		}
	}
	return b.methods(typ, func(m *index.Func) bool { return keeps[m.Obj.Name()] })
}

func (b *builder) alone(m *index.Func, keeps map[string]bool) bool {
	recv := m.Sig.Recv()
	ok := true
	ast.PreorderStack(m.Body, nil, func(n ast.Node, stack []ast.Node) bool {
		id, is := n.(*ast.Ident)
		if !is || b.Info.Uses[id] != recv {
			return true
		}
		sel, is := stack[len(stack)-1].(*ast.SelectorExpr)
		if !is {
			ok = false
			return true
		}
		if s := b.Info.Selections[sel]; s == nil || s.Kind() == types.MethodVal && (len(s.Index()) > 1 || !keeps[sel.Sel.Name]) {
			ok = false
		}
		return true
	})
	return ok
}

func (b *builder) frame(f *index.Func, n ast.Node) unleak.Frame {
	return report.Frame(b.Fset, f.Name, n.Pos())
}

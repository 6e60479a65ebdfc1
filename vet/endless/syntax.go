// SPDX-License-Identifier: MIT

package endless

import (
	"go/ast"
	"go/types"
)

func hasDefault(sel *ast.SelectStmt) bool {
	for _, c := range sel.Body.List {
		if c.(*ast.CommClause).Comm == nil {
			return true
		}
	}
	return false
}

// first returns the first node in n for which is holds, outside of literals of
// functions and of bodies that have blocks of their own.
func first(n ast.Node, is func(n ast.Node) bool) (found ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.FuncLit, *ast.BlockStmt:
			return false
		}
		if found == nil && is(n) {
			found = n
		}
		return found == nil
	})
	return found
}

// plain reports whether ranging over an expression neither waits nor calls.
func (l *loop) plain(x ast.Expr) bool {
	switch types.Unalias(l.Info.TypeOf(x)).Underlying().(type) {
	case *types.Chan, *types.Signature:
		return false
	}
	return true
}

func isContext(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "context" && n.Obj().Name() == "Context"
}

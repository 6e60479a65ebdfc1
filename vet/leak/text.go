// SPDX-License-Identifier: MIT

package leak

import (
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/unleak/unleak/vet/internal/report"
)

// A text finds the source of an instruction by the position that SSA form gives it.
type text struct {
	fset  *token.FileSet
	files []*ast.File
	nodes map[token.Pos]ast.Node // nil until somebody asks
	// homes holds, for calls, what their result is kept in.
	homes map[token.Pos]ast.Expr
}

func newText(pass *analysis.Pass) *text { return &text{fset: pass.Fset, files: pass.Files} }

// node returns what stands at a position. Few packages have something to report, so
// that the source is read when it is asked for.
func (t *text) node(pos token.Pos) ast.Node {
	if t.nodes == nil {
		t.read()
	}
	return t.nodes[pos]
}

func (t *text) read() {
	t.nodes, t.homes = make(map[token.Pos]ast.Node), make(map[token.Pos]ast.Expr)
	for _, file := range t.files {
		for n := range ast.Preorder(file) {
			switch n := n.(type) {
			case *ast.SendStmt:
				t.nodes[n.Arrow] = n
			case *ast.UnaryExpr:
				t.nodes[n.OpPos] = n
			case *ast.RangeStmt:
				t.nodes[n.For] = n
			case *ast.SelectStmt:
				t.nodes[n.Select] = n
			case *ast.CallExpr:
				t.nodes[n.Lparen] = n
			case *ast.GoStmt:
				t.nodes[n.Go] = n
			case *ast.DeferStmt:
				t.nodes[n.Defer] = n
			case *ast.ReturnStmt:
				t.nodes[n.Return] = n
			case *ast.CommClause:
				t.nodes[n.Case] = n
			case *ast.AssignStmt:
				if len(n.Lhs) == len(n.Rhs) {
					for i := range n.Lhs {
						t.keep(n.Lhs[i], n.Rhs[i])
					}
				}
			case *ast.ValueSpec:
				if len(n.Names) == len(n.Values) {
					for i := range n.Names {
						t.keep(n.Names[i], n.Values[i])
					}
				}
			case *ast.KeyValueExpr:
				t.keep(n.Key, n.Value)
			}
		}
	}
}

// keep notes in what a made value is kept.
func (t *text) keep(home, value ast.Expr) {
	call, ok := value.(*ast.CallExpr)
	if !ok {
		return
	}
	if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "make" {
		t.homes[call.Lparen] = home
	}
}

// idle reports whether what stands at a position is <-make(chan T).
func (t *text) idle(pos token.Pos) bool {
	recv, ok := t.node(pos).(*ast.UnaryExpr)
	if !ok || recv.Op != token.ARROW {
		return false
	}
	_, ok = ast.Unparen(recv.X).(*ast.CallExpr)
	return ok && strings.HasPrefix(t.print(recv.X), "make(")
}

// at returns what stands at a position, in one line, and where it begins.
func (t *text) at(pos token.Pos) (string, token.Pos) {
	switch n := t.node(pos).(type) {
	case nil:
		return "", pos
	case *ast.RangeStmt:
		return "range " + t.print(n.X), n.Pos()
	case *ast.SelectStmt:
		if len(n.Body.List) == 0 {
			return "select {}", n.Pos()
		}
		return "select", n.Pos()
	case *ast.GoStmt:
		if _, ok := n.Call.Fun.(*ast.FuncLit); ok {
			return "go func()", n.Pos()
		}
		return "go " + t.print(n.Call), n.Pos()
	default:
		if home := t.homes[pos]; home != nil {
			return t.print(home) + " = " + t.print(n), home.Pos()
		}
		return t.print(n), n.Pos()
	}
}

// print writes a node in one line.
func (t *text) print(n ast.Node) string { return report.Source(t.fset, n) }

// SPDX-License-Identifier: MIT

// Package httpclient defines an analyzer that finds goroutines which make HTTP
// requests without a time limit.
package httpclient

import (
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/index"
	"github.com/unleak/unleak/vet/internal/report"
	"github.com/unleak/unleak/vet/internal/symbol"
)

const doc = `report goroutines with HTTP requests that have no time limit

"A Timeout of zero means no timeout" (package net/http, Client.Timeout), and
http.Get and its like use such a client. A server that accepts the connection and
does not answer holds the goroutine for as long as it likes
(net/http/transport.go, persistConn.roundTrip); where goroutines with requests are
started again and again, they pile up.

This is advice, of grade suspect: the server may always answer. Reported are
requests in a goroutine, or in a function of the package that it calls, which the
function around it may start any number of times. The client is http.DefaultClient,
or a variable that holds a client without Timeout and without Transport; a request
for Do is made in the same function, without a context or with
context.Background(). All other clients and requests are passed over, and so are
packages that set http.DefaultClient, and tests.`

// Analyzer reports requests. Its result is a *Result.
var Analyzer = &analysis.Analyzer{
	Name:       "httpclient",
	Doc:        doc,
	URL:        "https://github.com/unleak/unleak",
	Requires:   []*analysis.Analyzer{index.Analyzer},
	ResultType: reflect.TypeFor[*report.Result](),
	Run:        run,
}

func run(pass *analysis.Pass) (any, error) {
	r := report.NewReporter(pass)
	if !slices.ContainsFunc(pass.Pkg.Imports(), func(p *types.Package) bool { return p.Path() == "net/http" }) {
		return r.Done(), nil
	}
	c := &checker{
		Package: pass.ResultOf[index.Analyzer].(*index.Package),
		r:       r,
		values:  make(map[types.Object][]ast.Expr),
		touched: make(map[types.Object]bool),
	}
	for _, file := range pass.Files {
		c.read(file)
	}
	if c.defaults {
		return r.Done(), nil
	}
	for _, s := range c.Spawns {
		if s.Often && s.Target != nil {
			r.Try(s.In.Name, func() { c.enter(s, s.Target, nil) })
		}
	}
	return r.Done(), nil
}

// A checker looks at the goroutines of one package.
type checker struct {
	*index.Package
	r *report.Reporter
	// values has what is assigned to variables; touched those that something else
	// happens to: a field is set, or the address taken.
	values  map[types.Object][]ast.Expr
	touched map[types.Object]bool
	// defaults says that the package changes http.DefaultClient.
	defaults bool
}

// read notes what the variables hold.
func (c *checker) read(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				c.assign(left, n.Rhs, i, len(n.Lhs))
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if len(n.Values) > 0 {
					c.assign(name, n.Values, i, len(n.Names))
				}
			}
		case *ast.UnaryExpr:
			if id, ok := n.X.(*ast.Ident); ok && n.Op.String() == "&" {
				c.touched[c.Info.ObjectOf(id)] = true
			}
		}
		return true
	})
}

func (c *checker) assign(left ast.Expr, right []ast.Expr, i, n int) {
	switch left := ast.Unparen(left).(type) {
	case *ast.Ident:
		obj := c.Info.ObjectOf(left)
		switch {
		case len(right) == n:
			c.values[obj] = append(c.values[obj], right[i])
		case len(right) == 1 && i == 0: // the first result of a call
			c.values[obj] = append(c.values[obj], right[0])
		default:
			c.touched[obj] = true
		}
	case *ast.SelectorExpr:
		if c.isDefault(left) || c.isDefault(left.X) {
			c.defaults = true
		}
		if id, ok := ast.Unparen(left.X).(*ast.Ident); ok {
			c.touched[c.Info.ObjectOf(id)] = true
		}
	}
}

// isDefault reports whether an expression is http.DefaultClient or what it uses.
func (c *checker) isDefault(e ast.Expr) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	v, ok := c.Info.Uses[sel.Sel].(*types.Var)
	return ok && v.Pkg() != nil && v.Pkg().Path() == "net/http" && (v.Name() == "DefaultClient" || v.Name() == "DefaultTransport")
}

// depth is how many calls away from its entry a goroutine is followed.
const depth = 3

// enter looks for requests in a function that a goroutine runs.
func (c *checker) enter(s *index.Spawn, f *index.Func, calls []index.Call) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.GoStmt:
			return false
		case *ast.CallExpr:
			callee := c.Callee(n)
			if c.unlimited(n, callee) {
				c.r.Add(c.leak(s, f, n, calls))
			}
			again := slices.ContainsFunc(calls, func(c index.Call) bool { return c.In == f })
			if next := c.FuncOf(callee); next != nil && len(calls) < depth && !again {
				c.enter(s, next, append(slices.Clone(calls), index.Call{In: f, Expr: n}))
			}
		}
		return true
	})
}

// unlimited reports whether a call makes a request that may take for ever.
func (c *checker) unlimited(n *ast.CallExpr, callee *types.Func) bool {
	if symbol.Is(callee, "net/http", "", "Get", "Head", "Post", "PostForm") {
		return true
	}
	if !symbol.Is(callee, "net/http", "Client", "Do", "Get", "Head", "Post", "PostForm") {
		return false
	}
	sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
	if !ok || !c.patient(sel.X) {
		return false
	}
	return callee.Name() != "Do" || len(n.Args) == 1 && c.background(n.Args[0])
}

// patient reports whether a client waits for as long as it takes.
func (c *checker) patient(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		return c.isDefault(e)
	case *ast.Ident:
		obj := c.Info.ObjectOf(e)
		if v, ok := obj.(*types.Var); !ok || v.Exported() || c.touched[obj] || len(c.values[obj]) != 1 {
			return false
		}
		value := c.values[obj][0]
		if _, again := ast.Unparen(value).(*ast.Ident); again {
			return false
		}
		return c.patient(value)
	case *ast.UnaryExpr:
		return c.patient(e.X)
	case *ast.CompositeLit:
		for _, elt := range e.Elts {
			key, ok := elt.(*ast.KeyValueExpr)
			if !ok {
				return false
			}
			if name, ok := key.Key.(*ast.Ident); !ok || name.Name == "Timeout" || name.Name == "Transport" {
				return false
			}
		}
		return true
	case *ast.CallExpr:
		id, ok := ast.Unparen(e.Fun).(*ast.Ident)
		return ok && c.Info.Uses[id] == types.Universe.Lookup("new")
	}
	return false
}

// background reports whether a request has no context that could end it.
func (c *checker) background(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	values := c.values[c.Info.ObjectOf(id)]
	for _, v := range values {
		call, ok := ast.Unparen(v).(*ast.CallExpr)
		if !ok {
			return false
		}
		switch f := c.Callee(call); {
		case symbol.Is(f, "net/http", "", "NewRequest"):
		case symbol.Is(f, "net/http", "", "NewRequestWithContext"):
			ctx, ok := ast.Unparen(call.Args[0]).(*ast.CallExpr)
			if !ok || !symbol.Is(c.Callee(ctx), "context", "", "Background", "TODO") {
				return false
			}
		default:
			return false
		}
	}
	return len(values) > 0
}

func (c *checker) leak(s *index.Spawn, f *index.Func, n *ast.CallExpr, calls []index.Call) report.Leak {
	call := report.Source(c.Fset, n.Fun)
	at := c.r.Frame(f.Name, n.Pos())
	l := report.Leak{
		Pos: n.Pos(), Cause: unleak.CauseNetworkIO, Grade: unleak.Suspect, Wait: unleak.WaitSelect,
		Stack:       []unleak.Frame{{Func: "net/http.(*persistConn).roundTrip"}, at},
		Message:     fmt.Sprintf("the goroutine waits in %s for as long as the server likes", call),
		Explanation: fmt.Sprintf("The request by %s has no time limit: a server that does not answer holds the goroutine, and more of them are started meanwhile.", call),
		Fixes:       []unleak.Fix{{Title: fmt.Sprintf("In line %d, make the request with a client that has a Timeout: &http.Client{Timeout: 10 * time.Second}", at.Line)}},
		Related:     []analysis.RelatedInformation{{Pos: s.Node.Pos(), Message: "the goroutine is started here"}},
	}
	for _, c2 := range slices.Backward(calls) {
		l.Stack = append(l.Stack, c.r.Frame(c2.In.Name, c2.Expr.Pos()))
	}
	if s.Entry != "" {
		l.Stack = append(l.Stack, unleak.Frame{Func: s.Entry})
	}
	created := c.r.Frame(s.In.Name, s.Node.Pos())
	l.Created = &created
	return l
}

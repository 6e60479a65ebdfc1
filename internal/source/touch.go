// SPDX-License-Identifier: MIT

package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// touches returns what else is done with a channel, lock or WaitGroup in the
// declared function around the operation and in the one that makes the channel.
// The order is that of the source.
func (fn *function) touches(o types.Object, pl place) []End {
	if o == nil {
		return nil
	}
	flow := fn.p.flows()
	root := flow.root(o)
	var makers []token.Pos
	for _, call := range flow.makes[root] {
		makers = append(makers, call.Pos())
	}
	var touches []End
	for _, u := range flow.uses[root] {
		switch {
		case u.decl == nil, u.node == pl.node, u.how == "cancel":
		case pl.kind.locks() && u.object != o: // a class may hold several locks
		case u.decl == fn.decl() || len(makers) == 1 && u.decl.Pos() <= makers[0] && makers[0] < u.decl.End():
			touches = append(touches, fn.p.end(u))
		}
	}
	return touches
}

func (k OpKind) locks() bool { return k == Lock || k == RLock || k == Wait || k == CondWait }

// A Limit is a place that bounds how long calls around it may wait.
type Limit struct {
	Text Code // conn.SetDeadline, context.WithTimeout
	File string
	Line int
}

// limits returns the calls in the declared function around fn that set a time
// limit: a connection's deadline, a context's, or a dialler's.
func (fn *function) limits() []Limit {
	d := fn.decl()
	if d == nil || d.Body == nil {
		return nil
	}
	var limits []Limit
	ast.Inspect(d.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && fn.p.setsLimit(call) {
			limits = append(limits, fn.p.limit(call.Pos(), Code(fn.p.text(call.Fun))))
		}
		return true
	})
	return limits
}

func (p *pack) limit(pos token.Pos, text Code) Limit {
	at := p.fset.PositionFor(pos, false)
	return Limit{Text: text, File: at.Filename, Line: at.Line}
}

func (p *pack) setsLimit(call *ast.CallExpr) bool {
	path, name := p.callee(call)
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "SetDeadline", "SetReadDeadline", "SetWriteDeadline":
		return path != checkedPath
	case "WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause":
		return path == "context"
	case "DialTimeout":
		return path == "net"
	}
	return false
}

// A Client is the http.Client that a call uses.
type Client struct {
	// Expr names it as the source does: "client", "http.Get" for the default one.
	Expr Code
	// Default says that it is http.DefaultClient, which has no time limit.
	Default bool
	// Made says that it is made in one place, Limit where that is or, where one is
	// set, the Timeout.
	Made    bool
	Timeout bool
	Limit   Limit
}

// client returns what is known of the http.Client whose method a call calls, or
// of the default one.
func (p *pack) client(call *ast.CallExpr) *Client {
	path, name := p.callee(call)
	if path != "net/http" {
		return nil
	}
	name, method := strings.CutPrefix(name, "Client.")
	switch name {
	case "Do", "Get", "Head", "Post", "PostForm":
	default:
		return nil
	}
	if !method {
		return &Client{Expr: Code(p.text(call.Fun)), Default: true}
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	c := &Client{Expr: Code(p.text(sel.X)), Default: p.isDefaultClient(sel.X)}
	o := p.object(sel.X)
	if o == nil || c.Default {
		return c
	}
	flow := p.flows()
	c.Default = flow.defaults[flow.root(o)]
	switch made := flow.clients[flow.root(o)]; {
	case len(made) != 1:
	case made[0].timeout != nil:
		c.Made, c.Timeout, c.Limit = true, true, p.limit(made[0].timeout.Pos(), Code(p.text(made[0].timeout)))
	default:
		c.Made, c.Limit = true, p.limit(made[0].pos, "")
	}
	return c
}

func (p *pack) isDefaultClient(e ast.Expr) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "DefaultClient" {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return false
	}
	name, ok := p.info.Uses[id].(*types.PkgName)
	return ok && name.Imported().Path() == "net/http"
}

// A madeClient is a composite literal of http.Client.
type madeClient struct {
	pos     token.Pos
	timeout ast.Expr // nil where none is set
}

// madeClient returns the client that an expression makes.
func (p *pack) madeClient(e ast.Expr) (madeClient, bool) {
	e = ast.Unparen(e)
	if ref, ok := e.(*ast.UnaryExpr); ok && ref.Op == token.AND {
		e = ast.Unparen(ref.X)
	}
	var typ ast.Expr
	m := madeClient{pos: e.Pos()}
	switch e := e.(type) {
	case *ast.CompositeLit:
		typ = e.Type
		for _, elt := range e.Elts {
			if kv, ok := elt.(*ast.KeyValueExpr); ok {
				if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Timeout" {
					m.timeout = kv.Value
				}
			}
		}
	case *ast.CallExpr:
		if id, ok := e.Fun.(*ast.Ident); ok && id.Name == "new" && len(e.Args) == 1 {
			typ = e.Args[0]
		}
	}
	if typ == nil {
		return m, false
	}
	return m, isClient(p.info.TypeOf(typ))
}

func isClient(t types.Type) bool { return t != nil && t.String() == "net/http.Client" }

// SPDX-License-Identifier: MIT

package index

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/cfg"
)

// A Wait is where a goroutine waits for one of its ends.
type Wait struct {
	In *Func
	// Node is the select statement, the receive, or the range statement.
	Node ast.Node
	// Calls are the calls that lead there, outermost first.
	Calls []Call
}

// OnlyEnds returns the first place where a function waits for one of the ends, if
// it returns in no other way than by receiving from one. end tells ends by their
// channel.
func (p *Package) OnlyEnds(f *Func, end func(ch ast.Expr) bool) (Wait, bool) {
	e := ending{Package: p, end: end, known: make(map[*Func]*ended)}
	r := e.look(f)
	return r.wait, r.only && r.found
}

type ending struct {
	*Package
	end   func(ch ast.Expr) bool
	known map[*Func]*ended
}

// ended is what is known of a function.
type ended struct {
	only  bool // no exit can be reached but through an end
	found bool
	wait  Wait
}

func (e *ending) look(f *Func) *ended {
	if r := e.known[f]; r != nil {
		return r
	}
	r := new(ended)
	e.known[f] = r
	if f.CFG == nil || len(f.CFG.Blocks) == 0 {
		return r
	}
	g := graph{Package: e.Package, f: f}
	exit := false
	f.walk(func(b *cfg.Block) []*cfg.Block {
		if e.stops(f, b, r) {
			return nil
		}
		exit = exit || g.exit(b)
		return e.succs(f, b, r)
	})
	r.only = !exit
	return r
}

// stops reports whether control goes on from a block only when an end has come.
func (e *ending) stops(f *Func, b *cfg.Block, r *ended) bool {
	for _, n := range b.Nodes {
		if e.Comm(n) != nil {
			continue
		}
		if s, ok := n.(*ast.ExprStmt); ok {
			if c, ok := ast.Unparen(s.X).(*ast.CallExpr); ok && e.enters(f, c, r) {
				return true
			}
		}
		if ch := Receives(n); ch != nil && e.end(ch) {
			r.note(f, n)
			return true
		}
	}
	return false
}

// enters reports whether a call does not return before an end has come.
func (e *ending) enters(f *Func, c *ast.CallExpr, r *ended) bool {
	callee := e.FuncOf(e.Callee(c))
	if callee == nil {
		return false
	}
	inner := e.look(callee)
	if !inner.only || !inner.found {
		return false
	}
	if !r.found {
		r.found, r.wait = true, inner.wait
		r.wait.Calls = append([]Call{{f, c}}, inner.wait.Calls...)
	}
	return true
}

func (e *ending) succs(f *Func, b *cfg.Block, r *ended) []*cfg.Block {
	if s, ok := b.Stmt.(*ast.RangeStmt); ok && b.Kind == cfg.KindRangeLoop && (e.end(s.X) || e.FromTimer(f, s.X)) {
		if e.end(s.X) {
			r.note(f, s)
		}
		return b.Succs[:1]
	}
	var next []*cfg.Block
	for _, s := range b.Succs {
		if c, ok := s.Stmt.(*ast.CommClause); ok && s.Kind == cfg.KindSelectCaseBody {
			if ch := Receives(c.Comm); ch != nil && e.end(ch) {
				r.note(f, e.Comm(c.Comm))
				continue
			}
		}
		next = append(next, s)
	}
	return next
}

func (r *ended) note(f *Func, n ast.Node) {
	if !r.found {
		r.found, r.wait = true, Wait{In: f, Node: n}
	}
}

// Receives returns the channel from which a statement receives, or nil.
func Receives(n ast.Node) ast.Expr {
	var e ast.Expr
	switch s := n.(type) {
	case *ast.ExprStmt:
		e = s.X
	case *ast.AssignStmt:
		if len(s.Rhs) == 1 {
			e = s.Rhs[0]
		}
	case ast.Expr:
		e = s
	}
	if e == nil {
		return nil
	}
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok && u.Op == token.ARROW {
		return u.X
	}
	return nil
}

// SPDX-License-Identifier: MIT

package source

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// A lockState maps each lock that is held at a place to the call that took it.
// The key is the lock as the source writes it: from.mu and to.mu are two locks
// with one declaration.
type lockState map[Code]held

type held struct {
	object   types.Object
	call     *ast.CallExpr
	deferred bool // an Unlock is deferred
}

// locksAt returns the locks that a function took before a position and has not
// given back there, going down the blocks that hold the position.
func (p *pack) locksAt(body *ast.BlockStmt, pos token.Pos) lockState {
	state := make(lockState)
	if body != nil {
		p.walkLocks(state, body.List, pos)
	}
	return state
}

// held lists the locks that the function holds at a line.
func (fn *function) held(line int) []Hold {
	body := fn.body()
	if body == nil {
		return nil
	}
	pos := body.Rbrace
	fn.inner(func(n ast.Node, _ []ast.Node) { // the first statement of the line
		if s, ok := n.(ast.Stmt); ok && fn.p.line(s.Pos()) == line {
			pos = min(pos, s.Pos())
		}
	})
	if pos == body.Rbrace {
		return nil
	}
	var holds []Hold
	for expr, h := range fn.p.locksAt(body, pos) {
		holds = append(holds, Hold{Object: fn.p.place(h.object), Expr: expr, Line: fn.p.line(h.call.Pos())})
	}
	slices.SortFunc(holds, func(a, b Hold) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Expr, b.Expr))
	})
	return holds
}

// walkLocks goes through the statements before pos, and into the one with pos.
func (p *pack) walkLocks(state lockState, list []ast.Stmt, pos token.Pos) {
	for _, s := range list {
		if s.Pos() >= pos {
			return
		}
		if pos < s.End() {
			p.intoStatement(state, s, pos)
			return
		}
		p.passStatement(state, s)
	}
}

// intoStatement follows the statement that holds pos.
func (p *pack) intoStatement(state lockState, s ast.Stmt, pos token.Pos) {
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil, *ast.FuncLit:
			return false
		case *ast.BlockStmt:
			if n.Pos() < pos && pos < n.End() {
				p.walkLocks(state, n.List, pos)
			}
			return false
		case *ast.CaseClause:
			if n.Pos() < pos && pos <= n.End() {
				p.walkLocks(state, n.Body, pos)
			}
			return n.Pos() >= pos
		case *ast.CommClause:
			if n.Pos() < pos && pos <= n.End() {
				p.walkLocks(state, n.Body, pos)
			}
			return false
		}
		return n.Pos() < pos
	})
}

// passStatement notes the locks that a whole statement takes and gives back. What
// an if's or a loop's body does counts only where it goes on behind it, and a
// lock counts as given back where one way does so: in doubt nothing is held.
func (p *pack) passStatement(state lockState, s ast.Stmt) {
	switch s := s.(type) {
	case *ast.ExprStmt:
		if call, ok := s.X.(*ast.CallExpr); ok {
			p.passCall(state, call, false)
		}
		return
	case *ast.DeferStmt:
		p.passCall(state, s.Call, true)
		if lit, ok := s.Call.Fun.(*ast.FuncLit); ok {
			innerNodes(lit.Body, func(n ast.Node, _ []ast.Node) {
				if call, ok := n.(*ast.CallExpr); ok {
					p.passCall(state, call, true)
				}
			})
		}
		return
	case *ast.GoStmt:
		return
	case *ast.BlockStmt:
		for _, inner := range s.List {
			p.passStatement(state, inner)
		}
		return
	}
	innerNodes(s, func(n ast.Node, around []ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok || !isUnlock(syncUses[syncName(p.callee(call))]) {
			return
		}
		for _, a := range around {
			if b, ok := a.(*ast.BlockStmt); ok && p.endsIn(b.List) {
				return // this way does not come out behind the statement
			}
		}
		p.passCall(state, call, false)
	})
}

// endsIn reports whether a list of statements ends by leaving the function.
func (p *pack) endsIn(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	switch s := list[len(list)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.GOTO
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		return ok && p.ends(call)
	}
	return false
}

func isUnlock(how string) bool { return how == "unlock" || how == "runlock" }

func (p *pack) passCall(state lockState, call *ast.CallExpr, deferred bool) {
	how := syncUses[syncName(p.callee(call))]
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	key := Code(p.text(sel.X))
	switch {
	case isUnlock(how) && deferred:
		if h, ok := state[key]; ok {
			h.deferred = true
			state[key] = h
		}
	case isUnlock(how):
		delete(state, key)
	case (how == "lock" || how == "rlock") && !deferred:
		if o := p.receiverObject(call); o != nil {
			state[key] = held{object: o, call: call}
		}
	}
}

// keeps reports whether the function of a Lock call can return with the lock
// still held: at a return statement, or at its end.
func (p *pack) keeps(u use) bool {
	body := u.decl.Body
	ast.Inspect(u.decl, func(n ast.Node) bool { // the innermost function around
		if b, ok := funcBody(n); ok && b != nil && b.Pos() <= u.node.Pos() && u.node.End() <= b.End() {
			body = b
		}
		return true
	})
	if body == nil {
		return false
	}
	keeps := false
	look := func(pos token.Pos) {
		for _, h := range p.locksAt(body, pos) {
			keeps = keeps || h.call == u.node && !h.deferred
		}
	}
	innerNodes(body, func(n ast.Node, _ []ast.Node) {
		if r, ok := n.(*ast.ReturnStmt); ok {
			look(r.Pos())
		}
	})
	if !p.endsIn(body.List) {
		look(body.Rbrace)
	}
	return keeps
}

// SPDX-License-Identifier: MIT

package source

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
)

// loopOf returns how long a loop statement lasts; LoopNone for other nodes.
func (p *pack) loopOf(n ast.Node, label string) Loop {
	switch n := n.(type) {
	case *ast.ForStmt:
		if n.Cond != nil && !p.isTrue(n.Cond) {
			if n.Init != nil && n.Post != nil {
				return LoopBounded
			}
			return LoopOpen
		}
		if p.leaves(n.Body, label, nil) {
			return LoopOpen
		}
		return LoopEndless
	case *ast.RangeStmt:
		_, from := p.channel(n.X)
		switch {
		case (from == FromTicker || from == FromTimer) && p.leaves(n.Body, label, nil):
			return LoopOpen
		case from == FromTicker || from == FromTimer:
			return LoopEndless // the time package closes no channel
		case p.isChan(n.X) || !p.finite(n.X):
			return LoopOpen
		}
		return LoopBounded
	}
	return LoopNone
}

// isTrue reports whether a condition is constant and true.
func (p *pack) isTrue(cond ast.Expr) bool {
	v := p.info.Types[cond].Value
	return v != nil && v.Kind() == constant.Bool && constant.BoolVal(v)
}

// finite reports whether a range over x ends by itself: x is known, and neither a
// channel nor an iterator function.
func (p *pack) finite(x ast.Expr) bool {
	t := p.info.TypeOf(x)
	if t == nil {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Slice, *types.Array, *types.Map, *types.Pointer:
		return true
	case *types.Basic:
		return u.Kind() != types.Invalid
	}
	return false
}

func (p *pack) isChan(x ast.Expr) bool {
	t := p.info.TypeOf(x)
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

// leaves reports whether some statement in the loop's body leaves the loop. What
// stands in function literals runs elsewhere; what a called function does is not
// looked at, but for the standard library's ways to end the goroutine. Statements
// inside nodes for which except is true do not count.
func (p *pack) leaves(body *ast.BlockStmt, label string, except func(ast.Node) bool) bool {
	inside := make(map[string]bool)
	innerNodes(body, func(n ast.Node, _ []ast.Node) {
		if l, ok := n.(*ast.LabeledStmt); ok {
			inside[l.Label.Name] = true
		}
	})
	found := false
	innerNodes(body, func(n ast.Node, around []ast.Node) {
		if except != nil && slices.ContainsFunc(around, except) {
			return
		}
		switch n := n.(type) {
		case *ast.ReturnStmt:
			found = true
		case *ast.BranchStmt:
			found = found || branchLeaves(n, around, label, inside)
		case *ast.CallExpr:
			found = found || p.ends(n)
		case *ast.BadStmt, *ast.BadExpr, *ast.BadDecl:
			found = true // not known what stood there
		}
	})
	return found
}

// branchLeaves reports whether a branch statement leaves the loop with the label;
// around holds the nodes from the loop's body to the statement.
func branchLeaves(b *ast.BranchStmt, around []ast.Node, label string, inside map[string]bool) bool {
	switch b.Tok {
	case token.GOTO:
		return b.Label == nil || !inside[b.Label.Name]
	case token.CONTINUE:
		return b.Label != nil && b.Label.Name != label && !inside[b.Label.Name]
	case token.BREAK:
		if b.Label != nil {
			return !inside[b.Label.Name]
		}
		for _, n := range around {
			switch n.(type) {
			case *ast.ForStmt, *ast.RangeStmt, *ast.SelectStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt:
				return false
			}
		}
		return true
	}
	return false
}

// ends reports whether a call ends the goroutine or the process: panic, os.Exit,
// runtime.Goexit, log.Fatal and log.Panic, and the Fatal and Skip methods of
// package testing, which call Goexit.
func (p *pack) ends(call *ast.CallExpr) bool {
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && id.Name == "panic" {
		obj := p.info.Uses[id]
		_, builtin := obj.(*types.Builtin)
		return builtin || obj == nil
	}
	switch path, name := p.callee(call); path {
	case "os":
		return name == "Exit"
	case "runtime":
		return name == "Goexit"
	case "syscall":
		return name == "Exit" || name == "Exec"
	case "log":
		switch name {
		case "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln":
			return true
		}
	case "", "testing":
		// Methods of types that are not known here, a logger's or a test's:
		// their Fatal and Panic end things in every library.
		switch methodName(name) {
		case "Fatal", "Fatalf", "Fatalln", "FailNow", "Skip", "Skipf", "SkipNow", "Panic", "Panicf", "Panicln":
			return true
		}
	}
	return false
}

// loopAround returns the most lasting loop among the nodes that hold a place.
func (p *pack) loopAround(nodes []ast.Node) Loop {
	most, label := LoopNone, ""
	for _, n := range nodes {
		most = max(most, p.loopOf(n, label))
		label = ""
		if l, ok := n.(*ast.LabeledStmt); ok {
			label = l.Label.Name
		}
	}
	return most
}

// loops calls visit for each loop of the function.
func (fn *function) loops(visit func(n ast.Node, loop Loop)) {
	labels := make(map[ast.Node]string)
	fn.inner(func(n ast.Node, _ []ast.Node) {
		if l, ok := n.(*ast.LabeledStmt); ok {
			labels[l.Stmt] = l.Label.Name
		}
		if loop := fn.p.loopOf(n, labels[n]); loop != LoopNone {
			visit(n, loop)
		}
	})
}

// loopAt returns the most lasting loop around a line of the function.
func (fn *function) loopAt(line int) Loop {
	most := LoopNone
	fn.loops(func(n ast.Node, loop Loop) {
		if fn.p.line(n.Pos()) <= line && line <= fn.p.line(n.End()) {
			most = max(most, loop)
		}
	})
	return most
}

// loopIn returns the most lasting loop anywhere in the function.
func (fn *function) loopIn() Loop {
	most := LoopNone
	fn.loops(func(_ ast.Node, loop Loop) { most = max(most, loop) })
	return most
}

// SPDX-License-Identifier: MIT

// Package spawn defines an analyzer that finds loops which start a goroutine for
// all that comes, and limit only how many of them work.
package spawn

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/index"
	"github.com/unleak/unleak/vet/internal/report"
)

const doc = `report loops that start goroutines faster than they may end

A loop over a channel, or one without a condition, that starts a goroutine each
turn has a limit only if something in the loop waits. A slot that the goroutine
takes itself is no such limit: all that comes queues in goroutines of its own.

This is advice, of grade suspect: what comes may be few. Reported are such loops
where the goroutine sends to a channel that was made outside of the loop with room
for a few, and later receives from it, and where no send, lock, Acquire or Wait in
the loop stands beside the go statement. Goroutines by errgroup.Group.Go are passed
over, as SetLimit may be in force, and so are tests.`

// Analyzer reports loops. Its result is a *Result.
var Analyzer = &analysis.Analyzer{
	Name:       "spawn",
	Doc:        doc,
	URL:        "https://github.com/unleak/unleak",
	Requires:   []*analysis.Analyzer{index.Analyzer},
	ResultType: reflect.TypeFor[*report.Result](),
	Run:        run,
}

func run(pass *analysis.Pass) (any, error) {
	c := checker{pass.ResultOf[index.Analyzer].(*index.Package)}
	r := report.NewReporter(pass)
	for _, s := range c.Spawns {
		if s.Limited || s.Target == nil || s.In.Test {
			continue
		}
		r.Try(s.In.Name, func() {
			loop := index.Unbounded(c.Info, s.Stack)
			if loop == nil || c.waits(loop, s.Node) {
				return
			}
			if slot := c.slot(s, loop); slot != nil {
				r.Add(c.leak(r, s, slot))
			}
		})
	}
	return r.Done(), nil
}

// A checker looks at the loops of one package.
type checker struct{ *index.Package }

// waits reports whether something in a loop may wait before the goroutine starts,
// other than for what comes.
func (c checker) waits(loop ast.Stmt, spawn ast.Node) bool {
	found := false
	ast.Inspect(loop, func(n ast.Node) bool {
		if n == spawn {
			return false
		}
		switch n := n.(type) {
		case *ast.SendStmt:
			found = true
		case *ast.CallExpr:
			if sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok {
				switch sel.Sel.Name {
				case "Acquire", "TryAcquire", "Wait", "Lock", "Allow", "Take", "Reserve":
					found = true
				}
			}
		}
		return !found
	})
	return found
}

// slot returns the send by which a goroutine takes a slot that it gives back later.
func (c checker) slot(s *index.Spawn, loop ast.Stmt) *ast.SendStmt {
	taken := make(map[types.Object]*ast.SendStmt)
	var slot *ast.SendStmt
	ast.Inspect(s.Target.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			return false
		case *ast.SendStmt:
			if v := c.variable(n.Chan); v != nil && !within(v, loop) && !within(v, s.Target.Body) && c.room(s, v) {
				taken[v] = n
			}
		case *ast.UnaryExpr:
			if send := taken[c.variable(n.X)]; send != nil && n.Op == token.ARROW && slot == nil {
				slot = send
			}
		}
		return true
	})
	return slot
}

func (c checker) variable(e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if v, ok := c.Info.Uses[e].(*types.Var); ok {
			return v
		}
	case *ast.SelectorExpr:
		if v, ok := c.Info.Uses[e.Sel].(*types.Var); ok {
			return v
		}
	}
	return nil
}

func within(v types.Object, n ast.Node) bool { return n.Pos() <= v.Pos() && v.Pos() < n.End() }

// room reports whether a channel is made with a capacity in this package.
func (c checker) room(s *index.Spawn, v types.Object) bool {
	made := false
	check := func(left, right ast.Expr) {
		id, ok := left.(*ast.Ident)
		if sel, is := left.(*ast.SelectorExpr); is {
			id, ok = sel.Sel, true
		}
		call, isCall := ast.Unparen(right).(*ast.CallExpr)
		if ok && isCall && c.Info.ObjectOf(id) == v && len(call.Args) == 2 {
			made = true
		}
	}
	outer := s.In
	for outer.Outer != nil && outer.Outer.Body != nil {
		outer = outer.Outer
	}
	for _, f := range c.Funcs {
		if f != outer && v.Parent() != nil && v.Parent() != c.Types.Scope() {
			continue // a local variable of another function
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i := range n.Lhs {
					if len(n.Lhs) == len(n.Rhs) {
						check(n.Lhs[i], n.Rhs[i])
					}
				}
			case *ast.KeyValueExpr:
				check(n.Key, n.Value)
			case *ast.ValueSpec:
				for i := range n.Values {
					if len(n.Names) == len(n.Values) {
						check(n.Names[i], n.Values[i])
					}
				}
			}
			return !made
		})
	}
	return made
}

func (c checker) leak(r *report.Reporter, s *index.Spawn, slot *ast.SendStmt) report.Leak {
	ch := report.Source(c.Fset, slot.Chan)
	created := r.Frame(s.In.Name, s.Node.Pos())
	l := report.Leak{
		Pos: slot.Pos(), Cause: unleak.CauseUnboundedSpawn, Grade: unleak.Suspect, Wait: unleak.WaitSend,
		Stack:   []unleak.Frame{r.Frame(s.Target.Name, slot.Pos())},
		Created: &created,
		Message: fmt.Sprintf("the goroutine takes its slot in %s after it was started, so that nothing limits how many there are", ch),
		Explanation: fmt.Sprintf("The loop in %s starts a goroutine for all that comes, and they queue for a slot in %s: nothing limits how many wait there.",
			unleak.ShortFunc(s.In.Name), ch),
		Fixes: []unleak.Fix{{Title: fmt.Sprintf("Move %s from line %d to before line %d, so that the loop waits",
			report.Source(c.Fset, slot), c.Fset.Position(slot.Pos()).Line, created.Line)}},
		Related: []analysis.RelatedInformation{{Pos: s.Node.Pos(), Message: "the goroutine is started here"}},
	}
	if s.Entry != "" {
		l.Stack = append(l.Stack, unleak.Frame{Func: s.Entry})
	}
	return l
}

// SPDX-License-Identifier: MIT

package source

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"time"
)

// A place is an operation's node with the nodes around it in its function.
type place struct {
	kind   OpKind
	node   ast.Node
	expr   ast.Expr // what the operation works on
	around []ast.Node
}

// opsAt returns the blocking operations that the compiler puts on a line of the
// function. A statement over several lines counts where nothing starts on the
// line itself.
func (fn *function) opsAt(line int) []place {
	var exact, within []place
	fn.inner(func(n ast.Node, around []ast.Node) {
		from, to := fn.p.line(n.Pos()), fn.p.line(n.End())
		if line < from || to < line {
			return
		}
		pl, ok := fn.p.operation(n)
		if !ok || isOffer(n, around) {
			return
		}
		pl.around = slices.Clone(around)
		switch {
		case from == line || fn.p.line(opPos(n)) == line:
			exact = append(exact, pl)
		case pl.kind != Select && pl.kind != Range: // their bodies are not they
			within = append(within, pl)
		}
	})
	if len(exact) > 0 {
		return exact
	}
	return within
}

// isOffer reports whether n is the operation of a case beside a default: such a
// one never waits.
func isOffer(n ast.Node, around []ast.Node) bool {
	for i := len(around) - 1; i >= 0; i-- {
		clause, ok := around[i].(*ast.CommClause)
		if !ok {
			continue
		}
		if communication(clause.Comm) != n {
			return false
		}
		for _, outer := range slices.Backward(around[:i]) {
			if sel, ok := outer.(*ast.SelectStmt); ok {
				return slices.ContainsFunc(sel.Body.List, func(s ast.Stmt) bool {
					c, ok := s.(*ast.CommClause)
					return ok && c.Comm == nil
				})
			}
		}
		return false
	}
	return false
}

// communication returns the send or receive of a case.
func communication(s ast.Stmt) ast.Node {
	var e ast.Expr
	switch s := s.(type) {
	case *ast.ExprStmt:
		e = s.X
	case *ast.AssignStmt:
		if len(s.Rhs) == 1 {
			e = s.Rhs[0]
		}
	default:
		return s
	}
	return ast.Unparen(e)
}

// opPos returns the position that the compiler gives to an operation that does
// not start with its operator.
func opPos(n ast.Node) token.Pos {
	switch n := n.(type) {
	case *ast.SendStmt:
		return n.Arrow
	case *ast.CallExpr:
		return n.Lparen
	case *ast.RangeStmt:
		return n.X.Pos()
	}
	return n.Pos()
}

// operation returns the operation that a node is.
func (p *pack) operation(n ast.Node) (place, bool) {
	switch n := n.(type) {
	case *ast.SendStmt:
		return place{kind: Send, node: n, expr: n.Chan}, true
	case *ast.UnaryExpr:
		return place{kind: Receive, node: n, expr: n.X}, n.Op == token.ARROW
	case *ast.RangeStmt:
		_, origin := p.channel(n.X)
		return place{kind: Range, node: n, expr: n.X}, origin != "" || p.isChan(n.X)
	case *ast.SelectStmt:
		return place{kind: Select, node: n}, true
	case *ast.CallExpr:
		path, name := p.callee(n)
		if kind, ok := blockingCalls[path+"."+name]; ok {
			if kind == Sleep {
				return place{kind: Sleep, node: n, expr: n}, true
			}
			return place{kind: kind, node: n, expr: ast.Unparen(n.Fun).(*ast.SelectorExpr).X}, true
		}
	}
	return place{}, false
}

var blockingCalls = map[string]OpKind{
	"sync.Mutex.Lock":     Lock,
	"sync.RWMutex.Lock":   Lock,
	"sync.Locker.Lock":    Lock,
	"sync.RWMutex.RLock":  RLock,
	"sync.WaitGroup.Wait": Wait,
	"sync.Cond.Wait":      CondWait,
	"time.Sleep":          Sleep,
}

// calls returns the calls on a line of the function, outermost first.
func (fn *function) calls(line int) []*ast.CallExpr {
	var calls []*ast.CallExpr
	fn.inner(func(n ast.Node, _ []ast.Node) {
		if call, ok := n.(*ast.CallExpr); ok && fn.p.line(call.Pos()) <= line && line <= fn.p.line(call.Rparen) {
			if _, blocks := fn.p.operation(call); !blocks {
				calls = append(calls, call)
			}
		}
	})
	return calls
}

// describe says all that source shows of an operation.
func (fn *function) describe(pl place) Op {
	p := fn.p
	op := Op{Kind: pl.kind, Line: p.line(pl.node.Pos())}
	if pl.expr != nil {
		op.Expr = Code(p.text(pl.expr))
	}
	op.Leaves = p.loopAround(pl.around) != LoopEndless
	if loop, ok := pl.node.(*ast.RangeStmt); ok {
		op.Leaves = p.leaves(loop.Body, "", nil)
	}
	switch pl.kind {
	case Select:
		fn.describeSelect(&op, pl)
	case Send, Receive, Range:
		fn.describeChannel(&op, pl)
	case Lock, RLock, Wait, CondWait:
		o := p.receiverObject(pl.node.(*ast.CallExpr))
		op.Object = p.place(o)
		op.Ends, op.Takes = p.enders(o, pl.kind), p.takers(o, pl.kind)
		op.Touches = fn.touches(o, pl)
	case Sleep:
		op.Lasts = p.duration(pl.node.(*ast.CallExpr))
	}
	return op
}

// duration returns the call's argument, where that is a constant.
func (p *pack) duration(call *ast.CallExpr) time.Duration {
	if len(call.Args) != 1 {
		return 0
	}
	v := p.info.Types[call.Args[0]].Value
	if v == nil {
		return 0
	}
	n, _ := constant.Int64Val(constant.ToInt(v))
	return time.Duration(n)
}

func (fn *function) describeSelect(op *Op, pl place) {
	stmt := pl.node.(*ast.SelectStmt)
	inLoop := fn.p.loopAround(pl.around) != LoopNone
	for _, s := range stmt.Body.List {
		clause, ok := s.(*ast.CommClause)
		if !ok {
			continue
		}
		if clause.Comm == nil {
			op.Default = true
			continue
		}
		var c place
		found := false
		innerNodes(clause.Comm, func(n ast.Node, around []ast.Node) {
			if found {
				return
			}
			if c, found = fn.p.operation(n); found {
				c.around = append(slices.Clone(pl.around), around...)
			}
		})
		if !found {
			continue
		}
		one := fn.describe(c)
		one.Leaves = !inLoop || fn.p.caseLeaves(clause)
		op.Cases = append(op.Cases, one)
	}
}

// caseLeaves reports whether a select's case leaves the loop around the select. A
// break without a label leaves the select alone: seen from the case's statements
// with a select around them, it stays inside. What a select further in does when
// a context is done counts for the context, not for this case.
func (p *pack) caseLeaves(clause *ast.CommClause) bool {
	body := &ast.BlockStmt{Lbrace: clause.Colon, List: []ast.Stmt{
		&ast.SelectStmt{Select: clause.Colon, Body: &ast.BlockStmt{Lbrace: clause.Colon, List: clause.Body}},
	}}
	return p.leaves(body, "", p.contextDone)
}

// contextDone reports whether a node is a select's case that receives from a
// context's Done.
func (p *pack) contextDone(n ast.Node) bool {
	clause, ok := n.(*ast.CommClause)
	if !ok {
		return false
	}
	recv, ok := clause.Comm.(*ast.ExprStmt)
	if !ok {
		return false
	}
	op, ok := recv.X.(*ast.UnaryExpr)
	if !ok || op.Op != token.ARROW {
		return false
	}
	_, origin := p.channel(op.X)
	return origin == FromContext || origin == FromDeadline
}

func (fn *function) describeChannel(op *Op, pl place) {
	p := fn.p
	o, origin := p.channel(pl.expr)
	op.Object, op.Origin = p.place(o), origin
	if origin == FromContext || origin == FromDeadline {
		ctx := p.contextOf(pl.expr)
		if ctx == nil {
			return
		}
		op.Context = Code(p.text(ctx))
		c := p.object(ctx)
		op.Object = p.place(c)
		op.Ends = p.cancellers(c)
		op.Lost = len(op.Ends) == 0 && c != nil && len(p.flows().cancels[p.flows().root(c)]) > 0
		return
	}
	if o == nil || origin != "" {
		return
	}
	op.Made = p.made(o)
	op.Ends = p.enders(o, pl.kind)
	op.Touches = fn.touches(o, pl)
	if pl.kind == Send {
		op.Count = fn.sends(o)
	}
}

// sends counts the function's sends on a channel; 0 where one is in a loop.
func (fn *function) sends(channel types.Object) int {
	flow := fn.p.flows()
	n, looped := 0, false
	fn.inner(func(node ast.Node, around []ast.Node) {
		s, ok := node.(*ast.SendStmt)
		if !ok {
			return
		}
		if o := fn.p.object(s.Chan); o != nil && flow.root(o) == flow.root(channel) {
			n++
			looped = looped || fn.p.loopAround(around) != LoopNone
		}
	})
	if looped {
		return 0
	}
	return n
}

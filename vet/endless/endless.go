// SPDX-License-Identifier: MIT

// Package endless defines an analyzer that finds goroutines in a loop that has no
// way out and that only time drives: a ticker, a sleep, or nothing at all.
package endless

import (
	"fmt"
	"go/ast"
	"go/token"
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/cfg"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/index"
	"github.com/unleak/unleak/vet/internal/report"
	"github.com/unleak/unleak/vet/internal/symbol"
)

const doc = `report goroutines in loops over time that have no way out

A goroutine that is started again and again, with each call of a function, method
or handler, must have an end. This analyzer reports those that get into a loop from
which no return, break, panic or runtime.Goexit leads out, if each turn of it waits
for a ticker or timer (cause ticker), sleeps (sleep-loop), or neither waits nor
calls anything (busy-loop). That a range over a ticker's channel ends is no way
out: nobody ever closes that channel ("Stop does not close the channel, to prevent
a concurrent goroutine reading from the channel from seeing an erroneous tick":
time.Ticker.Stop).

A range over a channel (chan-range) has no way out either where the package closes
that channel after the loop only. This is said of fields that are not exported, whose
channels the package makes and passes to nobody.

Goroutines that main, an initialisation, or a sync.Once of the package starts are
meant for the life of the process and are passed over, and so is what a variable
of the package guards. Loops that are left when a condition holds are passed over,
whoever may change it, and so are loops that wait for anything else than time, and
all that tests start.`

// Analyzer reports loops. Its result is a *Result.
var Analyzer = &analysis.Analyzer{
	Name:       "endless",
	Doc:        doc,
	URL:        "https://github.com/unleak/unleak",
	Requires:   []*analysis.Analyzer{index.Analyzer},
	ResultType: reflect.TypeFor[*report.Result](),
	Run:        run,
}

func run(pass *analysis.Pass) (any, error) {
	pkg := pass.ResultOf[index.Analyzer].(*index.Package)
	r := report.NewReporter(pass)
	for _, s := range pkg.Spawns {
		if !s.Often || s.Target == nil {
			continue
		}
		r.Try(s.In.Name, func() {
			for _, t := range pkg.Traps(s.Target) {
				l := loop{Package: pkg, trap: t}
				if leak, ok := l.leak(); ok {
					l.place(&leak, s, r)
					r.Add(leak)
				}
			}
		})
	}
	return r.Done(), nil
}

// A loop is one without a way out.
type loop struct {
	*index.Package
	trap index.Trap
	at   ast.Node // where it waits
}

// leak says what drives the loop.
func (l *loop) leak() (report.Leak, bool) {
	leak := report.Leak{Grade: unleak.Likely}
	switch {
	case l.closedAfter():
		leak.Cause, leak.Wait = unleak.CauseChanRange, unleak.WaitReceive
		ch := l.channel()
		leak.Message = fmt.Sprintf("the loop over %s ends when that is closed, which only happens after the loop", ch)
		leak.Explanation = fmt.Sprintf("The loop over %s ends when that channel is closed, and the package closes it after the loop only: nothing ends the loop.", ch)
		leak.Fixes = []unleak.Fix{l.fix("receive only what is there, for range len(%s), or close the channel before the loop, once nobody sends any more", ch)}
	case l.driven(l.tick):
		leak.Cause, leak.Wait = unleak.CauseTicker, unleak.WaitReceive
		if sel, ok := l.at.(*ast.SelectStmt); ok && len(sel.Body.List) > 1 {
			leak.Wait = unleak.WaitSelect
		}
		ch := l.channel()
		leak.Message = fmt.Sprintf("the loop over %s has no way out", ch)
		leak.Explanation = fmt.Sprintf("The loop over %s has no way out: nobody ever closes that channel, and Stop does not.", ch)
		leak.Fixes = []unleak.Fix{l.fix("wait in a select with two cases, <-%s and <-ctx.Done(), and return from the second", ch)}
	case l.driven(l.sleep):
		leak.Cause, leak.Wait = unleak.CauseSleepLoop, unleak.WaitSleep
		call := report.Source(l.Fset, l.at)
		leak.Message = fmt.Sprintf("the loop around %s has no way out", call)
		leak.Explanation = fmt.Sprintf("The loop around %s has no way out: the goroutine wakes, works and sleeps until the process ends.", call)
		leak.Fixes = []unleak.Fix{l.fix("replace %s by a select with two cases, <-time.After(…) and <-ctx.Done(), and return from the second", call)}
	case !l.Driven(l.trap, func(b *cfg.Block) bool { return !l.idle(b) }):
		l.at = l.trap.Loop
		leak.Cause, leak.Wait = unleak.CauseBusyLoop, unleak.WaitRunning
		leak.Message = "the loop has no way out and can turn without a wait"
		leak.Explanation = "The loop has no way out, and nothing in it need wait: the goroutine burns a processor until the process ends."
		leak.Fixes = []unleak.Fix{l.fix("wait in a select without a default, with a case <-ctx.Done() that returns")}
	default:
		return leak, false
	}
	return leak, true
}

// closedAfter reports whether the loop is one over a channel that is closed after it,
// and notes it.
func (l *loop) closedAfter() bool {
	r, ok := l.trap.Loop.(*ast.RangeStmt)
	if !ok || !l.ClosedAfter(l.trap.In, r) {
		return false
	}
	l.at = r
	return true
}

func (l *loop) fix(format string, args ...any) unleak.Fix {
	line := l.Fset.Position(l.at.Pos()).Line
	return unleak.Fix{Title: fmt.Sprintf("In line %d, ", line) + fmt.Sprintf(format, args...)}
}

// driven reports whether every turn of the loop passes what hit finds, and notes
// the first such place.
func (l *loop) driven(hit func(n ast.Node) ast.Node) bool {
	found := make(map[*cfg.Block]bool)
	var at ast.Node
	l.trap.Blocks(func(b *cfg.Block) {
		nodes := b.Nodes
		if r, ok := b.Stmt.(*ast.RangeStmt); ok && b.Kind == cfg.KindRangeLoop {
			nodes = append([]ast.Node{r}, nodes...)
		}
		for _, n := range nodes {
			if n := hit(n); n != nil {
				found[b] = true
				if at == nil || n.Pos() < at.Pos() {
					at = n
				}
				return
			}
		}
	})
	if at == nil || !l.Driven(l.trap, func(b *cfg.Block) bool { return found[b] }) {
		return false
	}
	l.at = at
	return true
}

// tick returns the wait for a ticker or timer in a node of a block.
func (l *loop) tick(n ast.Node) ast.Node {
	if sel := l.Comm(n); sel != nil {
		for _, c := range sel.Body.List {
			if ch := index.Receives(c.(*ast.CommClause).Comm); ch == nil || !l.FromTimer(l.trap.In, ch) {
				return nil
			}
		}
		return sel
	}
	if r, ok := n.(*ast.RangeStmt); ok {
		if l.FromTimer(l.trap.In, r.X) {
			return r
		}
		return nil
	}
	return first(n, func(n ast.Node) bool {
		u, ok := n.(*ast.UnaryExpr)
		return ok && u.Op == token.ARROW && l.FromTimer(l.trap.In, u.X)
	})
}

func (l *loop) sleep(n ast.Node) ast.Node {
	if s, ok := n.(*ast.ExprStmt); ok {
		if c, ok := s.X.(*ast.CallExpr); ok && symbol.Is(l.Callee(c), "time", "", "Sleep") {
			return c
		}
	}
	return nil
}

// idle reports whether control passes a block without a wait, and without a call
// of which that is not known. The bodies of a select's cases are not passed so:
// something has to happen first.
func (l *loop) idle(b *cfg.Block) bool {
	if b.Kind == cfg.KindSelectCaseBody {
		return false
	}
	if r, ok := b.Stmt.(*ast.RangeStmt); ok && b.Kind == cfg.KindRangeLoop && !l.plain(r.X) {
		return false
	}
	for _, n := range b.Nodes {
		if sel := l.Comm(n); sel != nil {
			if !hasDefault(sel) {
				return false
			}
			if first(n, func(n ast.Node) bool { c, ok := n.(*ast.CallExpr); return ok && !l.harmless(c) }) != nil {
				return false
			}
			continue
		}
		if first(n, l.waits) != nil {
			return false
		}
	}
	return true
}

func (l *loop) waits(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SendStmt, *ast.GoStmt:
		return true
	case *ast.UnaryExpr:
		return n.Op == token.ARROW
	case *ast.CallExpr:
		return !l.harmless(n)
	}
	return false
}

// harmless reports whether a call neither waits nor ends the goroutine.
func (l *loop) harmless(c *ast.CallExpr) bool {
	if tv := l.Info.Types[c.Fun]; tv.IsType() || tv.IsBuiltin() {
		return true
	}
	f := l.Callee(c)
	if f == nil {
		sel, ok := c.Fun.(*ast.SelectorExpr)
		t := l.Info.TypeOf(c.Fun)
		return ok && t != nil && sel.Sel.Name == "Done" && isContext(l.Info.TypeOf(sel.X))
	}
	return f.Pkg() != nil && f.Pkg().Path() == "sync/atomic" || symbol.Is(f, "runtime", "", "Gosched")
}

// channel is the text of the channel that is waited for.
func (l *loop) channel() string {
	switch n := l.at.(type) {
	case *ast.RangeStmt:
		return report.Source(l.Fset, n.X)
	case *ast.UnaryExpr:
		return report.Source(l.Fset, n.X)
	case *ast.SelectStmt:
		return report.Source(l.Fset, index.Receives(n.Body.List[0].(*ast.CommClause).Comm))
	}
	return ""
}

// place fills in the stack.
func (l *loop) place(leak *report.Leak, s *index.Spawn, r *report.Reporter) {
	leak.Pos = l.at.Pos()
	leak.Stack = []unleak.Frame{r.Frame(l.trap.In.Name, leak.Pos)}
	for i := len(l.trap.Calls) - 1; i >= 0; i-- {
		c := l.trap.Calls[i]
		leak.Stack = append(leak.Stack, r.Frame(c.In.Name, c.Expr.Pos()))
	}
	if s.Entry != "" {
		leak.Stack = append(leak.Stack, unleak.Frame{Func: s.Entry})
	}
	at := r.Frame(s.In.Name, s.Node.Pos())
	leak.Created = &at
	leak.Related = []analysis.RelatedInformation{{Pos: s.Node.Pos(), Message: "the goroutine is started here"}}
}

// SPDX-License-Identifier: MIT

package index

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/cfg"

	"github.com/unleak/unleak/vet/internal/symbol"
)

// A Trap is a loop that control cannot leave once it is in it.
type Trap struct {
	// Loop is the for or range statement.
	Loop ast.Stmt
	// Calls are the calls that lead from the function to the loop's, outermost
	// first; In is the function that has the loop.
	Calls []Call
	In    *Func

	head   *cfg.Block
	blocks map[*cfg.Block]bool
}

// A Call is a call in a function.
type Call struct {
	In   *Func
	Expr *ast.CallExpr
}

// trapped is what is known of a function.
type trapped struct {
	busy  bool // being looked at
	never bool // it does not return
	traps []Trap
}

// Traps returns the loops without a way out that a function may get to, through
// calls as well.
func (p *Package) Traps(f *Func) []Trap { return p.trapped(f).traps }

// trapped looks for the blocks from which no exit can be reached.
func (p *Package) trapped(f *Func) *trapped {
	if t := p.traps[f]; t != nil {
		return t
	}
	t := &trapped{busy: true}
	p.traps[f] = t
	if f.CFG != nil && len(f.CFG.Blocks) > 0 {
		g := graph{Package: p, f: f, cut: make(map[*cfg.Block]*ast.CallExpr)}
		g.look(t)
	}
	t.busy = false
	return t
}

// A graph is a function's control flow without what cannot happen: nobody closes
// a ticker's channel, or one before a loop that the close comes after, and a call of a
// function that does not return has no next.
type graph struct {
	*Package
	f   *Func
	cut map[*cfg.Block]*ast.CallExpr
	out map[*cfg.Block]bool // an exit can be reached
}

func (g *graph) look(t *trapped) {
	var live []*cfg.Block
	g.f.walk(func(b *cfg.Block) []*cfg.Block {
		live = append(live, b)
		if c := g.endless(b); c != nil {
			g.cut[b] = c
		}
		return g.succs(b)
	})
	g.out = make(map[*cfg.Block]bool)
	for changed := true; changed; {
		changed = false
		for _, b := range live {
			if !g.out[b] && (g.exit(b) || g.leads(b)) {
				g.out[b], changed = true, true
			}
		}
	}
	t.never = !g.out[g.f.CFG.Blocks[0]]
	for _, b := range live {
		if g.out[b] {
			continue
		}
		if c := g.cut[b]; c != nil {
			for _, inner := range g.trapped(g.FuncOf(g.Callee(c))).traps {
				inner.Calls = append([]Call{{g.f, c}}, inner.Calls...)
				t.traps = append(t.traps, inner)
			}
			continue
		}
		if trap, ok := g.loop(b); ok {
			t.traps = append(t.traps, trap)
		}
	}
}

// loop makes a trap of a loop's head.
func (g *graph) loop(b *cfg.Block) (Trap, bool) {
	var loop ast.Stmt
	switch s := b.Stmt.(type) {
	case *ast.ForStmt:
		// Without a condition the builder has no block for the head.
		if b.Kind == cfg.KindForLoop || b.Kind == cfg.KindForBody && s.Cond == nil {
			loop = s
		}
	case *ast.RangeStmt:
		if b.Kind == cfg.KindRangeLoop {
			loop = s
		}
	}
	if loop == nil {
		return Trap{}, false
	}
	blocks := g.cycle(b, nil)
	if !blocks[b] {
		return Trap{}, false
	}
	for other := range blocks { // the outermost of nested loops
		if s := other.Stmt; s != nil && isLoop(s) && s.Pos() < loop.Pos() && s.End() >= loop.End() {
			return Trap{}, false
		}
	}
	return Trap{Loop: loop, In: g.f, head: b, blocks: blocks}, true
}

func isLoop(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.ForStmt, *ast.RangeStmt:
		return true
	}
	return false
}

// cycle returns the blocks on ways from b to b that pass no block for which not
// holds.
func (g *graph) cycle(b *cfg.Block, not func(*cfg.Block) bool) map[*cfg.Block]bool {
	preds := make(map[*cfg.Block][]*cfg.Block)
	forward := make(map[*cfg.Block]bool)
	var visit func(x *cfg.Block)
	visit = func(x *cfg.Block) {
		if forward[x] || not != nil && not(x) {
			return
		}
		forward[x] = true
		for _, s := range g.succs(x) {
			preds[s] = append(preds[s], x)
			visit(s)
		}
	}
	visit(b)
	back := make(map[*cfg.Block]bool)
	var rewind func(x *cfg.Block)
	rewind = func(x *cfg.Block) {
		for _, s := range preds[x] {
			if !back[s] {
				back[s] = true
				rewind(s)
			}
		}
	}
	if forward[b] {
		rewind(b)
	}
	return back
}

func (g *graph) succs(b *cfg.Block) []*cfg.Block {
	if g.cut[b] != nil {
		return nil
	}
	if r, ok := b.Stmt.(*ast.RangeStmt); ok && b.Kind == cfg.KindRangeLoop && (g.FromTimer(g.f, r.X) || g.ClosedAfter(g.f, r)) {
		return b.Succs[:1]
	}
	return b.Succs
}

func (g *graph) leads(b *cfg.Block) bool {
	for _, s := range g.succs(b) {
		if g.out[s] {
			return true
		}
	}
	return false
}

// exit reports whether control leaves the function at the end of a block: by
// return, or by a call that does not return. The block after a select's last case
// has no next either.
func (g *graph) exit(b *cfg.Block) bool {
	if len(b.Succs) > 0 || len(b.Nodes) == 0 || g.cut[b] != nil {
		return false
	}
	switch n := b.Nodes[len(b.Nodes)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.ExprStmt:
		_, ok := ast.Unparen(n.X).(*ast.CallExpr)
		return ok
	}
	return false
}

// endless returns a block's call of a function that only loops.
func (g *graph) endless(b *cfg.Block) *ast.CallExpr {
	for _, n := range b.Nodes {
		s, ok := n.(*ast.ExprStmt)
		if !ok {
			continue
		}
		c, ok := ast.Unparen(s.X).(*ast.CallExpr)
		if !ok {
			continue
		}
		if f := g.FuncOf(g.Callee(c)); f != nil {
			if t := g.trapped(f); !t.busy && t.never && len(t.traps) > 0 {
				return c
			}
		}
	}
	return nil
}

// Driven reports whether every turn of the loop passes a block for which hit
// holds.
func (p *Package) Driven(t Trap, hit func(b *cfg.Block) bool) bool {
	g := graph{Package: p, f: t.In}
	return !g.cycle(t.head, hit)[t.head]
}

// Blocks calls visit for each block of the loop.
func (t Trap) Blocks(visit func(b *cfg.Block)) {
	for _, b := range t.In.CFG.Blocks {
		if t.blocks[b] {
			visit(b)
		}
	}
}

// Comm returns the select statement whose case a node of a block is, or nil.
func (p *Package) Comm(n ast.Node) *ast.SelectStmt { return p.comms[n] }

// FromTimer reports whether a channel is that of a time.Ticker or time.Timer.
func (p *Package) FromTimer(f *Func, ch ast.Expr) bool {
	switch e := ast.Unparen(ch).(type) {
	case *ast.SelectorExpr:
		if v, ok := p.Info.Uses[e.Sel].(*types.Var); ok && v.IsField() && v.Name() == "C" && v.Pkg() != nil {
			return v.Pkg().Path() == "time"
		}
	case *ast.CallExpr:
		return symbol.Is(p.Callee(e), "time", "", "Tick", "After")
	case *ast.Ident:
		v, ok := p.Info.Uses[e].(*types.Var)
		if !ok || v.Parent() == nil || v.Parent() == p.Types.Scope() {
			return false
		}
		return p.assigned(f, v)
	}
	return false
}

// assigned reports whether all that is ever assigned to a local variable is the
// channel of a ticker or timer.
func (p *Package) assigned(f *Func, v *types.Var) bool {
	for f.Outer != nil && f.Outer.Body != nil {
		f = f.Outer
	}
	some, all := false, true
	check := func(id ast.Expr, value ast.Expr) {
		name, ok := id.(*ast.Ident)
		if !ok || p.Info.ObjectOf(name) != v {
			return
		}
		some = true
		if _, again := ast.Unparen(value).(*ast.Ident); again || !p.FromTimer(f, value) {
			all = false
		}
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == len(n.Rhs) {
				for i := range n.Lhs {
					check(n.Lhs[i], n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if i < len(n.Values) {
					check(name, n.Values[i])
				}
			}
		case *ast.UnaryExpr:
			if id, ok := n.X.(*ast.Ident); ok && n.Op.String() == "&" && p.Info.ObjectOf(id) == v {
				all = false
			}
		}
		return true
	})
	return some && all
}

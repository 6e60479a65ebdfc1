// SPDX-License-Identifier: MIT

package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/unleak/unleak"
)

// Spawn returns what source shows of the go statement that started a goroutine:
// at its creation site, or, where the statement stands in a library that was
// given a function literal (WaitGroup.Go and the like), around that literal, which
// is the goroutine's entry.
func (t *Tree) Spawn(created, entry unleak.Frame) Spawn {
	if !created.IsZero() && !unleak.IsStandard(created.Package()) {
		if fn := t.function(created); fn != nil {
			if n, around := fn.goAt(created.Line); n != nil {
				return fn.spawn(n, append(slices.Clone(fn.path), around...))
			}
		}
	}
	fn := t.function(entry)
	if fn == nil {
		return Spawn{}
	}
	lit, ok := fn.node().(*ast.FuncLit)
	if !ok {
		return Spawn{}
	}
	return fn.spawn(lit, fn.path[:len(fn.path)-1])
}

// goAt returns the go statement on a line of the function.
func (fn *function) goAt(line int) (stmt *ast.GoStmt, around []ast.Node) {
	exact := false
	fn.inner(func(n ast.Node, nodes []ast.Node) {
		g, ok := n.(*ast.GoStmt)
		if !ok || exact || fn.p.line(g.Pos()) > line || line > fn.p.line(g.End()) {
			return
		}
		stmt, around = g, slices.Clone(nodes)
		exact = fn.p.line(g.Pos()) == line
	})
	return stmt, around
}

// spawn describes a go statement, or a literal that is handed to a library; path
// holds the nodes from the file to it.
func (fn *function) spawn(n ast.Node, path []ast.Node) Spawn {
	p := fn.p
	i := len(path) - 1
	for i > 0 {
		if _, ok := funcBody(path[i]); ok {
			break
		}
		i--
	}
	inside := path[i:]
	outer := &function{p, fn.file, path[:i+1]}
	s := Spawn{
		Found: true,
		Func:  outer.name(),
		File:  fn.file.name,
		Type:  p.typeName(declOf(path)),
		Once:  p.once(path),
	}
	if g, ok := n.(*ast.GoStmt); ok {
		s.Args = p.arguments(g.Call)
	}
	for _, n := range inside {
		s.Unbounded = s.Unbounded || p.unbounded(n)
	}
	s.Times, s.Fixed = p.times(inside)
	return s
}

// unbounded reports whether a loop runs on without end or as input comes.
func (p *pack) unbounded(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ForStmt:
		return p.loopOf(n, "") >= LoopOpen
	case *ast.RangeStmt:
		_, origin := p.channel(n.X)
		return origin != "" || p.isChan(n.X)
	}
	return false
}

// times returns how often the loops among the nodes run what they hold.
func (p *pack) times(nodes []ast.Node) (times string, fixed bool) {
	times, fixed = "1", true
	for _, n := range nodes {
		var bound ast.Expr
		switch n := n.(type) {
		case *ast.ForStmt:
			bound = p.countedTo(n)
		case *ast.RangeStmt:
			bound = n.X
		default:
			continue
		}
		if bound == nil || times != "1" {
			return "", false // unknown, or a product
		}
		if times, fixed = p.length(bound); times == "" {
			return "", false
		}
	}
	return times, fixed
}

// countedTo returns n of "for i := 0; i < n; i++", else nil.
func (p *pack) countedTo(loop *ast.ForStmt) ast.Expr {
	init, ok := loop.Init.(*ast.AssignStmt)
	if !ok || len(init.Rhs) != 1 || len(init.Lhs) != 1 {
		return nil
	}
	post, ok := loop.Post.(*ast.IncDecStmt)
	if !ok || post.Tok != token.INC {
		return nil
	}
	cond, ok := loop.Cond.(*ast.BinaryExpr)
	if !ok || cond.Op != token.LSS {
		return nil
	}
	zero := p.info.Types[init.Rhs[0]].Value
	i := p.object(init.Lhs[0])
	if zero == nil || zero.ExactString() != "0" || i == nil || p.object(cond.X) != i || p.object(post.X) != i {
		return nil
	}
	return cond.Y
}

// length returns the text of the number of rounds that a loop up to, or over, x
// makes.
func (p *pack) length(x ast.Expr) (text string, fixed bool) {
	tv, ok := p.info.Types[x]
	if !ok || tv.Type == nil {
		return "", false
	}
	if tv.Value != nil {
		if b, ok := tv.Type.Underlying().(*types.Basic); ok && b.Info()&types.IsInteger != 0 {
			return tv.Value.ExactString(), true
		}
		return "", false
	}
	fixed = p.fixed(x)
	switch u := tv.Type.Underlying().(type) {
	case *types.Slice, *types.Array, *types.Map:
		if simple(x) {
			return "len(" + p.text(x) + ")", fixed
		}
	case *types.Basic:
		if u.Info()&types.IsInteger != 0 && (simple(x) || p.isLen(x)) {
			return p.text(x), fixed
		}
	}
	return "", false
}

func simple(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return simple(x.X)
	}
	return false
}

func (p *pack) isLen(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok || len(call.Args) != 1 || !simple(call.Args[0]) {
		return false
	}
	id, ok := call.Fun.(*ast.Ident)
	return ok && id.Name == "len"
}

// fixed reports whether an expression is made of parameters and package-level
// names only.
func (p *pack) fixed(x ast.Expr) bool {
	ok := true
	ast.Inspect(x, func(n ast.Node) bool {
		id, isIdent := n.(*ast.Ident)
		if !isIdent {
			return true
		}
		if v, isVar := p.info.Uses[id].(*types.Var); isVar && !v.IsField() {
			ok = ok && (v.Kind() == types.ParamVar || v.Kind() == types.RecvVar || v.Kind() == types.PackageVar)
		}
		return true
	})
	return ok
}

// arguments maps the parameters of a function of the package to what a call
// passes.
func (p *pack) arguments(call *ast.CallExpr) map[Object]Object {
	sig := p.localSignature(call)
	if sig == nil {
		return nil
	}
	args := make(map[Object]Object)
	for i, arg := range call.Args {
		param, o := parameter(sig, i), p.object(arg)
		if param != nil && o != nil {
			args[p.place(param)] = p.place(o)
		}
	}
	return args
}

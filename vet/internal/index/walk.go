// SPDX-License-Identifier: MIT

package index

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis/passes/ctrlflow"

	"github.com/unleak/unleak/vet/internal/symbol"
)

// A walker reads the bodies of a package's functions.
type walker struct {
	*Package
	graphs *ctrlflow.CFGs
	// taken has the functions whose value goes somewhere.
	taken map[*Func]bool
}

func (w *walker) file(file *ast.File) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			obj, _ := w.Info.Defs[d.Name].(*types.Func)
			if f := w.objects[obj]; f != nil {
				w.body(f, d.Body)
			}
		case *ast.GenDecl:
			if d.Tok == token.VAR {
				w.body(&Func{Name: "init", Test: false}, d)
			}
		}
	}
}

// body reads a function's statements, and those of the literals in it.
func (w *walker) body(f *Func, root ast.Node) {
	ast.PreorderStack(root, nil, func(n ast.Node, stack []ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			lit := w.literal(n, f, w.graphs)
			w.edge(f, lit, n, stack)
			w.body(lit, n.Body)
			return false
		case *ast.SelectStmt:
			for _, c := range n.Body.List {
				if comm := c.(*ast.CommClause).Comm; comm != nil {
					w.comms[comm] = n
				}
			}
		case *ast.GoStmt:
			w.spawn(f, n, n.Call, stack)
		case *ast.CallExpr:
			w.call(f, n, stack)
		case *ast.Ident:
			w.use(n, stack)
		}
		return true
	})
}

func (w *walker) call(f *Func, n *ast.CallExpr, stack []ast.Node) {
	callee := w.Callee(n)
	if to := w.FuncOf(callee); to != nil {
		w.edge(f, to, n, stack)
	}
	if len(n.Args) != 1 {
		return
	}
	if to := w.Value(n.Args[0]); to != nil && to.Lit == nil && handsOn(callee) {
		w.edge(f, to, n.Args[0], append(stack, n))
	}
	var entry string
	switch {
	case symbol.Is(callee, "sync", "WaitGroup", "Go"):
		entry = "sync.(*WaitGroup).Go.func1"
	case symbol.Is(callee, "golang.org/x/sync/errgroup", "Group", "Go", "TryGo"):
		entry = "golang.org/x/sync/errgroup.(*Group).Go.func1"
		if callee.Name() == "TryGo" {
			entry = "golang.org/x/sync/errgroup.(*Group).TryGo.func1"
		}
	default:
		return
	}
	w.Spawns = append(w.Spawns, &Spawn{
		Node: n, In: f, Entry: entry, Stack: slices.Clone(stack), Often: !w.guarded(stack),
		Limited: callee.Pkg().Path() != "sync",
	})
	w.Spawns[len(w.Spawns)-1].Target = w.target(n.Args[0])
}

func (w *walker) spawn(f *Func, n *ast.GoStmt, call *ast.CallExpr, stack []ast.Node) {
	s := &Spawn{Node: n, In: f, Args: call.Args, Stack: slices.Clone(stack), Often: !w.guarded(stack)}
	w.Spawns = append(w.Spawns, s)
	s.Target = w.target(call.Fun)
}

// target returns what a goroutine runs. A literal is noted when the walk gets to
// it, so that its function is looked up again in the end.
func (w *walker) target(fun ast.Expr) *Func {
	if lit, ok := ast.Unparen(fun).(*ast.FuncLit); ok {
		return &Func{Lit: lit}
	}
	return w.Value(fun)
}

// use notes a function whose value is taken.
func (w *walker) use(id *ast.Ident, stack []ast.Node) {
	obj, _ := w.Info.Uses[id].(*types.Func)
	f := w.FuncOf(obj)
	if f == nil {
		return
	}
	var expr ast.Expr = id
	for _, n := range slices.Backward(stack) {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if n.Sel != expr {
				return // a package's name
			}
			expr = n
			continue
		case *ast.IndexExpr, *ast.IndexListExpr, *ast.ParenExpr:
			expr = n.(ast.Expr)
			continue
		case *ast.CallExpr:
			if n.Fun == expr || len(n.Args) == 1 && handsOn(w.Callee(n)) {
				return
			}
		}
		break
	}
	w.taken[f] = true
}

// edge notes that f runs to at n.
func (w *walker) edge(f, to *Func, n ast.Node, stack []ast.Node) {
	if w.guarded(stack) || w.once(n, stack) {
		return
	}
	f.calls = append(f.calls, call{to: to, loops: Unbounded(w.Info, stack) != nil})
}

// handsOn reports whether a function of package sync calls the one that it gets, at
// most once, and does nothing else with it.
func handsOn(f *types.Func) bool {
	return symbol.Is(f, "sync", "Once", "Do") || symbol.Is(f, "sync", "", "OnceFunc", "OnceValue", "OnceValues")
}

// once reports whether a function, as it stands in a call's argument, is what runs
// once in the life of the process: by a sync.Once of the package, or as the value of a
// variable of the package that sync.OnceFunc or the like makes.
func (w *walker) once(n ast.Node, stack []ast.Node) bool {
	if len(stack) == 0 {
		return false
	}
	outer, ok := stack[len(stack)-1].(*ast.CallExpr)
	if !ok || len(outer.Args) != 1 || outer.Args[0] != n || !handsOn(w.Callee(outer)) {
		return false
	}
	if sel, ok := ast.Unparen(outer.Fun).(*ast.SelectorExpr); ok && w.Callee(outer).Name() == "Do" {
		return w.global(sel.X)
	}
	return w.assigned(stack[:len(stack)-1])
}

// assigned reports whether the value at the end of a stack becomes that of a variable
// of the package.
func (w *walker) assigned(stack []ast.Node) bool {
	if len(stack) == 0 {
		return false
	}
	switch n := stack[len(stack)-1].(type) {
	case *ast.ParenExpr:
		return w.assigned(stack[:len(stack)-1])
	case *ast.ValueSpec:
		_, ok := stack[0].(*ast.GenDecl) // of the file, not of a function
		return ok
	case *ast.AssignStmt:
		return len(n.Lhs) == 1 && w.global(n.Lhs[0])
	}
	return false
}

// guarded reports whether a variable of the package decides if control gets to
// the end of the stack, as where the first call starts what serves all.
func (w *walker) guarded(stack []ast.Node) bool {
	for i, n := range stack {
		switch n := n.(type) {
		case *ast.IfStmt:
			if w.mentions(n.Cond) || n.Init != nil && w.mentions(n.Init) {
				return true
			}
		case *ast.SwitchStmt:
			if n.Tag != nil && w.mentions(n.Tag) {
				return true
			}
		case *ast.BlockStmt:
			for _, s := range n.List {
				if i+1 < len(stack) && s == stack[i+1] {
					break
				}
				if test, ok := s.(*ast.IfStmt); ok && w.mentions(test.Cond) && leaves(test.Body) {
					return true
				}
			}
		}
	}
	return false
}

// leaves reports whether a block ends with a return.
func leaves(b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	_, ok := b.List[len(b.List)-1].(*ast.ReturnStmt)
	return ok
}

// mentions reports whether a variable of the package that may change stands in a
// node: its errors, as by their type, do not.
func (w *walker) mentions(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && w.global(e) && !isError(w.Info.TypeOf(e)) {
			found = true
		}
		_, lit := n.(*ast.FuncLit)
		return !found && !lit
	})
	return found
}

func isError(t types.Type) bool {
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

// global reports whether an expression is a variable of a package, or a part.
func (w *walker) global(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, ok := w.Info.Uses[e].(*types.Var)
		return ok && v.Parent() != nil && v.Pkg() != nil && v.Parent() == v.Pkg().Scope()
	case *ast.SelectorExpr:
		return w.global(e.X) || w.global(e.Sel)
	case *ast.UnaryExpr:
		return w.global(e.X)
	}
	return false
}

// often finds out which functions may run any number of times.
func (w *walker) often() {
	for _, s := range w.Spawns {
		if s.Target != nil && s.Target.Lit != nil {
			s.Target = w.literals[s.Target.Lit]
		}
	}
	var list []*Func
	mark := func(f *Func) {
		if !f.Often && !f.Test {
			f.Often = true
			list = append(list, f)
		}
	}
	main := w.Types.Name() == "main"
	for _, f := range w.Funcs {
		if handler(f.Sig) || !main && f.Obj != nil && (f.Obj.Exported() || w.taken[f]) {
			mark(f)
		}
		for _, c := range f.calls {
			if c.loops && !f.Test {
				mark(c.to)
			}
		}
	}
	for len(list) > 0 {
		f := list[0]
		list = list[1:]
		for _, c := range f.calls {
			mark(c.to)
		}
	}
	for _, s := range w.Spawns {
		s.Often = s.Often && (s.In.Often || !s.In.Test && Unbounded(w.Info, s.Stack) != nil)
	}
}

// handler reports whether a function serves HTTP requests.
func handler(sig *types.Signature) bool {
	if sig == nil || sig.Params().Len() != 2 {
		return false
	}
	return sig.Params().At(0).Type().String() == "net/http.ResponseWriter"
}

// Unbounded returns the innermost loop of a stack that goes on for as long as
// something comes: for {}, and range over a channel.
func Unbounded(info *types.Info, stack []ast.Node) ast.Stmt {
	for _, n := range slices.Backward(stack) {
		switch n := n.(type) {
		case *ast.FuncLit:
			return nil
		case *ast.ForStmt:
			if n.Cond == nil {
				return n
			}
		case *ast.RangeStmt:
			if _, ok := types.Unalias(info.TypeOf(n.X)).Underlying().(*types.Chan); ok {
				return n
			}
		}
	}
	return nil
}

// SPDX-License-Identifier: MIT

package source

import (
	"go/ast"
	"go/token"
	"go/types"
)

// An onceSearch goes from a go statement up through the callers of its function.
type onceSearch struct {
	*pack
	// known holds what was found of functions; a function that is still being
	// looked at is there with no reason.
	known map[*ast.FuncDecl]string
}

// once says why the innermost of the nodes runs at most once in a process; ""
// where it may run again. path holds the nodes from the file on.
func (p *pack) once(path []ast.Node) string {
	return onceSearch{p, make(map[*ast.FuncDecl]string)}.once(path)
}

func (p onceSearch) once(path []ast.Node) string {
	for i := len(path) - 1; i > 0; i-- {
		switch n := path[i].(type) {
		case *ast.IfStmt:
			if p.guards(n) {
				return "a guard variable"
			}
		case *ast.FuncLit:
			call, ok := path[i-1].(*ast.CallExpr)
			if !ok {
				return "" // kept and called who knows how often
			}
			if p.isOnce(call) {
				return p.onceOf(call, path)
			}
			if ast.Unparen(call.Fun) != n && !p.isGo(call) {
				return ""
			}
		case *ast.FuncDecl:
			return p.onceFunc(n)
		case *ast.GenDecl:
			if i == 1 {
				return "package initialisation"
			}
		}
	}
	return ""
}

// isOnce reports whether a call hands a function to sync.Once or one of its
// relatives.
func (p *pack) isOnce(call *ast.CallExpr) bool {
	if path, name := p.callee(call); path == "sync" {
		switch name {
		case "Once.Do", "OnceFunc", "OnceValue", "OnceValues":
			return true
		}
	}
	// OnceValue[T](f)
	if index, ok := ast.Unparen(call.Fun).(*ast.IndexExpr); ok {
		return p.isOnce(&ast.CallExpr{Fun: index.X})
	}
	return false
}

// onceOf tells a Once of the package from one that each object of a type, or each
// call of a function, has for itself.
func (p *pack) onceOf(call *ast.CallExpr, path []ast.Node) string {
	if _, ok := path[1].(*ast.GenDecl); ok {
		return "sync.Once" // var f = sync.OnceFunc(...)
	}
	once := ast.Unparen(call.Fun)
	for {
		sel, ok := once.(*ast.SelectorExpr)
		if !ok {
			break
		}
		once = ast.Unparen(sel.X)
	}
	if o := p.object(once); o != nil && o.Pkg() != nil && o.Parent() == o.Pkg().Scope() {
		return "sync.Once" // start.Do(f), or shared.start.Do(f)
	}
	return OnceAnObject
}

func (p *pack) isGo(call *ast.CallExpr) bool {
	path, name := p.callee(call)
	return path == "sync" && name == "WaitGroup.Go"
}

// onceFunc says why a declared function runs at most once: it is run by the
// runtime, or whoever names it does so at most once.
func (p onceSearch) onceFunc(d *ast.FuncDecl) string {
	if reason, ok := p.known[d]; ok {
		return reason
	}
	p.known[d] = ""
	p.known[d] = p.onceCallers(d)
	return p.known[d]
}

func (p onceSearch) onceCallers(d *ast.FuncDecl) string {
	if d.Recv == nil {
		switch d.Name.Name {
		case "init":
			return "package initialisation"
		case "main":
			if f, _ := p.at(d.Pos()); f != nil && f.syntax.Name.Name == "main" {
				return "func main"
			}
		case "TestMain":
			return "TestMain"
		}
	}
	fn, ok := p.info.Defs[d.Name].(*types.Func)
	if !ok {
		return ""
	}
	reason := ""
	for _, ref := range p.flows().references[fn] {
		if declOf(ref.path) == d {
			continue // recursion
		}
		if reason = p.onceReference(ref); reason == "" {
			return ""
		}
	}
	return reason
}

// onceReference says why a function that is named somewhere runs at most once
// from there: it is called in such a place, or handed to sync.Once.
func (p onceSearch) onceReference(ref reference) string {
	i := len(ref.path) - 1
	e, _ := ref.path[i].(ast.Expr)
	for i > 0 {
		if sel, ok := ref.path[i-1].(*ast.SelectorExpr); !ok || sel.Sel != e {
			break
		}
		i--
		e = ref.path[i].(ast.Expr)
	}
	call, ok := ref.path[i-1].(*ast.CallExpr)
	switch {
	case !ok:
		return ""
	case call.Fun != e && p.isOnce(call):
		return p.onceOf(call, ref.path)
	case call.Fun != e:
		return ""
	}
	return p.once(ref.path[:i])
}

// guards reports whether an if lets its body run once in a process: its condition
// reads a variable of the package, and the condition (CompareAndSwap) or the body
// sets it.
func (p *pack) guards(n *ast.IfStmt) bool {
	read := make(map[types.Object]bool)
	swaps := false
	ast.Inspect(n.Cond, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.Ident:
			if o := p.object(x); o != nil && o.Parent() != nil && o.Parent() == o.Pkg().Scope() {
				read[o] = true
			}
		case *ast.SelectorExpr:
			swaps = swaps || x.Sel.Name == "CompareAndSwap" || x.Sel.Name == "Swap" || x.Sel.Name == "CompareAndSwapInt32"
		}
		return true
	})
	if len(read) == 0 {
		return false
	}
	set := swaps
	ast.Inspect(n.Body, func(x ast.Node) bool {
		if a, ok := x.(*ast.AssignStmt); ok && a.Tok == token.ASSIGN {
			for _, lhs := range a.Lhs {
				set = set || read[p.object(lhs)]
			}
		}
		return true
	})
	return set
}

// SPDX-License-Identifier: MIT

package illtyped

import (
	"go/ast"
	"go/types"
	"path/filepath"

	"golang.org/x/tools/go/packages"
)

// A reach is what the functions that were taken out of a package touch: which of the
// package's names they use, and those that they call. An analysis that does not see
// them knows only half of what happens to these.
type reach struct {
	touched map[string]bool
	// remain has the functions that are left, by file.
	remain map[string][]remainder
	// shared has the names by which several functions can use one thing, and byName
	// the functions that are left.
	shared map[string]bool
	byName map[string][]remainder
}

// A remainder is a function that is left.
type remainder struct {
	first, last int // lines
	names       map[string]bool
}

// Blind reports whether the function at a place uses anything that one which was
// taken out uses too: what an analysis says of it cannot be relied on.
func (r *Result) Blind(file string, line int) bool {
	reach := r.reaches[filepath.Dir(file)]
	if reach == nil {
		return false
	}
	for _, f := range reach.remain[file] {
		if f.first <= line && line <= f.last {
			for name := range f.names {
				if reach.touched[name] {
					return true
				}
			}
		}
	}
	return false
}

// reach finds out what the functions that are gone touch.
func (r *Result) reach(list []*packages.Package, gone map[string][]*ast.FuncDecl) {
	r.reaches = make(map[string]*reach)
	for dir, out := range gone {
		here := &reach{
			touched: make(map[string]bool), remain: make(map[string][]remainder),
			shared: make(map[string]bool), byName: make(map[string][]remainder),
		}
		for _, p := range list { // the package, its variants for tests, and its external tests
			if len(p.GoFiles) > 0 && filepath.Dir(p.GoFiles[0]) == dir {
				here.read(p)
			}
		}
		for _, d := range out {
			here.touch(names(d))
		}
		r.reaches[dir] = here
	}
}

// read notes the names and the functions of a package.
func (r *reach) read(p *packages.Package) {
	for _, obj := range p.TypesInfo.Defs {
		if isShared(p.Types, obj) {
			r.shared[obj.Name()] = true
		}
	}
	for _, f := range p.Syntax {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				first, last := p.Fset.PositionFor(d.Pos(), false), p.Fset.PositionFor(d.End(), false)
				left := remainder{first.Line, last.Line, names(d)}
				r.byName[d.Name.Name] = append(r.byName[d.Name.Name], left)
				r.remain[first.Filename] = append(r.remain[first.Filename], left)
			}
		}
	}
}

// touch adds what the names reach.
func (r *reach) touch(set map[string]bool) {
	for name := range set {
		if r.shared[name] && !r.touched[name] {
			r.touched[name] = true
			for _, callee := range r.byName[name] {
				r.touch(callee.names)
			}
		}
	}
}

// isShared reports whether several functions can use an object by its name.
func isShared(pkg *types.Package, obj types.Object) bool {
	switch obj := obj.(type) {
	case nil:
		return false
	case *types.Var:
		return obj.IsField() || obj.Parent() == pkg.Scope()
	case *types.Func:
		return true
	}
	return obj.Parent() == pkg.Scope()
}

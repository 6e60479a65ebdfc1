// SPDX-License-Identifier: MIT

package hook

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
)

// A ShapeError says that a file of package testing does not look as the patch
// needs it.
type ShapeError struct {
	File string // path of the file
	Want string // what was not found in it
}

func (e *ShapeError) Error() string {
	return fmt.Sprintf("%s: no %s: this release of Go is not known to unleak; update unleak, or run with another toolchain (GOTOOLCHAIN=go1.27.0 unleak test ...)", e.File, e.Want)
}

// An insertion puts text at an offset. Text never holds a newline, so that the
// file's line numbers, and with them tracebacks, stay as they are.
type insertion struct {
	offset int
	text   string
}

// A file is one parsed file of package testing with the insertions to make.
type file struct {
	name string
	src  []byte
	fset *token.FileSet
	ast  *ast.File
	ins  []insertion
}

func parse(name string, src []byte) (*file, error) {
	f := &file{name: name, src: src, fset: token.NewFileSet()}
	var err error
	f.ast, err = parser.ParseFile(f.fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, &ShapeError{File: name, Want: "file that parses (" + err.Error() + ")"}
	}
	return f, nil
}

// bytes returns the file with its insertions made.
func (f *file) bytes() []byte {
	slices.SortStableFunc(f.ins, func(a, b insertion) int { return a.offset - b.offset })
	var out []byte
	last := 0
	for _, in := range f.ins {
		out = append(out, f.src[last:in.offset]...)
		out = append(out, in.text...)
		last = in.offset
	}
	return append(out, f.src[last:]...)
}

func (f *file) insert(pos token.Pos, text string) {
	f.ins = append(f.ins, insertion{f.fset.Position(pos).Offset, text})
}

// function returns the declaration of a function, or of a method where recv
// names the receiver's type.
func (f *file) function(recv, name string) (*ast.FuncDecl, error) {
	for _, d := range f.ast.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == name && fn.Body != nil && receiver(fn) == recv {
			return fn, nil
		}
	}
	if recv != "" {
		name = "(*" + recv + ")." + name
	}
	return nil, &ShapeError{File: f.name, Want: "func " + name}
}

func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	id, _ := t.(*ast.Ident)
	if id == nil {
		return ""
	}
	return id.Name
}

// param returns the name of a function's receiver (-1) or of parameter i.
func param(fn *ast.FuncDecl, i int) string {
	list := fn.Type.Params
	if i < 0 {
		list, i = fn.Recv, 0
	}
	for _, field := range list.List {
		for _, n := range field.Names {
			if i == 0 {
				return n.Name
			}
			i--
		}
	}
	return "_"
}

// statement returns the first top-level statement of fn that is a call of
// recv.name, or an assignment to recv.name.
func (f *file) statement(fn *ast.FuncDecl, recv, name string) (ast.Stmt, error) {
	matches := func(e ast.Expr) bool {
		sel, ok := e.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != name {
			return false
		}
		x, ok := sel.X.(*ast.Ident)
		return ok && x.Name == recv
	}
	for _, s := range fn.Body.List {
		switch s := s.(type) {
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); ok && matches(call.Fun) {
				return s, nil
			}
		case *ast.AssignStmt:
			if len(s.Lhs) == 1 && matches(s.Lhs[0]) {
				return s, nil
			}
		}
	}
	return nil, &ShapeError{File: f.name, Want: fmt.Sprintf("statement on %s.%s in func %s", recv, name, fn.Name.Name)}
}

// hasField reports whether the struct type has the field.
func (f *file) hasField(typ, field string) bool {
	found := false
	ast.Inspect(f.ast, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != typ {
			return true
		}
		if s, ok := spec.Type.(*ast.StructType); ok {
			for _, fl := range s.Fields.List {
				for _, n := range fl.Names {
					found = found || n.Name == field
				}
			}
		}
		return false
	})
	return found
}

// patchTesting makes the insertions in testing.go: at the start of every test's
// goroutine, and where (*M).Run begins its work.
func patchTesting(f *file) error {
	runner, err := f.function("", "tRunner")
	if err != nil {
		return err
	}
	f.insert(runner.Body.Lbrace+1, fmt.Sprintf(" unleakTest(&%s.common);", param(runner, 0)))
	run, err := f.function("M", "Run")
	if err != nil {
		return err
	}
	before, err := f.statement(run, param(run, -1), "before")
	if err != nil {
		return err
	}
	f.insert(before.Pos(), fmt.Sprintf("unleakRun(%s); defer unleakReturn(); ", param(run, -1)))
	return nil
}

// patchFuzz hooks the goroutine of a fuzz target.
func patchFuzz(f *file) error {
	runner, err := f.function("", "fRunner")
	if err != nil {
		return err
	}
	f.insert(runner.Body.Lbrace+1, fmt.Sprintf(" unleakTest(&%s.common);", param(runner, 0)))
	return nil
}

// patchBenchmark hooks each run of a benchmark, after its context is set where
// it has one (Go 1.24).
func patchBenchmark(f *file, hasContext bool) error {
	run, err := f.function("B", "runN")
	if err != nil {
		return err
	}
	b := param(run, -1)
	if !hasContext {
		f.insert(run.Body.Lbrace+1, fmt.Sprintf(" unleakTest(&%s.common);", b))
		return nil
	}
	set, err := f.statement(run, b, "ctx")
	if err != nil {
		return err
	}
	f.insert(set.End(), fmt.Sprintf("; unleakTest(&%s.common)", b))
	return nil
}

// patchExample brackets the call of an example.
func patchExample(f *file) error {
	run, err := f.function("", "runExample")
	if err != nil {
		return err
	}
	call, err := f.statement(run, param(run, 0), "F")
	if err != nil {
		return err
	}
	f.insert(call.Pos(), fmt.Sprintf("unleakExample(%s.Name); ", param(run, 0)))
	f.insert(call.End(), `; unleakExample("")`)
	return nil
}

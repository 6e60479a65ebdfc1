// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGalleryRenamed gives every identifier of the gallery another name, moves the
// leaking and the mended code into a helper package, and expects the same
// findings: no rule may go by names.
func TestGalleryRenamed(t *testing.T) {
	root := filepath.Join("..", "..", "examples")
	want := folders(t, root)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "gallery_test.go")); err != nil {
		t.Fatal(err) // it checks the README, and is no leak
	}
	for folder := range want {
		rename(t, filepath.Join(dir, folder), "github.com/unleak/unleak/examples/"+folder)
	}
	t.Setenv("GOWORK", "off")
	r := unleakTest(t, dir, "./...")
	checkGallery(t, want, r.findings)
}

// noImporter leaves imports unresolved: only the package's own names matter.
type noImporter struct{}

func (noImporter) Import(string) (*types.Package, error) { return nil, errors.ErrUnsupported }

// A renaming is one folder's package on its way to new names.
type renaming struct {
	fset  *token.FileSet
	tests map[string]*ast.File // by file name
	code  map[string]*ast.File
	info  types.Info
	names map[types.Object]string
}

func rename(t *testing.T, dir, importPath string) {
	t.Helper()
	r := &renaming{
		fset:  token.NewFileSet(),
		tests: make(map[string]*ast.File),
		code:  make(map[string]*ast.File),
		info: types.Info{
			Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object),
			Implicits: make(map[ast.Node]types.Object),
		},
		names: make(map[types.Object]string),
	}
	r.parse(t, dir)
	r.choose()
	for _, f := range r.code {
		r.apply(f, "")
		f.Name.Name = "helper"
	}
	for _, f := range r.tests {
		r.apply(f, "helper.")
	}
	if err := os.Mkdir(filepath.Join(dir, "helper"), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, f := range r.code {
		r.write(t, filepath.Join(dir, "helper", name), f, "")
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, f := range r.tests {
		r.write(t, filepath.Join(dir, name), f, importPath+"/helper")
	}
}

func (r *renaming) parse(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no Go files: %v", dir, err)
	}
	var all []*ast.File
	for _, name := range files {
		f, err := parser.ParseFile(r.fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(name)
		if strings.HasSuffix(base, "_test.go") {
			r.tests[base] = f
		} else {
			r.code[base] = f
		}
		all = append(all, f)
	}
	config := types.Config{Importer: noImporter{}, Error: func(error) {}}
	config.Check(dir, r.fset, all, &r.info) // unresolved imports are errors, and expected
}

// choose picks a name for everything that the code declares: exported for what
// the tests may reach, and not to be mistaken for the old one.
func (r *renaming) choose() {
	n := 0
	for _, f := range r.code {
		ast.Inspect(f, func(node ast.Node) bool {
			id, ok := node.(*ast.Ident)
			if !ok || id.Name == "_" {
				return true
			}
			obj := r.info.Defs[id]
			if obj == nil || renamed(obj) == "" {
				return true
			}
			n++
			r.names[obj] = fmt.Sprintf("%s%d", renamed(obj), n)
			return true
		})
	}
}

// renamed returns the first letter of an object's new name; "" keeps the old one.
func renamed(obj types.Object) string {
	switch obj := obj.(type) {
	case *types.PkgName, *types.Label:
		return ""
	case *types.Func:
		return "X"
	case *types.Var:
		if obj.Embedded() {
			return ""
		}
		if obj.IsField() {
			return "X"
		}
	}
	if obj.Parent() == obj.Pkg().Scope() {
		return "X"
	}
	return "v"
}

// apply writes the new names into a file. Package-level names get the prefix.
func (r *renaming) apply(f *ast.File, prefix string) {
	ast.Inspect(f, func(node ast.Node) bool {
		id, ok := node.(*ast.Ident)
		if !ok {
			return true
		}
		obj := r.info.Defs[id]
		if obj == nil {
			obj = r.info.Uses[id]
		}
		if v, ok := obj.(*types.Var); ok {
			obj = v.Origin()
		} else if fn, ok := obj.(*types.Func); ok {
			obj = fn.Origin()
		}
		name, ok := r.names[obj]
		if !ok {
			return true
		}
		if obj.Parent() == obj.Pkg().Scope() {
			name = prefix + name
		}
		id.Name = name
		return true
	})
}

// write prints a file; with an import path it imports that package, if it uses
// it.
func (r *renaming) write(t *testing.T, name string, f *ast.File, importPath string) {
	t.Helper()
	f.Comments = nil // their places fit no more
	var b bytes.Buffer
	if err := format.Node(&b, r.fset, f); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if strings.Contains(text, "helper.") && importPath != "" {
		text = strings.Replace(text, "\nimport ", fmt.Sprintf("\nimport %q\nimport ", importPath), 1)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

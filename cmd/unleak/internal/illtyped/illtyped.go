// SPDX-License-Identifier: MIT

// Package illtyped takes the functions that do not type-check out of packages, so
// that what is left can be compiled and analysed.
package illtyped

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Options says what to load, and how the go command is called for it.
type Options struct {
	Dir        string
	Env, Build []string
	// Replace is the user's overlay.
	Replace map[string]string
	// Packages are those to look at: what does not type-check, and what imports it.
	Packages []string
}

// A Function is one that was taken out.
type Function struct {
	Package, Name string
	// Error is the first mistake in it, with its place.
	Error string

	file string
}

// A Result is what became of packages.
type Result struct {
	// Files has the texts of the files that had to change. Their positions are those
	// of the files as they are.
	Files map[string][]byte
	// Functions are those that are gone.
	Functions []Function

	reaches map[string]*reach // by folder
}

// maxRounds bounds how often packages are loaded: once for what does not type-check,
// then for the imports that are left without use, and to see that this was all.
const maxRounds = 5

// Mend takes out of the packages what does not type-check. Packages with mistakes of
// another kind are left as they are, with all that imports them. So are files that
// the compiler does not see as they are, those that use cgo, and files that were made
// of others which they name in //line directives, from their own folder on.
func Mend(ctx context.Context, o Options) (*Result, error) {
	m := &mender{Options: o, files: make(map[string]*file), given: make(map[string]bool)}
	for range maxRounds {
		list, err := m.load(ctx)
		if err != nil {
			return nil, err
		}
		changed, err := m.round(list)
		if err != nil {
			return nil, err
		}
		if !changed {
			return m.result(list), nil
		}
	}
	return &Result{}, nil // none the better for it
}

type mender struct {
	Options
	files map[string]*file
	given map[string]bool // packages that are given up
	out   []Function
}

// load type-checks the packages with their tests.
func (m *mender) load(ctx context.Context) ([]*packages.Package, error) {
	overlay := make(map[string][]byte)
	for name, to := range m.Replace {
		if to == "" { // taken away
			overlay[name] = []byte("//go:build ignore\n\npackage ignored\n")
			continue
		}
		text, err := os.ReadFile(to)
		if err != nil {
			return nil, fmt.Errorf("-overlay: %w", err)
		}
		overlay[name] = text
	}
	for name, f := range m.files {
		overlay[name] = f.text
	}
	// It has all of the user's, and there can be one only.
	build := slices.DeleteFunc(slices.Clone(m.Build), func(f string) bool { return strings.HasPrefix(f, "-overlay=") })
	list, err := packages.Load(&packages.Config{
		Mode: packages.LoadSyntax, Context: ctx, Dir: m.Dir, Env: m.Env, BuildFlags: build,
		Tests: true, Overlay: overlay,
	}, m.Packages...)
	if err != nil {
		return nil, fmt.Errorf("looking for what does not type-check: %w", err)
	}
	return list, nil
}

// round mends what can be mended, and reports whether that was anything.
func (m *mender) round(list []*packages.Package) (changed bool, _ error) {
	for _, p := range list {
		for _, e := range p.TypeErrors {
			if m.given[p.PkgPath] || isImport(e) {
				continue // it may go with what is wrong there
			}
			if m.mend(p, e) {
				changed = true
			} else {
				m.given[p.PkgPath] = true
			}
		}
	}
	for _, f := range m.files {
		if err := f.apply(); err != nil {
			return false, fmt.Errorf("taking functions out that do not type-check: %w", err)
		}
	}
	return changed, nil
}

// mend takes one mistake away, if that is possible.
func (m *mender) mend(p *packages.Package, e types.Error) bool {
	at := e.Fset.PositionFor(e.Pos, false)
	if !slices.Contains(p.GoFiles, at.Filename) {
		return false
	}
	f, err := m.file(at.Filename)
	if err != nil || bytes.Contains(f.text, []byte("//line ")) || bytes.Contains(f.text, []byte("/*line ")) {
		return false
	}
	out, ok := f.mend(at.Offset, e.Msg)
	if !ok || out == nil || slices.Contains(f.gone, out) {
		return ok
	}
	f.gone = append(f.gone, out)
	pkg, _, _ := strings.Cut(p.PkgPath, " ")
	m.out = append(m.out, Function{
		Package: pkg, Name: nameOf(out), file: at.Filename,
		Error: m.place(e.Fset.Position(e.Pos)) + ": " + strings.Join(strings.Fields(e.Msg), " "),
	})
	return !f.sets(out, packageNames(p, at.Filename))
}

// packageNames returns the offsets in a file at which names of imports stand.
func packageNames(p *packages.Package, file string) map[int]bool {
	at := make(map[int]bool)
	for id, obj := range p.TypesInfo.Uses {
		if _, ok := obj.(*types.PkgName); ok {
			if pos := p.Fset.PositionFor(id.Pos(), false); pos.Filename == file {
				at[pos.Offset] = true
			}
		}
	}
	return at
}

// isImport reports whether a package that is imported does not type-check.
func isImport(e types.Error) bool { return strings.HasPrefix(e.Msg, "could not import ") }

func (m *mender) file(name string) (*file, error) {
	if f := m.files[name]; f != nil {
		return f, nil
	}
	from := name
	if to, ok := m.Replace[name]; ok {
		from = to
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return nil, err
	}
	f, err := parse(name, text)
	if err == nil {
		m.files[name] = f
	}
	return f, err
}

// result keeps the files of packages that type-check now.
func (m *mender) result(list []*packages.Package) *Result {
	r := &Result{Files: make(map[string][]byte)}
	bad := make(map[string]bool)
	for _, p := range list {
		for _, name := range p.GoFiles {
			bad[name] = bad[name] || len(p.TypeErrors)+len(p.Errors) > 0
		}
	}
	gone := make(map[string][]*ast.FuncDecl)
	for name, f := range m.files {
		if dir := filepath.Dir(name); !bad[name] {
			r.Files[name] = append(fmt.Appendf(nil, "//line %s:1:1\n", name), f.text...)
			gone[dir] = append(gone[dir], f.gone...)
		}
	}
	for _, f := range m.out {
		if r.Files[f.file] != nil {
			r.Functions = append(r.Functions, f)
		}
	}
	r.reach(list, gone)
	return r
}

// place writes where a mistake is, as the compiler does: from the folder.
func (m *mender) place(at token.Position) string {
	if dir, err := filepath.Abs(m.Dir); err == nil {
		if inside, err := filepath.Rel(dir, at.Filename); err == nil && filepath.IsLocal(inside) {
			at.Filename = inside
		}
	}
	return at.String()
}

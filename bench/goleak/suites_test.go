// SPDX-License-Identifier: MIT

package main

import (
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/bench/published"
)

const peerVersion = "v1.3.0"

// TestPeerSuite runs the tests that go.uber.org/goleak has of its exported API with
// our package in its place.
func TestPeerSuite(t *testing.T) {
	suite := copyModule(t, peerName+"@"+peerVersion)
	dropped := suite.replacePeer(t)
	if want := []string{"TestOptionsFilters", "TestOptionsIgnoreAnyFunction", "TestOptionsRetry"}; !slices.Equal(dropped, want) {
		t.Errorf("the tests %v ask for what is not exported, want %v", dropped, want)
	}
	suite.requireOurs(t)
	out, err := suite.test(t, ".")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"TestFind", "TestFindRetry", "TestVerifyNone", "TestIgnoreCurrent", "TestVerifyParallel", "TestNoLeaks", "TestVerifyTestMain"} {
		if !strings.Contains(out, "--- PASS: "+name+" ") {
			t.Errorf("%s has not passed:\n%s", name, out)
		}
	}
}

// TestModules runs the suites of modules that check with goleak, with the import line
// changed and nothing else. docs/goleak.md names them.
func TestModules(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the suites of other modules")
	}
	docs, err := os.ReadFile(filepath.Join(checkout(t), "docs", "goleak.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		version  string
		packages []string // of those that import goleak
	}{
		{"go.uber.org/zap@v1.27.0", []string{".", "./zapcore"}},
		{"github.com/gammazero/workerpool@v1.1.3", []string{"."}},
		// Not internal/fxreflect: it tests how the compiler of Go 1.26 names closures.
		{"go.uber.org/fx@v1.24.0", []string{".", "./fxevent", "./fxtest", "./internal/fxlog", "./internal/lifecycle"}},
	} {
		t.Run(m.version, func(t *testing.T) {
			suite := copyModule(t, m.version)
			suite.requireOurs(t)
			if n := suite.swapImports(t); n < len(m.packages) {
				t.Errorf("%d files import goleak, want one at least in each of %v", n, m.packages)
			}
			if out, err := suite.test(t, m.packages...); err != nil {
				before, err2 := copyModule(t, m.version).test(t, m.packages...)
				t.Errorf("with the import swapped: %v\n%s\nas it is: %v\n%s", err, out, err2, before)
			}
			name, version, _ := strings.Cut(m.version, "@")
			if !strings.Contains(string(docs), "| "+name+" "+version+" |") {
				t.Errorf("docs/goleak.md does not name %s %s", name, version)
			}
		})
	}
}

// A suite is a copy of a module.
type suite struct{ dir string }

func copyModule(t *testing.T, version string) suite {
	t.Helper()
	// Suites compare paths, fx's for one: the folder keeps the module's name.
	name, _, _ := strings.Cut(path.Base(version), "@")
	dir := filepath.Join(t.TempDir(), name)
	if err := published.Copy(t.Context(), version, dir); err != nil {
		t.Fatal(err)
	}
	return suite{dir}
}

// checkout returns the folder of the module that this one is built with.
func checkout(t *testing.T) string {
	return strings.TrimSpace(command(t, "", "go", "list", "-m", "-f", "{{.Dir}}", "github.com/unleak/unleak"))
}

// requireOurs has the suite's module find this checkout.
func (s suite) requireOurs(t *testing.T) {
	t.Helper()
	const ours = "github.com/unleak/unleak"
	command(t, s.dir, "go", "mod", "edit", "-go=1.26.0", "-toolchain=none", "-require="+ours+"@v0.0.0", "-replace="+ours+"="+checkout(t))
}

// test runs the tests of packages.
func (s suite) test(t *testing.T, packages ...string) (string, error) {
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"test", "-count=1", "-v"}, packages...)...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), published.Environment()...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// swapImports changes the path in import lines, and says in how many files.
func (s suite) swapImports(t *testing.T) (files int) {
	line := regexp.MustCompile(`(?m)^(\s*(?:import )?)"go\.uber\.org/goleak"$`)
	walk(t, s.dir, func(name string, d fs.DirEntry) {
		if !strings.HasSuffix(name, "_test.go") {
			return
		}
		text := read(t, name)
		if swapped := line.ReplaceAllString(text, `$1"github.com/unleak/unleak/goleak"`); swapped != text {
			write(t, name, swapped)
			files++
		}
	})
	return files
}

// replacePeer takes everything out of goleak's module but its tests, and of these
// what asks for names that are not exported. It returns the tests that went. The
// module keeps its path, which is part of what the tests expect.
func (s suite) replacePeer(t *testing.T) (dropped []string) {
	if err := os.RemoveAll(filepath.Join(s.dir, "internal")); err != nil {
		t.Fatal(err)
	}
	var gone []string
	sources, err := filepath.Glob(filepath.Join(s.dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		if !strings.HasSuffix(name, "_test.go") {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			continue
		}
		text, tests := exportedOnly(t, name)
		gone = append(gone, tests...)
		write(t, name, text)
	}
	write(t, filepath.Join(s.dir, "replaced.go"), read(t, filepath.Join("testdata", "replaced.go.txt")))
	slices.Sort(gone)
	return gone
}

// exportedOnly returns a test file of goleak's without the declarations that use what
// goleak does not export, and the names of the tests among them.
func exportedOnly(t *testing.T, name string) (text string, dropped []string) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	file.Decls = slices.DeleteFunc(file.Decls, func(d ast.Decl) bool {
		f, ok := d.(*ast.FuncDecl)
		if !ok || !usesHidden(f) {
			return false
		}
		if strings.HasPrefix(f.Name.Name, "Test") {
			dropped = append(dropped, f.Name.Name)
		}
		return true
	})
	dropUnusedImports(file)
	var b strings.Builder
	if err := format.Node(&b, files, file); err != nil {
		t.Fatal(err)
	}
	return b.String(), dropped
}

// usesHidden reports whether a function uses goleak's own reader of stacks or its
// options as they are inside. For other hidden names there are replacements.
func usesHidden(f *ast.FuncDecl) bool {
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && (id.Name == "stack" || id.Name == "buildOpts") {
			found = true
		}
		return !found
	})
	return found
}

// dropUnusedImports goes by the last element of the paths.
func dropUnusedImports(file *ast.File) {
	used := make(map[string]bool)
	for _, d := range file.Decls {
		if _, ok := d.(*ast.FuncDecl); !ok {
			if g := d.(*ast.GenDecl); g.Tok == token.IMPORT {
				continue
			}
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				used[id.Name] = true
			}
			return true
		})
	}
	file.Decls = slices.DeleteFunc(file.Decls, func(d ast.Decl) bool {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			return false
		}
		g.Specs = slices.DeleteFunc(g.Specs, func(s ast.Spec) bool {
			path := strings.Trim(s.(*ast.ImportSpec).Path.Value, `"`)
			return !used[path[strings.LastIndexByte(path, '/')+1:]]
		})
		return len(g.Specs) == 0
	})
}

func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func walk(t *testing.T, dir string, f func(name string, d fs.DirEntry)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil {
			f(name, d)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

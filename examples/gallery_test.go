// SPDX-License-Identifier: MIT

// Package examples checks the gallery's own order: that each folder is complete,
// that each cause has one, and that the README shows them all.
package examples

import (
	"flag"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the README's table")

// A folder is one example.
type folder struct {
	name    string
	story   string // the first sentence of the package comment
	remains string // the first sentence of expect.txt
	must    []finding
}

// A finding is a line of expect.txt; grade and count are zero in a may line.
type finding struct {
	cause, wait, grade, count string
}

var (
	mustLine = regexp.MustCompile(`^must ([a-z-]+) "([^"]+)" (proven|likely|suspect) ([1-9]\d*)$`)
	mayLine  = regexp.MustCompile(`^may ([a-z-]+) "([^"]+)"$`)
)

// expectations reads an expect.txt: the lines for people, what must be found
// and what may be.
func expectations(t *testing.T, path string) (comment string, must, may []finding) {
	t.Helper()
	for i, line := range strings.Split(read(t, path), "\n") {
		if text, ok := strings.CutPrefix(line, "#"); ok {
			comment += text
		} else if m := mustLine.FindStringSubmatch(line); m != nil {
			must = append(must, finding{cause: m[1], wait: m[2], grade: m[3], count: m[4]})
		} else if m := mayLine.FindStringSubmatch(line); m != nil {
			may = append(may, finding{cause: m[1], wait: m[2]})
		} else if line != "" {
			t.Errorf("%s:%d: %q is no line of the format in README.md", path, i+1, line)
		}
	}
	return strings.TrimSpace(comment), must, may
}

// gallery reads all folders, in the order of their names.
func gallery(t *testing.T) []folder {
	t.Helper()
	paths, err := filepath.Glob("*/expect.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no expect.txt found (error: %v)", err)
	}
	var folders []folder
	for _, path := range paths {
		name := filepath.Dir(path)
		comment, must, _ := expectations(t, path)
		file := "leaky.go"
		if len(must) == 0 {
			file = "clean.go"
		}
		story := new(doc.Package).Synopsis(parse(t, filepath.Join(name, file)).Doc.Text())
		story, ok := strings.CutPrefix(story, "Package "+name+" ")
		if !ok {
			t.Errorf("%s/%s: the package comment does not begin with Package %s", name, file, name)
		}
		folders = append(folders, folder{name, story, new(doc.Package).Synopsis(comment), must})
	}
	return folders
}

func TestFoldersAreComplete(t *testing.T) {
	for _, f := range gallery(t) {
		files, tests := []string{"leaky.go", "fixed.go"}, []string{"TestLeaky", "TestFixed"}
		if len(f.must) == 0 {
			files, tests = []string{"clean.go"}, []string{"TestClean"}
		}
		for _, file := range files {
			if _, err := os.Stat(filepath.Join(f.name, file)); err != nil {
				t.Error(err)
			}
		}
		// Whoever reads findings goes by the names of the tests.
		seen := make(map[string]bool)
		for _, d := range parse(t, filepath.Join(f.name, f.name+"_test.go")).Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(fn.Name.Name, "Test") {
				continue
			}
			kind := fn.Name.Name[:min(len("TestLeaky"), len(fn.Name.Name))]
			if !slices.Contains(tests, kind) {
				t.Errorf("%s: the name of %s begins with none of %v", f.name, fn.Name.Name, tests)
			}
			seen[kind] = true
		}
		if len(seen) != len(tests) {
			t.Errorf("%s: has tests %v, want all of %v", f.name, seen, tests)
		}
	}
}

func TestEveryCauseHasAFolder(t *testing.T) {
	// README.md says why these have none.
	shown := map[string]bool{"syscall": true, "unknown": true}
	for _, f := range gallery(t) {
		for _, m := range f.must {
			shown[m.cause] = true
		}
	}
	causes := 0
	ast.Inspect(parse(t, "../cause.go"), func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); !ok || id.Name != "Cause" {
			return false
		}
		for _, v := range spec.Values {
			cause, err := strconv.Unquote(v.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			causes++
			if !shown[cause] {
				t.Errorf("no folder shows %s", cause)
			}
			delete(shown, cause)
		}
		return false
	})
	if causes == 0 {
		t.Error("../cause.go names no causes")
	}
	for cause := range shown {
		t.Errorf("%s is shown here and is no cause", cause)
	}
}

const (
	tableStart = "<!-- gallery: written by go test ./examples -update -->\n"
	tableEnd   = "<!-- /gallery -->\n"
)

func TestReadmeShowsTheGallery(t *testing.T) {
	var table strings.Builder
	table.WriteString("| folder | what it does | what stays | cause | wait | grade | count |\n")
	table.WriteString("|---|---|---|---|---|---|---|\n")
	for _, f := range gallery(t) {
		fmt.Fprintf(&table, "| [%s](%[1]s) | %s | %s |", f.name, f.story, f.remains)
		column := func(value func(finding) string) {
			var cell []string
			for _, m := range f.must {
				cell = append(cell, value(m))
			}
			if cell == nil {
				cell = []string{"–"}
			}
			fmt.Fprintf(&table, " %s |", strings.Join(cell, "<br>"))
		}
		column(func(m finding) string { return "`" + m.cause + "`" })
		column(func(m finding) string { return m.wait })
		column(func(m finding) string { return m.grade })
		column(func(m finding) string { return m.count })
		table.WriteByte('\n')
	}

	readme := read(t, "README.md")
	before, rest, ok := strings.Cut(readme, tableStart)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatalf("README.md lacks the line %q or %q", tableStart, tableEnd)
	}
	want := before + tableStart + table.String() + tableEnd + after
	if readme == want {
		return
	}
	if !*update {
		t.Fatal("README.md does not show the gallery as it is: run go test ./examples -update")
	}
	if err := os.WriteFile("README.md", []byte(want), 0o666); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func parse(t *testing.T, path string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

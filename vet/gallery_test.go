// SPDX-License-Identifier: MIT

package vet_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet"
)

var update = flag.Bool("update", false, "write testdata/gallery.golden")

// TestGallery runs all analyzers over the gallery and its tests, as "unleak vet"
// does. What is mended has no finding, and neither have its tests. The golden file
// says what was found in what leaks, and where; what only the tests show, whose calls
// and values a library cannot know; what is beside the folder's expect.txt, since
// the folder's tests do not come that way; and what of it is not found.
func TestGallery(t *testing.T) {
	found := gallery(t)
	folders, err := filepath.Glob("../examples/*/expect.txt")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no gallery (error: %v)", err)
	}
	var lines []string
	for _, path := range folders {
		folder := filepath.Base(filepath.Dir(path))
		must, may := expectations(t, path)
		for _, f := range found[folder] {
			place := f.Place()
			where := fmt.Sprintf("%s:%d", place.File, place.Line)
			if filepath.Base(place.File) != "leaky.go" || strings.Contains(f.Entry.Func, "Fixed") {
				t.Errorf("%s: a finding of %s where nothing leaks", where, f.Cause)
				continue
			}
			key := expectation{f.Cause, f.Wait}
			beside := ""
			if !f.library {
				beside = ", by its test"
			}
			if i := slices.Index(must, key); i >= 0 {
				must = slices.Delete(must, i, i+1)
			} else if !slices.Contains(may, key) {
				beside += ", beside expect.txt"
			}
			lines = append(lines, fmt.Sprintf("%s: %s %q %s, blocked in %s, started with %s%s",
				where, f.Cause, f.Wait, f.Grade, unleak.ShortFunc(f.Blocked.Func), unleak.ShortFunc(f.Entry.Func), beside))
		}
		for _, m := range must {
			lines = append(lines, fmt.Sprintf("%s: not found: %s %q", folder, m.cause, m.wait))
		}
	}
	golden(t, strings.Join(lines, "\n")+"\n")
}

// A finding is one with whether it shows without the tests.
type finding struct {
	unleak.Finding
	library bool
}

// gallery returns the findings of each folder, in the order of the source.
func gallery(t *testing.T) map[string][]finding {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Dir: "../examples", Tests: true}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	graph, err := checker.Analyze(vet.Analyzers(), pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string][]finding)
	for _, root := range graph.Roots {
		result, ok := vet.ResultOf(root.Result)
		if !ok {
			t.Fatalf("%s: no result of %s: %v", root.Package.PkgPath, root.Analyzer, root.Err)
		}
		for _, l := range result.Failed {
			t.Errorf("%s: %s", root.Package.PkgPath, l.Message)
		}
		folder := filepath.Base(root.Package.PkgPath)
		for _, f := range result.Findings {
			found[folder] = append(found[folder], finding{f, root.Package.ID == root.Package.PkgPath})
		}
	}
	root, err := filepath.Abs("../examples")
	if err != nil {
		t.Fatal(err)
	}
	for folder, list := range found {
		for i := range list {
			for _, f := range []*unleak.Frame{&list[i].Blocked, list[i].Own, list[i].Created} {
				if f == nil {
					continue
				}
				if file, err := filepath.Rel(root, f.File); err == nil && f.File != "" {
					f.File = filepath.ToSlash(file)
				}
			}
		}
		found[folder] = merge(list)
	}
	return found
}

// merge leaves one finding for each leak: who says never-stopped knows more than
// who sees the goroutine alone, and the package alone says more than with its tests.
func merge(list []finding) []finding {
	slices.SortStableFunc(list, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.Place().Line, b.Place().Line), cmp.Compare(a.Cause, b.Cause))
	})
	stopped, library := make(map[string]bool), make(map[string]bool)
	for _, f := range list {
		stopped[f.Key] = stopped[f.Key] || f.Cause == unleak.CauseNeverStopped
		library[f.Key] = library[f.Key] || f.library
	}
	seen := make(map[string]bool)
	return slices.DeleteFunc(list, func(f finding) bool {
		again := seen[f.Key] || stopped[f.Key] && f.Cause != unleak.CauseNeverStopped || library[f.Key] && !f.library
		seen[f.Key] = seen[f.Key] || !again
		return again
	})
}

type expectation struct {
	cause unleak.Cause
	wait  unleak.Wait
}

var expectLine = regexp.MustCompile(`(?m)^(must|may) ([a-z-]+) "([^"]+)"`)

func expectations(t *testing.T, path string) (must, may []expectation) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range expectLine.FindAllStringSubmatch(string(text), -1) {
		e := expectation{unleak.Cause(m[2]), unleak.Wait(m[3])}
		if m[1] == "must" {
			must = append(must, e)
		} else {
			may = append(may, e)
		}
	}
	return must, may
}

func golden(t *testing.T, got string) {
	t.Helper()
	const file = "testdata/gallery.golden"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the gallery's findings are not those of %s; if that is right, run go test ./vet -update\ngot:\n%swant:\n%s", file, got, want)
	}
}

// SPDX-License-Identifier: MIT

package main

import (
	"os"
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

// TestTable counts findings by their verdicts, and does not pass over one that has
// none.
func TestTable(t *testing.T) {
	finding := func(file string, line int) unleak.Finding {
		return unleak.Finding{Cause: unleak.CauseMutex, Grade: unleak.Likely, Blocked: unleak.Frame{File: file, Line: line}}
	}
	rows := []row{
		{module: module{Module: "example.org/a", Version: "v1.0.0"}, lines: 50_000, packages: 3,
			findings: []unleak.Finding{finding("a.go", 1), finding("a.go", 1), finding("b.go", 2)}},
		{module: module{Module: "example.org/b", Version: "v1.0.0"}, lines: 150, packages: 1,
			lost: []unleak.Loss{{Package: "example.org/b/c", Message: "It does not compile.\nmore", Hides: true}}},
	}
	verdicts := []verdict{{Module: "example.org/a", Place: "a.go:1", Why: "Nobody waits."}, {Module: "example.org/a", Place: "b.go:2", True: true, Why: "It waits."}}
	text, err := table(rows, verdicts)
	if err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"2 false of 3 findings in 50150 lines: 3.99 per 100,000. 1 of the 2 modules",
		"| example.org/a | v1.0.0 | 50000 | 3 | 0 | 3 | 1 | 2 | 4.00 |",
		"| all | – | 50150 | 4 | 1 | 3 | 1 | 2 | 3.99 |",
		"- example.org/a, b.go:2 (mutex): **true**. It waits.\n",
		"- example.org/b, example.org/b/c: not analysed. It does not compile.\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "a.go:1 (mutex): **false**. Nobody waits."); n != 1 {
		t.Errorf("a.go:1 is listed %d times, want 1", n)
	}
	if _, err := table(rows, verdicts[:1]); err == nil || !strings.Contains(err.Error(), "example.org/a: b.go:2: mutex [likely]") {
		t.Errorf("a finding without a verdict: error %v", err)
	}
}

// TestBetween puts text into the document as it is.
func TestBetween(t *testing.T) {
	old, err := os.ReadFile("../../docs/vet-score.md")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := between(string(old), "new\n")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(old), begin)
	_, after, _ := strings.Cut(rest, end)
	if whole != before+begin+"new\n"+end+after {
		t.Errorf("the document is now:\n%s", whole)
	}
	if _, err := between("nothing", "new\n"); err == nil {
		t.Error("no error for a document without the marks")
	}
}

// TestVerdicts: each is of a module that is looked at, says why, and is the only one
// of its place.
func TestVerdicts(t *testing.T) {
	modules, verdicts, err := lists()
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]bool)
	for _, m := range modules {
		known[m.Module] = true
	}
	seen := make(map[string]bool)
	for _, v := range verdicts {
		id := v.Module + " " + v.Place
		if !known[v.Module] || v.Why == "" || seen[id] {
			t.Errorf("%s: of no module that is looked at, without a reason, or there twice", id)
		}
		seen[id] = true
	}
}

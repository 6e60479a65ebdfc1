// SPDX-License-Identifier: MIT

package govet

import (
	"errors"
	"flag"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

// TestReader: lines of units are taken, what unitchecker writes is passed over, and
// anything else is an error, so that another tool's silence does not read as clean.
func TestReader(t *testing.T) {
	unit := `{"unit":{"package":"m","dir":"/m","scopes":1}}` + "\n"
	for _, test := range []struct {
		in    string
		lines int
		err   error
	}{
		{"", 0, nil},
		{"{}\n", 0, nil},
		{unit + `{"finding":{"key":"1"}}` + "\n{}\n" + unit, 3, nil},
		{unit + `{"finding":`, 1, errUnread},
		{`{"m": {"printf": [{"posn": "m.go:1:1"}]}}` + "\n", 0, errUnread},
	} {
		r := new(reader)
		r.WriteString(test.in)
		r.end()
		if len(r.lines) != test.lines || !errors.Is(r.err, test.err) {
			t.Errorf("%q: %d lines, error %v; want %d, %v", test.in, len(r.lines), r.err, test.lines, test.err)
		}
	}
}

// TestSections: what was said of which package, in the forms of several releases.
func TestSections(t *testing.T) {
	s := new(sections)
	s.WriteString("go: downloading example.com/m v1.0.0\n" +
		"# m/a [m/a.test]\na/a.go:3:1: undefined: x\na/a.go:4:1: undefined: y\n" +
		"# m/b\n# [m/b]\n" + `{"unit":{"package":"m/b"}}` + "\n{}\nvet: b/b.go:1:1: expected 'package'\n" +
		"go: something else\n")
	s.end()
	want := map[string][]string{
		"m/a": {"a/a.go:3:1: undefined: x", "a/a.go:4:1: undefined: y"},
		"m/b": {"vet: b/b.go:1:1: expected 'package'"},
	}
	if !reflect.DeepEqual(s.packages, want) {
		t.Errorf("said %q, want %q", s.packages, want)
	}
	if len(s.lines) != 1 || s.lines[0].Unit == nil || s.lines[0].Unit.Package != "m/b" {
		t.Errorf("lines %+v", s.lines)
	}
	if got := s.rest.String(); got != "go: downloading example.com/m v1.0.0\ngo: something else\n" {
		t.Errorf("rest %q", got)
	}
}

func TestCalled(t *testing.T) {
	for args, want := range map[string]bool{
		"":                        false,
		"-V=full":                 true,
		"-flags":                  true,
		"-flags ./...":            false,
		"/tmp/b001/vet.cfg":       true,
		"-json -leak x/vet.cfg":   true,
		"vet ./...":               false,
		"inspect strange.cfg":     false,
		"help":                    false,
		"test -report=report.cfg": false,
	} {
		if got := Called(strings.Fields(args)); got != want {
			t.Errorf("%q: called by go vet: %v, want %v", args, got, want)
		}
	}
}

// TestChoices: go vet's rule for analyzers by name.
func TestChoices(t *testing.T) {
	count := func(args ...string) (n int, leak bool) {
		fs := flag.NewFlagSet("", flag.ContinueOnError)
		chosen := choices(fs)
		if err := fs.Parse(args); err != nil {
			t.Fatal(err)
		}
		for _, a := range chosen() {
			n++
			leak = leak || a.Name == "leak"
		}
		return n, leak
	}
	all, _ := count()
	if n, leak := count("-leak"); n != 1 || !leak {
		t.Errorf("-leak: %d analyzers, leak among them: %v", n, leak)
	}
	if n, leak := count("-leak=false"); n != all-1 || leak {
		t.Errorf("-leak=false: %d analyzers of %d, leak among them: %v", n, all, leak)
	}
}

// TestMerge: what several analyzers see at one place is one finding, with the
// schedule and all evidence; forgotten responses have one key and are several.
func TestMerge(t *testing.T) {
	at := func(line int) unleak.Frame { return unleak.Frame{File: "m.go", Line: line} }
	seen := func(how unleak.How) []unleak.Evidence {
		return []unleak.Evidence{{Source: unleak.SourceVet, How: how}}
	}
	one, two := at(7), at(9)
	got := merge([]unleak.Finding{
		{Key: "b", Blocked: at(5), Evidence: seen(unleak.HowEndlessLoop)},
		{Key: "b", Blocked: at(5), Evidence: seen(unleak.HowSchedule), Schedule: new(unleak.Schedule)},
		{Key: "a", Own: &two},
		{Key: "a", Own: &one},
	})
	var lines []int
	for _, f := range got {
		lines = append(lines, sourceOf(f).Line)
	}
	if !slices.Equal(lines, []int{5, 7, 9}) {
		t.Fatalf("findings in lines %v", lines)
	}
	if got[0].Schedule == nil || len(got[0].Evidence) != 2 {
		t.Errorf("merged: %+v", got[0])
	}
}

// TestUnfinished: without -v one sentence, with it each function.
func TestUnfinished(t *testing.T) {
	over, part := unleak.Loss{Kind: "over-budget"}, unleak.Loss{Kind: "in-part"}
	v := &vetter{units: map[string]*unitLine{
		"m/a": {Scopes: 4, Unfinished: []unleak.Loss{part}},
		"m/b": {Scopes: 3, Unfinished: []unleak.Loss{over, part}},
		"m/c": {Scopes: 2},
	}}
	const want = "Of 9 functions searched, 1 has too many states to try them all and 2 have paths that cannot be followed: leaks there may have been missed. -v lists them."
	if got := v.unfinished(); len(got) != 1 || got[0].Message != want || got[0].Hides {
		t.Errorf("got %+v", got)
	}
	v.Verbose = true
	if got := v.unfinished(); !slices.Equal(got, []unleak.Loss{part, over, part}) {
		t.Errorf("with -v: %+v", got)
	}
}

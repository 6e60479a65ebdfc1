// SPDX-License-Identifier: MIT

package gotest

import (
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

// frame makes a frame of a function.
func frame(function string) unleak.Frame { return unleak.Frame{Func: function, File: "m.go", Line: 1} }

// stuck makes a goroutine that waits in m.wait, started by a function on the
// goroutine with the number creator.
func stuck(id, creator uint64, created string, labelValue ...string) *unleak.Goroutine {
	g := &unleak.Goroutine{
		ID: id, Count: 1, Wait: unleak.WaitReceive, Creator: creator,
		Stack: []unleak.Frame{frame("m.wait"), frame("m.work")}, Created: frame(created),
	}
	if len(labelValue) > 0 {
		g.Labels = map[string]string{label: labelValue[0]}
	}
	return g
}

// testing's own goroutine of a test that has not ended.
func running(id uint64, labelValue string) *unleak.Goroutine {
	g := stuck(id, 1, "testing.(*T).Run", labelValue)
	g.Stack = []unleak.Frame{frame("m.TestX"), frame("testing.tRunner")}
	return g
}

func ancestors(g *unleak.Goroutine, ids ...uint64) *unleak.Goroutine {
	for _, id := range ids {
		g.Ancestors = append(g.Ancestors, unleak.Ancestor{ID: id})
	}
	return g
}

func TestAttribute(t *testing.T) {
	tests := map[uint64]string{7: "TestA", 8: "TestB", 9: "TestB/sub"}
	cases := []struct {
		name string
		g    *unleak.Goroutine
		rest []*unleak.Goroutine
		want string // test, worker, note
	}{
		{"label", stuck(20, 7, "m.TestA", "7 TestA"), nil, "TestA"},
		{"a name with spaces", stuck(20, 7, "m.TestA", "7 TestA/two words"), nil, "TestA/two words"},
		{"a label of somebody else's making", stuck(20, 7, "m.TestA", "nonsense"), nil, "TestA"},
		{"creator", stuck(20, 7, "m.TestA"), nil, "TestA"},
		{"creator's creator", stuck(20, 19, "m.work"), []*unleak.Goroutine{stuck(19, 9, "m.TestB")}, "TestB/sub"},
		{"creator's label", stuck(20, 19, "m.work"), []*unleak.Goroutine{stuck(19, 3, "m.x", "8 TestB")}, "TestB"},
		{"a circle", stuck(20, 19, "m.work"), []*unleak.Goroutine{stuck(19, 20, "m.work")}, "|its labels were replaced"},
		{"ancestors", ancestors(stuck(20, 19, "m.work"), 19, 18, 8), nil, "TestB"},
		{"worker by label", stuck(20, 19, "m.work", "8 TestB"), []*unleak.Goroutine{stuck(19, 3, "m.x", "7 TestA")}, "TestB by TestA"},
		{"worker by creator", stuck(20, 19, "m.work", "8 TestB"), []*unleak.Goroutine{stuck(19, 7, "m.TestA")}, "TestB by TestA"},
		{"worker under another label", stuck(20, 19, "m.work", "8 TestB"), []*unleak.Goroutine{stuck(19, 7, "m.TestA", "8 TestB")}, "TestB by TestA"},
		{"worker of its own tree", stuck(20, 19, "m.work", "9 TestB/sub"), []*unleak.Goroutine{stuck(19, 8, "m.TestB", "8 TestB")}, "TestB/sub"},
		{"worker that is gone", stuck(20, 19, "m.work", "8 TestB"), nil, "TestB"},
		{"initialisation", stuck(20, 1, "m.init.0"), nil, "|started by package initialisation"},
		{"initialised variable", stuck(20, 1, "example.com/m.init"), nil, "|started by package initialisation"},
		{"TestMain", stuck(20, 1, "m.TestMain"), nil, "|started by TestMain or package initialisation"},
		{"timer", stuck(20, 0, "time.goFunc"), nil, "|started by a timer (time.AfterFunc)"},
		{"creator not read", stuck(20, 0, ""), nil, "|its creator was not read"},
		{"gone", stuck(20, 19, "m.work"), nil, "|its labels were replaced and its creator has ended"},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			b := &binary{pkg: "m", tests: tests, goroutines: append([]*unleak.Goroutine{tt.g}, tt.rest...)}
			l := b.leftovers()[0]
			got := l.Test
			if l.Worker != "" {
				got += " by " + l.Worker
			}
			if l.Note != "" {
				got += "|" + l.Note
			}
			if !strings.HasPrefix(got, tt.want) || l.Note == "" && got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if l.Package != "m" {
				t.Errorf("package %q", l.Package)
			}
		})
	}
}

// TestUnfinished holds that the goroutines of a test that has not ended, and of its
// subtests, are marked: they may still be in use.
func TestUnfinished(t *testing.T) {
	b := &binary{goroutines: []*unleak.Goroutine{
		running(8, "8 TestB"),
		stuck(20, 8, "m.TestB", "8 TestB"),
		stuck(21, 9, "m.TestB", "9 TestB/sub"),
		stuck(22, 7, "m.TestA", "7 TestA"),
		stuck(23, 6, "m.TestBo", "6 TestBo"),
	}}
	if got := b.unfinished(); !slices.Equal(got, []string{"TestB"}) {
		t.Errorf("unfinished: %q", got)
	}
	got := make(map[string]bool)
	for _, l := range b.leftovers() {
		got[l.Test] = l.Unfinished
	}
	if len(got) != 4 || !got["TestB"] || !got["TestB/sub"] || got["TestA"] || got["TestBo"] {
		t.Errorf("marked: %v", got)
	}
}

// TestExits tells a test that called os.Exit, which has not ended, from any other
// goroutine that did.
func TestExits(t *testing.T) {
	hook := frame("testing/internal/testdeps.unleakEnd")
	test := running(8, "8 TestB")
	test.Stack = append([]unleak.Frame{hook}, test.Stack...)
	other := stuck(20, 8, "m.TestB", "8 TestB")
	other.Stack = append([]unleak.Frame{hook}, other.Stack...)
	if exits(test) || !exits(other) || exits(stuck(21, 8, "m.TestB")) {
		t.Errorf("%v, %v", exits(test), exits(other))
	}
}

// TestNoNumbers has the goroutines of a profile, which bear no numbers: none must
// be taken for another's creator.
func TestNoNumbers(t *testing.T) {
	b := binary{pkg: "m"}
	for _, test := range []string{"TestA", "TestB"} {
		b.goroutines = append(b.goroutines, &unleak.Goroutine{
			Count: 2, Wait: unleak.WaitReceive,
			Stack:  []unleak.Frame{{Func: "m.f"}},
			Labels: map[string]string{label: "7 " + test},
		})
	}
	for i, l := range b.leftovers() {
		if want := []string{"TestA", "TestB"}[i]; l.Test != want || l.Worker != "" {
			t.Errorf("started under %q by a worker of %q, want %q and none", l.Test, l.Worker, want)
		}
	}
}

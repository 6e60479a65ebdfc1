// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"slices"
	"testing"

	"github.com/unleak/unleak"
)

// stackOf returns new frames with the functions, innermost first.
func stackOf(functions ...string) []unleak.Frame {
	var stack []unleak.Frame
	for i, f := range functions {
		stack = append(stack, unleak.Frame{Func: f, File: "/m/a.go", Line: i + 1})
	}
	return stack
}

func tallied(goroutines ...*unleak.Goroutine) *Tally {
	t := new(Tally)
	for _, g := range goroutines {
		t.Add(g)
	}
	return t
}

// TestTallyGroups adds goroutine after goroutine: what differs in any of what is
// told apart is counted apart, all else together, whichever copy of the frames it
// comes with.
func TestTallyGroups(t *testing.T) {
	shared := stackOf("m.f", "m.g")
	base := func() *unleak.Goroutine {
		return &unleak.Goroutine{ID: 7, Count: 1, Wait: unleak.WaitSend, Stack: shared, Created: unleak.Frame{Func: "m.h", File: "/m/a.go", Line: 9}}
	}
	for _, tt := range []struct {
		name   string
		change func(g *unleak.Goroutine)
		apart  bool
	}{
		{"the same", func(*unleak.Goroutine) {}, false},
		{"another number", func(g *unleak.Goroutine) { g.ID = 8 }, false},
		{"another creator", func(g *unleak.Goroutine) { g.Creator = 8 }, false},
		{"an age", func(g *unleak.Goroutine) { g.Minutes = 5 }, false},
		{"labels", func(g *unleak.Goroutine) { g.Labels = map[string]string{"k": "v"} }, false},
		{"locked", func(g *unleak.Goroutine) { g.Locked = true }, false},
		{"marked", func(g *unleak.Goroutine) { g.Leaked = true }, false},
		{"a copy of the stack", func(g *unleak.Goroutine) { g.Stack = slices.Clone(g.Stack) }, false},
		{"another wait", func(g *unleak.Goroutine) { g.Wait = unleak.WaitReceive }, true},
		{"a nil channel", func(g *unleak.Goroutine) { g.Wait = unleak.WaitSendNil }, true},
		{"another function", func(g *unleak.Goroutine) { g.Stack = stackOf("m.f", "m.k") }, true},
		{"another line", func(g *unleak.Goroutine) { g.Stack = slices.Clone(g.Stack); g.Stack[1].Line = 77 }, true},
		{"another file", func(g *unleak.Goroutine) { g.Stack = slices.Clone(g.Stack); g.Stack[0].File = "/m/b.go" }, true},
		{"a shorter stack", func(g *unleak.Goroutine) { g.Stack = g.Stack[:1] }, true},
		{"no stack", func(g *unleak.Goroutine) { g.Stack = nil }, true},
		{"a gap", func(g *unleak.Goroutine) { g.Elided = 30 }, true},
		{"another go statement", func(g *unleak.Goroutine) { g.Created.Line = 10 }, true},
		{"no go statement", func(g *unleak.Goroutine) { g.Created = unleak.Frame{} }, true},
	} {
		g := base()
		tt.change(g)
		tally := tallied(base(), g, base(), g)
		var counts []int
		for _, s := range tally.Stacks() {
			counts = append(counts, s.Count)
		}
		want := []int{4}
		if tt.apart {
			want = []int{2, 2}
		}
		if !slices.Equal(counts, want) || tally.Total() != 4 {
			t.Errorf("%s: counted %v of %d, want %v", tt.name, counts, tally.Total(), want)
		}
	}
}

// TestTallyHashes: texts that only differ in where one ends and the next begins are
// not the same.
func TestTallyHashes(t *testing.T) {
	a := &unleak.Goroutine{Stack: []unleak.Frame{{Func: "m.f", File: "g"}}}
	b := &unleak.Goroutine{Stack: []unleak.Frame{{Func: "m.fg"}}}
	c := &unleak.Goroutine{Wait: "m.f", Stack: []unleak.Frame{{File: "g"}}}
	if n := len(tallied(a, b, c).Stacks()); n != 3 {
		t.Errorf("%d stacks, want 3", n)
	}
}

// TestTallyKeeps: the reader writes over its goroutine.
func TestTallyKeeps(t *testing.T) {
	g := &unleak.Goroutine{ID: 1, Count: 3, Wait: unleak.WaitSelect, Stack: stackOf("m.f"), Minutes: 7, Creator: 5}
	tally := tallied(g)
	*g = unleak.Goroutine{ID: 2, Wait: unleak.WaitIO}
	s := tally.Stacks()[0]
	if s.ID != 1 || s.Count != 3 || s.Wait != unleak.WaitSelect || len(s.Goroutine.Stack) != 1 {
		t.Errorf("it kept %+v", s.Goroutine)
	}
	if s.Creator != 5 {
		t.Errorf("creator %d, want 5", s.Creator)
	}
	tally.Add(&unleak.Goroutine{Wait: unleak.WaitSelect, Stack: stackOf("m.f"), Creator: 6})
	if s.Creator != 0 || s.Count != 4 {
		t.Errorf("creator %d of %d, want none: two have started them", s.Creator, s.Count)
	}
}

// TestTallyAges: those that show none may have waited for less than a minute, or
// never been looked at by a collector.
func TestTallyAges(t *testing.T) {
	var tally Tally
	stack := stackOf("m.f")
	for _, a := range []struct{ minutes, count int }{{0, 5}, {59, 1}, {LongWait, 2}, {412, 1}, {3, 1}} {
		tally.Add(&unleak.Goroutine{Count: a.count, Wait: unleak.WaitSend, Stack: stack, Minutes: a.minutes})
	}
	s := tally.Stacks()[0]
	if want := (unleak.Age{Min: 3, Max: 412, Known: 5}); s.Age != want || s.Old != 3 {
		t.Errorf("age %+v with %d old, want %+v with 3", s.Age, s.Old, want)
	}
	if s.Minutes != 0 {
		t.Errorf("%d minutes of the first stand for all", s.Minutes)
	}
}

func TestTallyLabels(t *testing.T) {
	var tally Tally
	stack := stackOf("m.f")
	add := func(key, value string) {
		tally.Add(&unleak.Goroutine{Count: 1, Wait: unleak.WaitSend, Stack: stack, Labels: map[string]string{key: value}})
	}
	add("tenant", "b")
	add("tenant", "a")
	add("tenant", "b")
	for i := range 3 * maxValues {
		add("request", fmt.Sprint(i))
	}
	add("request", "0")
	for i := range 3 * maxLabels {
		add(fmt.Sprint("key", i), "v")
	}
	counts := tally.Stacks()[0].labelCounts()
	if got, want := fmt.Sprint(counts["tenant"]), "[{b 2} {a 1}]"; got != want {
		t.Errorf("tenants %s, want %s", got, want)
	}
	request := counts["request"]
	sum := 0
	for _, v := range request {
		sum += v.Count
	}
	if len(request) != maxValues+1 || request[0].Value != otherValues || request[1] != (unleak.ValueCount{Value: "0", Count: 2}) || sum != 3*maxValues+1 {
		t.Errorf("%d requests with %d values, first %v", sum, len(request), request[:2])
	}
	if len(counts) != maxLabels {
		t.Errorf("%d labels, want %d", len(counts), maxLabels)
	}
}

// TestTallyCopies: a reader that forgets what it read makes new copies of the same
// few stacks all the time.
func TestTallyCopies(t *testing.T) {
	var tally Tally
	const stacks, rounds = 20, 500
	for range rounds {
		for i := range stacks {
			tally.Add(&unleak.Goroutine{Count: 1, Wait: unleak.WaitSend, Stack: stackOf(fmt.Sprint("m.f", i))})
		}
	}
	for _, s := range tally.Stacks() {
		if s.Count != rounds {
			t.Fatalf("%d of %s, want %d", s.Count, s.Goroutine.Stack[0].Func, rounds)
		}
	}
	if n := len(tally.known); len(tally.Stacks()) != stacks || n > maxCopies*stacks+1 {
		t.Errorf("%d stacks by %d addresses", len(tally.Stacks()), n)
	}
}

// TestTallyAllocates: what is counted again costs no memory.
func TestTallyAllocates(t *testing.T) {
	g := &unleak.Goroutine{Count: 1, Wait: unleak.WaitSend, Stack: stackOf("m.f", "m.g"), Minutes: 3, Leaked: true, Labels: map[string]string{"tenant": "a"}}
	tally := tallied(g)
	if n := testing.AllocsPerRun(100, func() { tally.Add(g) }); n != 0 {
		t.Errorf("%v allocations a goroutine", n)
	}
}

func TestTallyMark(t *testing.T) {
	site := unleak.Frame{Func: "m.h", File: "/m/a.go", Line: 9}
	other := unleak.Frame{Func: "m.k", File: "/m/a.go", Line: 10}
	dump := func() *Tally {
		return tallied(
			&unleak.Goroutine{Count: 3, Wait: unleak.WaitSend, Stack: stackOf("m.f"), Created: site},
			&unleak.Goroutine{Count: 4, Wait: unleak.WaitSend, Stack: stackOf("m.f"), Created: other},
			&unleak.Goroutine{Count: 5, Wait: unleak.WaitReceive, Stack: stackOf("m.f"), Created: site},
			&unleak.Goroutine{Count: 6, Wait: unleak.WaitSend, Stack: stackOf("m.g"), Created: site},
		)
	}
	proof := func(count int, created unleak.Frame, functions ...string) *unleak.Goroutine {
		return &unleak.Goroutine{Count: count, Wait: unleak.WaitSend, Stack: stackOf(functions...), Created: created, Leaked: true}
	}
	for _, tt := range []struct {
		name  string
		proof []*unleak.Goroutine
		want  []int
	}{
		{"some", []*unleak.Goroutine{proof(2, unleak.Frame{}, "m.f")}, []int{2, 0, 0, 0}},
		{"more than the first holds", []*unleak.Goroutine{proof(5, unleak.Frame{}, "m.f")}, []int{3, 2, 0, 0}},
		{"more than there were: some came since", []*unleak.Goroutine{proof(99, unleak.Frame{}, "m.f")}, []int{3, 4, 0, 0}},
		{"by labels, one after the other", []*unleak.Goroutine{proof(1, unleak.Frame{}, "m.f"), proof(1, unleak.Frame{}, "m.f")}, []int{2, 0, 0, 0}},
		{"with a go statement", []*unleak.Goroutine{proof(2, other, "m.f")}, []int{0, 2, 0, 0}},
		{"one each, as a traceback has it", []*unleak.Goroutine{proof(0, site, "m.f"), proof(0, other, "m.f")}, []int{1, 1, 0, 0}},
		{"unknown", []*unleak.Goroutine{proof(2, unleak.Frame{}, "m.f", "m.x")}, []int{0, 0, 0, 0}},
	} {
		tally := dump()
		for _, g := range tt.proof {
			if known := tally.Mark(g); (known > 0) != (tt.name != "unknown") {
				t.Errorf("%s: %d known", tt.name, known)
			}
		}
		var marked []int
		for _, s := range tally.Stacks() {
			if marked = append(marked, s.Marked); s.Leaked != (s.Marked > 0) {
				t.Errorf("%s: leaked %t with %d marked", tt.name, s.Leaked, s.Marked)
			}
		}
		if !slices.Equal(marked, tt.want) {
			t.Errorf("%s: marked %v, want %v", tt.name, marked, tt.want)
		}
	}
}

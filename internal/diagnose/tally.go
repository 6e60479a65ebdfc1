// SPDX-License-Identifier: MIT

package diagnose

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/unleak/unleak"
)

// A Tally counts goroutines as they come. It keeps one copy of those with the
// same stack, wait and creation site, so that its memory goes with the number of
// different stacks and not with that of goroutines. The zero Tally is empty.
type Tally struct {
	stacks []*Stack
	// known finds a stack by its frames' address: readers give equal stacks one
	// copy, or a few. ids finds it by what the frames say.
	known map[*unleak.Frame][]*Stack
	ids   map[stackID]*Stack
	total int
}

// A stackID is the same for goroutines that count together: a hash of the wait,
// the stack and the creation site.
type stackID [sha256.Size]byte

// A Stack is all goroutines of one snapshot with the same stack, wait and creation
// site.
type Stack struct {
	// Goroutine is the first of them; its Count is that of all, Leaked whether
	// any is marked, Creator 0 unless it is the same of all.
	unleak.Goroutine
	// Marked is how many the runtime marked as leaked.
	Marked int
	// Age is zero where none shows one; Old is how many have waited for
	// LongWait or more.
	Age    unleak.Age
	Old    int
	labels map[string]map[string]int
	id     stackID
}

// maxValues bounds how many values of one label a stack keeps apart, and maxLabels
// how many labels: request numbers are labels too.
const (
	maxValues = 200
	maxLabels = 20
)

// Add counts g, which is copied.
func (t *Tally) Add(g *unleak.Goroutine) {
	s := t.stack(g)
	n := max(g.Count, 1)
	t.total += n
	s.Count += n
	if s.Creator != g.Creator {
		s.Creator = 0 // not one
	}
	if g.Leaked {
		s.Leaked = true
		s.Marked += n
	}
	if g.Minutes > 0 {
		s.addAge(g.Minutes, n)
	}
	for key, value := range g.Labels {
		s.addLabel(key, value, n)
	}
}

// Mark marks as leaked, of the goroutines that were added before, as many as g
// stands for and have its stack and wait. A creation site counts only where both
// have one: profiles lack it. It returns how many were added with that stack,
// marked or not.
func (t *Tally) Mark(g *unleak.Goroutine) (known int) {
	rest := max(g.Count, 1)
	for _, s := range t.stacks {
		if s.Wait != g.Wait || !slices.Equal(s.Stack, g.Stack) || !g.Created.IsZero() && s.Created != g.Created {
			continue
		}
		known += s.Count
		n := min(rest, s.Count-s.Marked)
		s.Marked += n
		s.Leaked = s.Marked > 0
		rest -= n
	}
	return known
}

// Total returns the number of goroutines that were added.
func (t *Tally) Total() int { return t.total }

// maxCopies is how many addresses are remembered for each stack: a reader that
// forgets what it read, to bound its memory, makes new copies without end.
const maxCopies = 8

// stack returns where g is counted.
func (t *Tally) stack(g *unleak.Goroutine) *Stack {
	var at *unleak.Frame
	if len(g.Stack) > 0 {
		at = &g.Stack[0]
	}
	for _, s := range t.known[at] {
		if s.same(g) {
			return s
		}
	}
	if t.known == nil || len(t.known) > maxCopies*len(t.stacks) {
		t.known = make(map[*unleak.Frame][]*Stack)
	}
	if t.ids == nil {
		t.ids = make(map[stackID]*Stack)
	}
	id := idOf(g)
	s := t.ids[id]
	if s == nil {
		s = &Stack{Goroutine: *g, id: id}
		s.Count, s.Leaked, s.Minutes = 0, false, 0
		t.ids[id] = s
		t.stacks = append(t.stacks, s)
	}
	t.known[at] = append(t.known[at], s)
	return s
}

// same reports whether g, whose frames are s's, is counted with s.
func (s *Stack) same(g *unleak.Goroutine) bool {
	return s.Wait == g.Wait && len(s.Stack) == len(g.Stack) && s.Elided == g.Elided && s.Created == g.Created
}

// idOf hashes what makes goroutines count together.
func idOf(g *unleak.Goroutine) (id stackID) {
	h := sha256.New()
	var b []byte
	text := func(s string) {
		b = append(binary.AppendUvarint(b[:0], uint64(len(s))), s...)
		h.Write(b)
	}
	number := func(n int) {
		b = binary.AppendVarint(b[:0], int64(n))
		h.Write(b)
	}
	frame := func(f *unleak.Frame) {
		text(f.Func)
		text(f.File)
		number(f.Line)
	}
	text(string(g.Wait))
	number(g.Elided)
	number(len(g.Stack))
	for i := range g.Stack {
		frame(&g.Stack[i])
	}
	frame(&g.Created)
	h.Sum(id[:0])
	return id
}

func (s *Stack) addAge(minutes, n int) {
	if s.Age.Known == 0 || minutes < s.Age.Min {
		s.Age.Min = minutes
	}
	s.Age.Max = max(s.Age.Max, minutes)
	s.Age.Known += n
	if minutes >= LongWait {
		s.Old += n
	}
}

// addLabel counts a label's value; beyond the bounds, values count as "...".
func (s *Stack) addLabel(key, value string, n int) {
	values := s.labels[key]
	if values == nil {
		if len(s.labels) >= maxLabels {
			return
		}
		if s.labels == nil {
			s.labels = make(map[string]map[string]int)
		}
		values = make(map[string]int)
		s.labels[key] = values
	}
	if _, ok := values[value]; !ok && len(values) >= maxValues {
		value = otherValues
	}
	values[value] += n
}

// otherValues stands for the values of a label that are too many to tell.
const otherValues = "..."

// valueCounts sorts counts, the most frequent value first.
func valueCounts(counts map[string]int) []unleak.ValueCount {
	values := make([]unleak.ValueCount, 0, len(counts))
	for _, v := range slices.Sorted(maps.Keys(counts)) {
		values = append(values, unleak.ValueCount{Value: v, Count: counts[v]})
	}
	slices.SortStableFunc(values, func(a, b unleak.ValueCount) int { return cmp.Compare(b.Count, a.Count) })
	return values
}

// Stacks returns what was counted, in the order in which it first came.
func (t *Tally) Stacks() []*Stack { return t.stacks }

// A Look is one snapshot with its stacks.
type Look struct {
	unleak.Snapshot
	Stacks []*Stack
	// Skipped is how many goroutines the process has beside those of the look,
	// which the user did not want to look at.
	Skipped int
	// Deadlock says that the runtime ended the process because every goroutine
	// was asleep.
	Deadlock bool
	// Proof says that the marks come from a goroutineleak profile that was taken
	// for this look, and not from one that somebody took earlier.
	Proof bool
}

// Process returns the number of the process's goroutines.
func (l *Look) Process() int { return l.Goroutines + l.Skipped }

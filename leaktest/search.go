// SPDX-License-Identifier: MIT

package leaktest

import (
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
	"github.com/unleak/unleak/internal/live"
)

// A Snapshot holds the goroutines that are there at one moment. Those of a later one
// can be told from them, also where they do the same.
type Snapshot struct {
	ids     map[uint64]bool
	stacks  map[live.Stack]int // how many did what
	created uint64
	// own is how many of them the goroutine had started that took the snapshot;
	// first is what one of these does.
	own   int
	first string
}

// Current takes a Snapshot, for Options.Since. Take it before the code under test
// runs: what that has started by then would be hidden. The world stands still for it
// as long as a traceback takes (50 ms for 10,000 goroutines).
func Current() *Snapshot {
	self, _ := live.Self()
	s := &Snapshot{ids: make(map[uint64]bool), created: live.Created()}
	goroutines, _ := live.Goroutines()
	for g, err := range goroutines {
		if err != nil {
			continue
		}
		s.ids[g.ID] = true
		if g.Creator == self && self > 1 {
			s.own++
			s.first = g.Entry().Func
		}
	}
	s.stacks = process.looks.crowd().counts
	return s
}

// late says why the snapshot hides what it should not, or "".
func (s *Snapshot) late() string {
	if s == nil || s.own == 0 {
		return ""
	}
	return fmt.Sprintf("the snapshot was taken too late: it holds %s that the same goroutine had started before, in %s, and these are not looked at; take it before the code under test runs, and name what may stay in Options.Ignore",
		unleak.Plural(s.own, "goroutine"), s.first)
}

// A search is the scope of the whole process.
type search struct {
	*sieve
	self uint64
	// whole leaves nothing out for belonging to the process.
	whole  bool
	census *census
	loss   *unleak.Loss
	err    error
}

func newSearch(o *Options) (*search, error) {
	self, bubble := live.Self()
	if bubble != 0 {
		return nil, &MisuseError{"a search inside a testing/synctest bubble waits for a time that stands still; synctest.Test fails by itself where goroutines of the bubble stay blocked, so look when it has returned"}
	}
	sieve, err := newSieve(o)
	if err != nil {
		return nil, err
	}
	return &search{sieve: sieve, self: self}, nil
}

// problem returns what kept the search from seeing all.
func (f *search) problem() error {
	if f.err == nil && f.loss != nil && f.Since != nil {
		return errors.New(f.loss.Message)
	}
	return f.err
}

// empty implements scope.
func (f *search) empty() bool {
	return runtime.NumGoroutine() <= 1 || f.Since != nil && live.Created() == f.Since.created
}

// left implements scope. It asks what costs most, everyone's number and creator,
// only where the answer depends on it.
func (f *search) left() []*unleak.Goroutine {
	c := process.looks.crowd()
	rest, gone := c.beyond(f.Since)
	rest = f.rest(rest)
	came := 0
	for _, g := range rest {
		came += g.Count
	}
	switch {
	case came == 0 && gone == 0 && (f.Since == nil || runtime.NumGoroutine() > many):
		return nil
	case came > gone && c.tests == 0 && !slices.ContainsFunc(rest, f.undecided):
		return rest
	}
	return f.exactly()
}

// undecided reports whether it depends on the creator, the labels or the outer frames
// of what seems to be left whether it may stay. A goroutine that has not begun yet has
// no frames at all here, and nor has a thread of cgo's.
func (f *search) undecided(g *unleak.Goroutine) bool {
	asks := func(i Ignore) bool { return i.Creator != "" || i.Label != "" || i.Match != nil }
	return len(g.Stack) == 0 || g.Elided != 0 || slices.ContainsFunc(f.Ignore, asks) || slices.ContainsFunc(f.Background, asks)
}

// exactly returns what is left by everyone's number and creator.
func (f *search) exactly() []*unleak.Goroutine {
	c, err := process.looks.census()
	if err != nil {
		f.err = err
	}
	f.census, f.loss = c, c.loss
	if f.Since != nil {
		c = c.without(f.Since.ids)
	}
	return f.rest(slices.DeleteFunc(c.all(), func(g *unleak.Goroutine) bool { return f.census.ofOthers(g, f.self) }))
}

// rest shadows that of the sieve.
func (f *search) rest(goroutines []*unleak.Goroutine) []*unleak.Goroutine {
	if !f.whole {
		return f.sieve.rest(goroutines)
	}
	var rest []*unleak.Goroutine
	for _, g := range goroutines {
		if diagnose.Background(g) == "" {
			rest = append(rest, g)
		}
	}
	return f.sift(rest)
}

// proven implements scope.
func (f *search) proven([]*unleak.Goroutine) bool {
	f.mark()
	for _, g := range f.exactly() {
		if !g.Leaked {
			return false
		}
	}
	return true
}

// mark has the runtime mark what is stuck for good, for the tracebacks to come.
func (f *search) mark() {
	if _, err := process.looks.marked(live.Leaks, ""); err != nil {
		f.err = err
	}
}

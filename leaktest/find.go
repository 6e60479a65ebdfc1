// SPDX-License-Identifier: MIT

package leaktest

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/live"
)

// Find returns what is left in the whole process, for harnesses that are not
// package testing, for fuzz targets and benchmarks. It waits as Options.Grace says,
// no longer than the context lives, and looks once more when the context ends:
//
//	before := leaktest.Current()
//	… // the code under test
//	findings, err := leaktest.Find(ctx, leaktest.Options{Since: before})
//
// The goroutine that calls it and the main goroutine are none of it, nor is what
// Options.Since holds. Without Since all goroutines of the process count but those
// that belong to it (see the package's comment). Goroutines are attributed to tests
// in which a Check runs or ran, or whose functions started them.
//
// Beside the findings, the surest first, the error tells what could not be looked
// at: a *MisuseError for a snapshot that was taken too late or for Options that say
// nothing, and one for each of Options.Ignore that was of no use where
// Options.FailUnused is set.
func Find(ctx context.Context, o Options) ([]unleak.Finding, error) {
	v, fails := find(ctx, o, "")
	return v.findings, joined(fails)
}

// Left returns the goroutines that Find would judge, as they are: with their
// numbers, where one record stands for one goroutine (Count is 1). It is for
// harnesses that have a way of their own to report them. The error is that of Find.
func Left(ctx context.Context, o Options) ([]unleak.Goroutine, error) {
	f, err := newSearch(&o)
	if err != nil {
		return nil, err
	}
	var list []unleak.Goroutine
	for _, g := range wait(ctx, &o, f) {
		list = append(list, *g)
	}
	fails, _ := f.complaints(&verdict{err: f.problem()})
	return list, joined(fails)
}

func joined(fails []string) error {
	if len(fails) == 0 {
		return nil
	}
	return &MisuseError{strings.TrimPrefix(strings.Join(fails, "\n"), "leaktest: ")}
}

// find waits, counts and judges.
func find(ctx context.Context, o Options, pkg string) (v verdict, fails []string) {
	f, err := newSearch(&o)
	if err != nil {
		return v, []string{err.Error()}
	}
	if len(wait(ctx, &o, f)) > 0 {
		if !o.NoProof && ctx.Err() == nil {
			f.mark()
		}
		v = judge(f.attributed(), pkg, f.sieve)
		if f.loss != nil {
			v.losses = append(v.losses, *f.loss)
		}
	}
	if v.err == nil {
		v.err = f.problem()
	}
	fails, _ = f.complaints(&v)
	return v, fails
}

// A Snapshot holds the goroutines that are there at one moment. Those of a later one
// can be told from them, also where they do the same.
type Snapshot struct {
	ids     map[uint64]bool
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
	census *census
	loss   *unleak.Loss
	err    error
}

func newSearch(o *Options) (*search, error) {
	if _, bubble := live.Self(); bubble != 0 {
		return nil, &MisuseError{"a search inside a testing/synctest bubble waits for a time that stands still; synctest.Test fails by itself where goroutines of the bubble stay blocked, so look when it has returned"}
	}
	sieve, err := newSieve(o)
	if err != nil {
		return nil, err
	}
	return &search{sieve: sieve}, nil
}

// problem returns what kept the search from seeing all.
func (f *search) problem() error {
	if late := f.Since.late(); late != "" {
		return &MisuseError{late}
	}
	return f.err
}

// empty implements scope.
func (f *search) empty() bool {
	return runtime.NumGoroutine() <= 1 || f.Since != nil && live.Created() == f.Since.created
}

// left implements scope. Where nothing is to be told apart by numbers, a profile
// that shows nothing is enough.
func (f *search) left() []*unleak.Goroutine {
	if f.Since == nil {
		all, err := process.looks.all()
		if err != nil {
			f.err = err
		}
		if len(f.rest(all)) == 0 {
			return nil
		}
	}
	c, err := process.looks.census()
	if err != nil {
		f.err = err
	}
	f.census, f.loss = c, c.loss
	var others []*unleak.Goroutine
	for _, g := range c.all() {
		if f.Since == nil || !f.Since.ids[g.ID] {
			others = append(others, g)
		}
	}
	return f.rest(others)
}

// proven implements scope.
func (f *search) proven(left []*unleak.Goroutine) bool {
	f.mark()
	for _, g := range f.left() {
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

// attributed looks once more and says who started what is left.
func (f *search) attributed() []leftover {
	var left []leftover
	for _, g := range f.left() {
		l := leftover{Goroutine: g}
		if l.test, l.run = f.test(g); l.test == "" {
			l.note = "unattributed; add leaktest.Check to the test, or use unleak test"
		}
		if !process.tests.wasReported(g.Labels[label], g.Key()) {
			left = append(left, l)
		}
	}
	return left
}

// test returns the test that started g, with the number of its goroutine where
// that is known: by the mark of its check, else by the goroutines or the functions
// that g's creators lead to.
func (f *search) test(g *unleak.Goroutine) (name string, goroutine uint64) {
	if number, name, ok := cutMark(g.Labels[label]); ok {
		return name, number
	}
	seen := make(map[uint64]bool)
	for id := g.Creator; id > 1 && !seen[id]; id = f.census.parents[id] {
		if name := process.tests.test(id); name != "" {
			return name, id
		}
		seen[id] = true
	}
	places := []unleak.Frame{g.Created, g.Entry()}
	for _, a := range g.Ancestors {
		places = append(places, a.Created)
	}
	for id := g.Creator; seen[id]; id = f.census.parents[id] {
		delete(seen, id)
		places = append(places, f.census.created[id])
	}
	for _, at := range places {
		if name := testFunc(at); name != "" {
			return name, g.Creator
		}
	}
	return "", 0
}

// testFunc returns the name of the test, benchmark, fuzz target or example that a
// function is, or is written in.
func testFunc(at unleak.Frame) string {
	if !strings.HasSuffix(at.File, "_test.go") {
		return ""
	}
	name := strings.TrimPrefix(unleak.ShortFunc(at.Func), unleak.ShortPackage(at.Package())+".")
	name, _, _ = strings.Cut(name, ".")
	for _, prefix := range [...]string{"Test", "Benchmark", "Fuzz", "Example"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && name != "TestMain" && (rest == "" || rest[0] < 'a' || rest[0] > 'z') {
			return name
		}
	}
	return ""
}

// SPDX-License-Identifier: MIT

package leaktest

import (
	"context"
	"strings"

	"github.com/unleak/unleak"
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
// that belong to it (see the package's comment), and those of other tests that still
// run. Goroutines are attributed to tests in which a Check runs or ran, or whose
// functions started them.
//
// Beside the findings, the surest first, the error tells what could not be looked
// at: a *MisuseError for a snapshot that was taken too late or for Options that say
// nothing, and one for each of Options.Ignore that was of no use where
// Options.FailUnused is set.
func Find(ctx context.Context, o Options) ([]unleak.Finding, error) {
	v, fails := find(ctx, o, "")
	return v.findings, joined(fails)
}

// Left returns the goroutines that are left as they are, for harnesses that judge and
// report them in a way of their own. One record stands for Count goroutines that do
// the same and have the same creator; ID is the first one's number.
//
// Nothing is left out but what Options names and what serves package testing: idle
// connections are there, as are goroutines that live as long as the process. A
// snapshot that was taken late is no error, nor is what it hides. Apart from that
// the error is that of Find.
func Left(ctx context.Context, o Options) ([]unleak.Goroutine, error) {
	f, err := newSearch(&o)
	if err != nil {
		return nil, err
	}
	f.whole = true
	var list []unleak.Goroutine
	if len(wait(ctx, &o, f)) > 0 {
		for _, g := range f.exactly() {
			list = append(list, *g)
		}
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
	if late := o.Since.late(); late != "" {
		v.err = &MisuseError{late}
	}
	fails, _ = f.complaints(&v)
	return v, fails
}

// attributed looks once more and says who started what is left.
func (f *search) attributed() []leftover {
	var left []leftover
	for _, g := range f.exactly() {
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

// SPDX-License-Identifier: MIT

package leaktest

import (
	"context"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/live"
)

// Check fails the test where it, or what it started, leaves goroutines behind. Call
// it first, on the test's own goroutine:
//
//	func TestX(t *testing.T) {
//		t.Parallel()
//		leaktest.Check(t)
//
// The look is taken by t.Cleanup, which runs what was registered first last: what
// the test's other cleanups stop is gone by then. Subtests are part of their test.
// A subtest that has a Check of its own reports its own.
//
// Check puts a pprof label on the goroutine, on top of the labels of t.Context().
// Other labels that the goroutine had are gone, for they cannot be read back. Where
// the test replaces labels itself (pprof.Do, pprof.SetGoroutineLabels), what it
// starts from then on is known by its creators, as long as these live. In a process
// of more than 1,000 goroutines, creators are asked only where their number has
// grown or a goroutine with the label is left.
//
// A test that has failed already is not checked (Options.OnFailure). Check fails the
// test where it cannot do its work: called twice for one test, inside a
// testing/synctest bubble, or with Options that say nothing.
func Check(t testing.TB, options ...Options) {
	t.Helper()
	o := join(options)
	id, bubble := live.Self()
	sieve, err := newSieve(&o)
	mark := ""
	switch {
	case err != nil:
	case bubble != 0:
		err = &MisuseError{"Check was called inside a testing/synctest bubble, where time stands still while it waits. synctest.Test fails by itself where goroutines of the bubble stay blocked; call Check on the test around it, for what it leaves outside"}
	case o.Since != nil:
		err = &MisuseError{"Check was given Options.Since, which is for Find and Left: it knows by itself which goroutines its test has started"}
	default:
		mark, err = process.tests.begin(t, id)
	}
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	base := t.Context()
	c := &check{
		t: t, sieve: sieve,
		self: id, name: t.Name(), pkg: caller(),
		goroutines: runtime.NumGoroutine(), created: live.Created(),
		mark: live.SetMark(base, label, mark),
	}
	t.Cleanup(func() {
		t.Helper()
		pprof.SetGoroutineLabels(base) // the mark is for what the test has started
		defer process.tests.end(t)
		c.end()
	})
}

// A check is the scope of one test: what bears its mark, or was started by it.
type check struct {
	*sieve
	t          testing.TB
	mark       live.Mark
	self       uint64
	name, pkg  string
	goroutines int    // how many there were when the test began
	created    uint64 // how many had been started by then
	err        error
}

// many is the number of goroutines above which a look at all of them costs more
// than a garbage collection.
const many = 1000

// end is the pipeline: wait, count, judge, report.
func (c *check) end() {
	c.t.Helper()
	if c.t.Failed() && !c.OnFailure {
		c.t.Logf("leaktest: not checked, since the test has failed; Options.OnFailure checks it all the same")
		return
	}
	ctx, cancel := c.context()
	defer cancel()
	c.lull()
	var v verdict
	if left := wait(ctx, c.Options, c); len(left) > 0 {
		v = c.verdict(ctx)
	}
	c.tell(v)
}

// context lives for as long as the test may take. The last tenth of its time is for
// the report, and for other cleanups.
func (c *check) context() (context.Context, context.CancelFunc) {
	if d, ok := c.t.(interface{ Deadline() (time.Time, bool) }); ok {
		if at, ok := d.Deadline(); ok {
			return context.WithTimeout(context.Background(), time.Until(at)*9/10)
		}
	}
	return context.WithCancel(context.Background())
}

// lull gives goroutines that are about to end a moment, so that the first look does
// not find them; longer where a look costs more. Their number is a hint, no more:
// others come and go too.
func (c *check) lull() {
	most := time.Millisecond
	if c.goroutines > many {
		most = 10 * time.Millisecond
	}
	for pause := 10 * time.Microsecond; pause <= most && !c.empty() && runtime.NumGoroutine() > c.goroutines; pause *= 2 {
		time.Sleep(pause)
	}
}

// empty implements scope: nothing was started since the test began, or nothing is
// there but the main goroutine and this one.
func (c *check) empty() bool {
	n := runtime.NumGoroutine()
	return n <= 1 || n == 2 && c.self != 1 || live.Created() == c.created
}

// left implements scope.
func (c *check) left() []*unleak.Goroutine {
	if rest := c.rest(c.marked(live.All)); len(rest) > 0 {
		return rest
	}
	if n := runtime.NumGoroutine(); n > many && n <= c.goroutines {
		return nil
	}
	list, _ := c.count()
	return list
}

// marked returns what bears the mark. With many goroutines, the collector says for
// less whether anything does: a profile unwinds every stack, at some 2 µs each, and
// the collector goes through a megabyte in about a millisecond.
func (c *check) marked(kind live.Profile) []*unleak.Goroutine {
	n := runtime.NumGoroutine()
	if kind == live.All && n > many && live.Heap() < uint64(n)<<13 && c.mark.Gone() {
		return nil
	}
	list, err := process.looks.marked(kind, c.mark.Value)
	if err != nil {
		c.err = err
	}
	return list
}

// proven implements scope.
func (c *check) proven(left []*unleak.Goroutine) bool {
	return stateOf(c.marked(live.Leaks)).goroutines >= stateOf(left).goroutines
}

// count takes a census and returns what is the test's.
func (c *check) count() ([]*unleak.Goroutine, *census) {
	all, err := process.looks.census()
	if err != nil {
		c.err = err
	}
	return c.rest(all.of(c.mark.Value, c.self)), all
}

// verdict says what is left of the test, for good.
func (c *check) verdict(ctx context.Context) verdict {
	if !c.NoProof && ctx.Err() == nil {
		c.marked(live.Leaks) // from then on, tracebacks tell what is stuck for good
	}
	ours, all := c.count()
	var left []leftover
	for _, g := range ours {
		left = append(left, leftover{g, c.name, c.self, ""})
	}
	v := judge(left, c.pkg, c.sieve)
	v.err = c.err
	if all.loss != nil {
		v.losses = append(v.losses, *all.loss)
	}
	return v
}

// caller returns the import path of the package that calls Check.
func caller() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if pkg := unleak.PackageOf(f.Function); pkg != "" && pkg != here || !more {
			return strings.TrimSuffix(pkg, "_test")
		}
	}
}

// here is this package's import path.
const here = "github.com/unleak/unleak/leaktest"

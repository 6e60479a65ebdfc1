// SPDX-License-Identifier: MIT

package leaktest

import (
	"context"
	"runtime"
	"runtime/pprof"
	"testing"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/live"
)

// SelfCheck plants a goroutine that stays, and fails the test unless a check finds
// it, and finds nothing any more when it has been let go. With it a suite can prove
// that its detector is awake: that no profile is cut off, and no build of Go has
// changed what it stands on. It takes a few milliseconds and leaves nothing.
func SelfCheck(t testing.TB) {
	t.Helper()
	release := make(chan struct{})
	found := make(chan []unleak.Finding)
	gone := make(chan bool)
	go plant(release, found, gone)
	findings := <-found
	close(release)
	ended := <-gone
	switch {
	case len(findings) != 1 || findings[0].Count != 1 || findings[0].Entry.Func != here+".planted":
		t.Errorf("leaktest: the planted goroutine was not found: got %d findings; goroutine profiles or labels do not work as they should on %s", len(findings), runtime.Version())
	case !ended:
		t.Errorf("leaktest: the planted goroutine was still found after it had been let go")
	}
}

// plant is a test in small, on a goroutine of its own, whose labels it may replace.
func plant(release chan struct{}, found chan<- []unleak.Finding, gone chan<- bool) {
	o := &Options{Grace: 10 * time.Millisecond, NoProof: true}
	sieve, _ := newSieve(o) // nothing in the options can be wrong
	self, _ := live.Self()
	c := &check{
		sieve: sieve, self: self, name: "SelfCheck", pkg: here,
		mark: live.SetMark(context.Background(), label, newMark(self, 0, "SelfCheck")),
	}
	go planted(release)
	pprof.SetGoroutineLabels(context.Background())
	wait(context.Background(), o, c)
	v := c.verdict(context.Background())
	found <- v.findings
	<-release
	o.Grace = defaultGrace
	gone <- len(wait(context.Background(), o, c)) == 0
}

func planted(release <-chan struct{}) { <-release }

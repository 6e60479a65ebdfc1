// SPDX-License-Identifier: MIT

package leaktest

import (
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/live"
)

// A crowd is how many goroutines do what: all that can be said of them for little,
// without numbers, creators and labels. Whom isSelf names is not among them.
type crowd struct {
	counts     map[live.Stack]int
	goroutines map[live.Stack]*unleak.Goroutine
	tests      int // that run or wait
}

// crowd counts who is there now, or has been counted since the call.
func (l *looker) crowd() *crowd {
	asked := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.met = l.met.since(asked, func() (*crowd, error) { return l.meet(), nil })
	return l.met.seen
}

func (l *looker) meet() *crowd {
	c := &crowd{counts: l.reader.Stacks(), goroutines: make(map[live.Stack]*unleak.Goroutine)}
	for stack, n := range c.counts {
		g := l.reader.Goroutine(stack, n)
		switch {
		case isSelf(g):
			delete(c.counts, stack)
			continue
		case isTest(g):
			c.tests += n
		}
		c.goroutines[stack] = g
	}
	return c
}

// beyond returns who is there and was not in the snapshot, as far as the numbers
// tell, and how many have gone of those who were.
func (c *crowd) beyond(s *Snapshot) (came []*unleak.Goroutine, gone int) {
	var before map[live.Stack]int
	if s != nil {
		before = s.stacks
	}
	for stack, g := range c.goroutines {
		if n := g.Count - before[stack]; n > 0 {
			one := *g
			one.Count = n
			came = append(came, &one)
		}
	}
	for stack, n := range before {
		gone += max(0, n-c.counts[stack])
	}
	return came, gone
}

// isTest reports whether a goroutine runs a test (testing/testing.go, tRunner).
func isTest(g *unleak.Goroutine) bool { return g.Entry().Func == "testing.tRunner" }

// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// lockOrders recognises goroutines that wait for each other's locks: two groups,
// each of which holds what the other waits for, or one whose goroutines lock two
// values of one type in whatever order they come.
func lockOrders(scenes []*scene) map[*scene]Verdict {
	orders := make(map[*scene]Verdict)
	for i, a := range scenes {
		if a.locksTwo() {
			orders[a] = Verdict{
				Cause: unleak.CauseLockOrder,
				Explanation: fmt.Sprintf("It holds one lock of the kind and waits for %s %s; another goroutine does so the other way round.",
					a.op.Expr, a.where()),
				Fixes: []unleak.Fix{fix("Lock values of one type in a fixed order, such as by an identifier")},
			}
			continue
		}
		for _, b := range scenes[i+1:] {
			if a.waitsForHolder(b) && b.waitsForHolder(a) {
				orders[a], orders[b] = crossed(a, b), crossed(b, a)
			}
		}
	}
	return orders
}

func crossed(a, b *scene) Verdict {
	return Verdict{
		Cause: unleak.CauseLockOrder,
		Explanation: fmt.Sprintf("It holds %s and waits for %s %s; another goroutine holds that one and waits for the first %s.",
			b.expr("one lock"), a.expr("another"), a.where(), b.where()),
		Fixes: []unleak.Fix{fix("Take %s and %s in the same order everywhere", b.expr("one lock"), a.expr("the other"))},
	}
}

// wanted returns the lock that the goroutine waits for, under the name that the
// callers know: a parameter becomes the argument.
func (s *scene) wanted() source.Object {
	if s.op.Kind != source.Lock && s.op.Kind != source.RLock {
		return source.Object{}
	}
	return s.argument(s.op.Object, s.frameOf(s.site))
}

func (s *scene) frameOf(site source.Site) int {
	for i, f := range s.g.Stack {
		if f == s.at && site.Found() {
			return i
		}
	}
	return 0
}

// argument follows a parameter of the i-th frame's function out through the
// callers' arguments to the go statement's.
func (s *scene) argument(o source.Object, i int) source.Object {
	for _, site := range s.sites[min(i+1, len(s.sites)):] {
		for _, op := range site.Ops {
			if arg, ok := op.Args[o]; ok {
				o = arg
				break
			}
		}
	}
	if arg, ok := s.spawn.Args[o]; ok {
		o = arg
	}
	return o
}

// waitsForHolder reports whether s waits for a lock that other holds.
func (s *scene) waitsForHolder(other *scene) bool {
	want := s.wanted()
	if want.IsZero() {
		return false
	}
	for i, site := range other.sites {
		for _, h := range site.Held {
			if other.argument(h.Object, i) == want {
				return want != other.wanted()
			}
		}
	}
	return false
}

// locksTwo reports whether the goroutines hold a lock of the same declaration,
// reached through another expression: from.mu, then to.mu.
func (s *scene) locksTwo() bool {
	if s.Count < 2 || s.op.Kind != source.Lock || s.op.Object.Owner == "" {
		return false
	}
	for _, h := range s.site.Held {
		if h.Object == s.op.Object && h.Expr != s.op.Expr {
			return true
		}
	}
	return false
}

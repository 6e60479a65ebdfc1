// SPDX-License-Identifier: MIT

package monitor

import "time"

// A schedule decides when a profile is worth what it costs.
type schedule struct {
	last  time.Time // when the last one began; zero before the first
	took  time.Duration
	total int // goroutines then
	over  bool
}

const (
	// profileEvery is the time between two profiles that cost next to nothing:
	// four fall into a window of the history (diagnose.Watch).
	profileEvery = 2 * time.Minute
	// thrift is how many times longer than a profile took the next one waits:
	// 0.05 % of a core. With a million goroutines, where one takes 2.5 s, a leak
	// would be seen late by that, so that it waits no longer than patience for
	// it, as long as they take no more of a core than one in dear.
	thrift   = 2000
	patience = 10 * time.Minute
	dear     = 200
	// soonest is the least time between two profiles for whatever reason.
	soonest = 20 * time.Second
	// burst is how many goroutines more than half of them as many are growth that
	// is looked at at once.
	burst = 100
)

// every is the time between two profiles.
func (s *schedule) every() time.Duration {
	return max(profileEvery, min(thrift*s.took, patience), dear*s.took)
}

// due reports whether a profile should be taken now that there are so many
// goroutines, and whether that is over the budget.
func (s *schedule) due(now time.Time, total int, over bool) bool {
	since := now.Sub(s.last)
	switch {
	case s.last.IsZero() || since >= s.every():
		return true
	case since < max(soonest, dear*s.took):
		return false
	}
	return total > s.total+s.total/2+burst || over && !s.over
}

// done notes that a profile was taken.
func (s *schedule) done(began time.Time, took time.Duration, total int, over bool) {
	*s = schedule{began, took, total, over}
}

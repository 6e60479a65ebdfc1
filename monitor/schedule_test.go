// SPDX-License-Identifier: MIT

package monitor

import (
	"testing"
	"time"
)

// TestScheduleCost holds the cost: what a profile takes, how many goroutines there are
// by that, and how often one is taken.
func TestScheduleCost(t *testing.T) {
	for _, tt := range []struct {
		took  time.Duration
		every time.Duration
		core  float64 // the share of one core
	}{
		{0, 2 * time.Minute, 0},
		{2 * time.Millisecond, 2 * time.Minute, 0.0001}, // 1,000
		{23 * time.Millisecond, 2 * time.Minute, 0.001}, // 10,000
		{290 * time.Millisecond, 580 * time.Second, 0.001},
		{2700 * time.Millisecond, 10 * time.Minute, 0.01}, // a million
		{30 * time.Second, 100 * time.Minute, 0.01},
	} {
		s := schedule{took: tt.took}
		if got := s.every(); got != tt.every {
			t.Errorf("a profile of %v: every %v, want %v", tt.took, got, tt.every)
		}
		if core := tt.took.Seconds() / s.every().Seconds(); core > tt.core/1.9 { // what it collects may cost as much again
			t.Errorf("a profile of %v takes %.3f %% of a core, want half of %.3f %%", tt.took, 100*core, 100*tt.core)
		}
	}
}

func TestScheduleDue(t *testing.T) {
	last := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		s     schedule
		after time.Duration
		total int
		over  bool
		want  bool
	}{
		{"the first", schedule{}, 0, 10, false, true},
		{"too soon", schedule{last: last, total: 1000}, 119 * time.Second, 1000, false, false},
		{"it is time", schedule{last: last, total: 1000}, 2 * time.Minute, 1000, false, true},
		{"it is not, for it costs", schedule{last: last, total: 1000, took: 100 * time.Millisecond}, 2 * time.Minute, 1000, false, false},
		{"growth", schedule{last: last, total: 1000}, 20 * time.Second, 1601, false, true},
		{"little growth", schedule{last: last, total: 1000}, 20 * time.Second, 1600, false, false},
		{"growth at once", schedule{last: last, total: 1000}, 10 * time.Second, 9000, false, false},
		{"growth, but it costs", schedule{last: last, total: 1000, took: time.Second}, 3 * time.Minute, 9000, false, false},
		{"a fall", schedule{last: last, total: 1000}, time.Minute, 3, false, false},
		{"over the budget", schedule{last: last, total: 1000}, 20 * time.Second, 1001, true, true},
		{"still over the budget", schedule{last: last, total: 1000, over: true}, 20 * time.Second, 1001, true, false},
	} {
		if got := tt.s.due(last.Add(tt.after), tt.total, tt.over); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}

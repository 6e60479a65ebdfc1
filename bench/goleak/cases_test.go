// SPDX-License-Identifier: MIT

package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/bench/turns"
)

// TestJudge: the dearest of our sides counts, and turns are compared each with itself.
func TestJudge(t *testing.T) {
	peer := turns.Side{Times: turns.Seconds{1, 1, 10}, Allocated: turns.Megabytes{100, 100, 100}}
	side := func(seconds turns.Seconds, megabytes float64) turns.Side {
		return turns.Side{Times: seconds, Allocated: turns.Megabytes{megabytes, megabytes, megabytes}}
	}
	cheap := side(turns.Seconds{0.01, 0.01, 0.1}, 1)
	for _, c := range []struct {
		name   string
		kind   string
		sides  []turns.Side
		report int
		want   string
		ok     bool
	}{
		{"within", "passing", []turns.Side{peer, cheap, side(turns.Seconds{0.1, 0.1, 1}, 10)}, 0, "10.0 times less time, 10.0 times less allocated", true},
		{"slow", "passing", []turns.Side{peer, side(turns.Seconds{0.2, 0.2, 1}, 1), cheap}, 0, "5.0 times less time, 100.0 times less allocated", false},
		{"much", "passing", []turns.Side{peer, cheap, side(turns.Seconds{0.01, 0.01, 0.1}, 20)}, 0, "100.0 times less time, 5.0 times less allocated", false},
		{"report", "failing", []turns.Side{peer, cheap, cheap}, maxReport, "100.0 times less time, 100.0 times less allocated, a report of 64.0 KiB", true},
		{"long report", "failing", []turns.Side{peer, cheap, cheap}, maxReport + 1, "100.0 times less time, 100.0 times less allocated, a report of 64.0 KiB", false},
	} {
		got, ok := testCase{kind: c.kind, wanted: 10}.judge(c.sides, c.report)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

// TestChecks: each side finds what a test leaves, and nothing where it leaves nothing.
func TestChecks(t *testing.T) {
	self := filepath.Join(t.TempDir(), "goleak.exe") // the suffix does no harm elsewhere
	command(t, "", "go", "build", "-o", self, ".")
	for _, kind := range []string{"passing", "failing"} {
		for _, side := range sides {
			s, err := testCase{kind: kind, goroutines: 50}.run(t.Context(), self, side)
			if err != nil || s.Seconds <= 0 || s.Megabytes <= 0 {
				t.Errorf("%s, %s: %+v, %v", side, kind, s, err)
			}
		}
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-only=passing-1k,slow"}, `no case is named "slow"`},
		{[]string{"-runs=0"}, "-runs of at least 1"},
		{[]string{"more"}, "no arguments"},
		{[]string{"check", "goleak"}, "a side"},
		{[]string{"check", "nobody", "passing", "1"}, "there is no check"},
		{[]string{"check", "goleak", "dancing", "1"}, "there is no check"},
	} {
		err := run(t.Context(), c.args, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("goleak %s: error %v, want one with %q", strings.Join(c.args, " "), err, c.want)
		}
	}
}

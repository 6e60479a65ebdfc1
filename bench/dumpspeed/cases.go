// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"math"

	"github.com/unleak/unleak/bench/turns"
)

// A testCase is one question about speed or memory.
type testCase struct {
	name   string
	sides  []side
	most   int // runs of each side, where not as many as asked for; 0 is no bound
	wanted string
	// judge says what the sides amount to, and whether that is as wanted.
	judge func([]turns.Side) (measured string, ok bool)
}

// Name returns the case's name.
func (c testCase) Name() string { return c.name }

var (
	scanner = side{name: "bufio.Scanner", reader: "bufio.Scanner"}
	ours    = side{name: "dump.Read", reader: "dump.Read"}
	inspect = side{name: "unleak inspect", args: []string{"inspect", "-exit-code=0"}}
	version = side{name: "unleak version", args: []string{"version"}, input: nothing}
)

var cases = []testCase{{
	name:   "lines", // from a file in the page cache
	sides:  []side{scanner, ours, inspect},
	wanted: "at most 2.00 of bufio.Scanner",
	judge:  atMostRatio(2),
}, {
	// Like with like: both parse and group, and nothing more. What unleak inspect does
	// behind that, judging and explaining each group, takes another tenth of a second.
	name:   "gostackparse",
	sides:  []side{{name: "gostackparse", reader: "gostackparse"}, ours},
	most:   5,
	wanted: "at least 10 times faster",
	judge:  atLeastTimesFaster(10),
}, {
	name:   "panicparse",
	sides:  []side{{name: "panicparse", reader: "panicparse"}, ours, inspect},
	most:   1,
	wanted: "at least 80 times faster",
	judge:  atLeastTimesFaster(80),
}, {
	name:   "large", // the same rate and memory at 3 GB
	sides:  []side{inspect, inspect.of("3 GB", aLargeFile)},
	most:   3,
	wanted: "at most 1.15 a byte, 4 MB more",
	judge:  sameByByte(1.15, 4),
}, {
	// A pipe has costs of its own, so that it is compared with a walk over one.
	name:   "pipe",
	sides:  []side{scanner.of("pipe", aPipe), ours.of("pipe", aPipe), inspect.of("pipe", aPipe)},
	most:   3,
	wanted: "at most 2.00 of bufio.Scanner",
	judge:  atMostRatio(2),
}, {
	name:   "memory",
	sides:  []side{version, inspect},
	wanted: "at most 24 MB more",
	judge:  atMostMegabytesMore(24),
}, {
	name:   "version",
	sides:  []side{version},
	wanted: "at most 30 MB and 50 ms",
	judge: func(s []turns.Side) (string, bool) {
		megabytes, seconds := turns.Median(s[0].Peaks), turns.Median(s[0].Times)
		return fmt.Sprintf("%.1f MB, %.0f ms", megabytes, seconds*1e3), megabytes <= 30 && seconds <= 0.050
	},
}}

// atMostRatio judges the slowest of the sides by the first.
func atMostRatio(bound float64) func([]turns.Side) (string, bool) {
	return func(s []turns.Side) (string, bool) {
		ratio := 0.0
		for _, other := range s[1:] {
			ratio = max(ratio, turns.Median(other.Times.DividedBy(s[0].Times)))
		}
		return fmt.Sprintf("%.2f of %s", ratio, s[0].Name), ratio <= bound
	}
}

// atLeastTimesFaster judges the slowest of the sides by the first.
func atLeastTimesFaster(bound float64) func([]turns.Side) (string, bool) {
	return func(s []turns.Side) (string, bool) {
		faster := math.Inf(1)
		for _, other := range s[1:] {
			faster = min(faster, turns.Median(s[0].Times.DividedBy(other.Times)))
		}
		return fmt.Sprintf("%.1f times faster", faster), faster >= bound
	}
}

// sameByByte judges the second side, which has the first one's input several
// times over.
func sameByByte(bound, megabytes float64) func([]turns.Side) (string, bool) {
	return func(s []turns.Side) (string, bool) {
		ratio := turns.Median(s[1].Times.DividedBy(s[0].Times)) / times
		more := turns.Median(s[1].Peaks) - turns.Median(s[0].Peaks)
		return fmt.Sprintf("%.2f a byte, %.1f MB more", ratio, more), ratio <= bound && more <= megabytes
	}
}

func atMostMegabytesMore(bound float64) func([]turns.Side) (string, bool) {
	return func(s []turns.Side) (string, bool) {
		more := turns.Median(s[1].Peaks) - turns.Median(s[0].Peaks)
		return fmt.Sprintf("%.1f MB more", more), more <= bound
	}
}

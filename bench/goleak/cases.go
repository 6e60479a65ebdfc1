// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"strconv"

	"github.com/unleak/unleak/bench/turns"
)

// A testCase is a kind of check among, or of, so many goroutines.
type testCase struct {
	kind       string
	goroutines int
	size       string
	most       int     // runs of each side, where not as many as asked for; 0 is no bound
	wanted     float64 // times faster, and times less allocated
}

// Name returns the case's name.
func (c testCase) Name() string { return c.kind + "-" + c.size }

// sides take turns in this order.
var sides = [...]string{peerName, "goleak", "leaktest"}

var cases = []testCase{
	{kind: "passing", goroutines: 1_000, size: "1k", wanted: 1},
	{kind: "passing", goroutines: 10_000, size: "10k", wanted: 10},
	{kind: "passing", goroutines: 100_000, size: "100k", wanted: 10, most: 1},
	{kind: "failing", goroutines: 1_000, size: "1k", wanted: 1},
	{kind: "failing", goroutines: 10_000, size: "10k", wanted: 10, most: 3},
	{kind: "failing", goroutines: 100_000, size: "100k", wanted: 10, most: 1},
}

// maxReport is how many bytes a report may have.
const maxReport = 64 << 10

// Measure lets the sides take turns.
func (c testCase) Measure(ctx context.Context, b *turns.Bench) (turns.Result, error) {
	runs := b.Runs
	if c.most > 0 {
		runs = min(runs, c.most)
	}
	r := turns.Result{Name: c.Name(), Wanted: c.want(), Sides: make([]turns.Side, len(sides))}
	report := 0
	for turn := range runs {
		fmt.Fprintf(b.Progress, "%s: turn %d of %d\n", c.Name(), turn+1, runs)
		for i, side := range sides {
			s, err := c.run(ctx, b.Self, side)
			if err != nil {
				return turns.Result{}, err
			}
			r.Sides[i].Name = side
			r.Sides[i].Times = append(r.Sides[i].Times, s.Seconds)
			r.Sides[i].Allocated = append(r.Sides[i].Allocated, s.Megabytes)
			if i > 0 {
				report = max(report, s.Report)
			}
		}
	}
	r.Measured, r.OK = c.judge(r.Sides, report)
	return r, nil
}

// run runs one side's process.
func (c testCase) run(ctx context.Context, self, side string) (s sample, err error) {
	cmd := exec.CommandContext(ctx, self, "check", side, c.kind, strconv.Itoa(c.goroutines))
	out, err := cmd.Output()
	if err != nil {
		return s, fmt.Errorf("%v: %w\n%.1000s", cmd.Args, err, out)
	}
	// Package testing says PASS behind it.
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&s); err != nil {
		return s, fmt.Errorf("%v: %w\n%.1000s", cmd.Args, err, out)
	}
	if failed := s.Report > 0; failed != (c.kind == "failing") {
		return s, fmt.Errorf("%v: the check failed: %v", cmd.Args, failed)
	}
	return s, nil
}

func (c testCase) want() string {
	if c.wanted <= 1 {
		return "no more"
	}
	return fmt.Sprintf("at least %.0f times less", c.wanted)
}

// judge judges the dearest of our sides by the peer.
func (c testCase) judge(s []turns.Side, report int) (measured string, ok bool) {
	faster, less := math.Inf(1), math.Inf(1)
	for _, ours := range s[1:] {
		faster = min(faster, turns.Median(s[0].Times.DividedBy(ours.Times)))
		less = min(less, turns.Median(s[0].Allocated)/max(turns.Median(ours.Allocated), 0.001))
	}
	measured = fmt.Sprintf("%.1f times less time, %.1f times less allocated", faster, less)
	if c.kind == "failing" {
		measured += fmt.Sprintf(", a report of %.1f KiB", float64(report)/1024)
	}
	return measured, faster >= c.wanted && less >= c.wanted && report <= maxReport
}

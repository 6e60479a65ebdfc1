// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"
)

// seconds holds the wall-clock times of one side's runs, in the order of the
// turns.
type seconds []float64

func (s seconds) String() string {
	return fmt.Sprintf("%.3f (%.3f–%.3f)", median(s), slices.Min(s), slices.Max(s))
}

// over returns, turn by turn, the time of s less that of the other side.
func (s seconds) over(other seconds) seconds {
	diff := make(seconds, len(s))
	for i := range s {
		diff[i] = s[i] - other[i]
	}
	return diff
}

// dividedBy returns, turn by turn, the time of s over that of the other side.
func (s seconds) dividedBy(other seconds) []float64 {
	ratio := make([]float64, len(s))
	for i := range s {
		ratio[i] = s[i] / other[i]
	}
	return ratio
}

func median[S ~[]float64](s S) float64 {
	sorted := slices.Sorted(slices.Values(s))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// A side is one of the commands that a case compares.
type side struct {
	name string
	// folder is where the command runs, inside the case's module.
	folder string
	// unleak says that the side is the tool's, else the go command's.
	unleak bool
	args   []string
}

type sideTimes struct {
	name  string
	times seconds
}

type result struct {
	name, measured, wanted string
	sides                  []sideTimes
	ok                     bool
}

// measure writes the case's module, runs every side once to warm the caches, and
// then takes turns.
func (c testCase) measure(ctx context.Context, folder, tool string, turns int, progress io.Writer) (result, error) {
	if err := writeModule(ctx, folder, c.files()); err != nil {
		return result{}, err
	}
	times := make([]seconds, len(c.sides))
	for turn := range turns + 1 {
		fmt.Fprintf(progress, "%s: turn %d of %d\n", c.name, turn, turns)
		for i, s := range c.sides {
			t, err := s.run(ctx, folder, tool)
			if err != nil {
				return result{}, err
			}
			if turn > 0 {
				times[i] = append(times[i], t)
			}
		}
	}
	r := result{name: c.name, wanted: c.wanted}
	for i, s := range c.sides {
		r.sides = append(r.sides, sideTimes{s.name, times[i]})
	}
	r.measured, r.ok = c.judge(times)
	return r, nil
}

// run runs the side's command and returns how many seconds it took. A command
// that fails has not done the work that is to be timed.
func (s side) run(ctx context.Context, module, tool string) (float64, error) {
	name, args := "go", append([]string{"test", "-count=1"}, s.args...)
	if s.unleak {
		// Findings are no failure here.
		name, args = tool, append([]string{"test", "-exit-code=0", "-count=1"}, s.args...)
	}
	cmd := exec.CommandContext(ctx, name, append(args, "./"+s.folder)...)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "GOWORK=off")
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(start).Seconds()
	if err != nil {
		return 0, fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
	}
	return took, nil
}

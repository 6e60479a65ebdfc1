// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/unleak/unleak/bench/turns"
)

// A side is one of the programs that a case compares.
type side struct {
	name   string
	reader string   // one of ours; "" is the tool
	args   []string // for the tool
	input  input
}

// of returns the side with another input.
func (s side) of(name string, in input) side {
	s.name += ", " + name
	s.input = in
	return s
}

// An input is what a side reads.
type input int

const (
	aFile      input = iota
	aLargeFile       // which has the file several times over
	aPipe            // with as much
	nothing
)

// Measure runs every side once, for what the system keeps in memory, and then
// takes turns.
func (c testCase) Measure(ctx context.Context, b *turns.Bench) (turns.Result, error) {
	first, runs := 0, b.Runs
	if c.most > 0 {
		runs = min(runs, c.most)
		first = 1 // it is not worth the time
	}
	r := turns.Result{Name: c.name, Wanted: c.wanted, Sides: make([]turns.Side, len(c.sides))}
	for turn := first; turn <= runs; turn++ {
		fmt.Fprintf(b.Progress, "%s: turn %d of %d\n", c.name, turn, runs)
		for i, s := range c.sides {
			seconds, megabytes, err := s.run(ctx, b)
			if err != nil {
				return turns.Result{}, err
			}
			if turn == 0 {
				continue
			}
			r.Sides[i].Name = s.name
			r.Sides[i].Times = append(r.Sides[i].Times, seconds)
			r.Sides[i].Peaks = append(r.Sides[i].Peaks, megabytes)
		}
	}
	r.Measured, r.OK = c.judge(r.Sides)
	return r, nil
}

// run runs the side's program and returns how long it took and how much memory it
// had at most. One that fails or loses goroutines has not done the work.
func (s side) run(ctx context.Context, b *turns.Bench) (seconds, megabytes float64, err error) {
	cmd := exec.CommandContext(ctx, b.Tool, s.args...)
	if s.reader != "" {
		cmd = exec.CommandContext(ctx, b.Self, "read", s.reader)
	}
	goroutines := standard.goroutines
	switch s.input {
	case aFile:
		cmd.Args = append(cmd.Args, oneDump(b))
	case aLargeFile:
		goroutines *= times
		cmd.Args = append(cmd.Args, largeDump(b))
	case aPipe:
		goroutines *= times
		cmd.Args = append(cmd.Args, "-")
		f, err := os.Open(largeDump(b))
		if err != nil {
			return 0, 0, err
		}
		defer f.Close()
		cmd.Stdin = struct{ io.Reader }{f} // not the file itself
	}
	start := time.Now()
	out, err := cmd.CombinedOutput()
	seconds = time.Since(start).Seconds()
	if err != nil {
		return 0, 0, fmt.Errorf("%v: %w\n%.1000s", cmd.Args, err, out)
	}
	if s.reader != "" && !strings.HasPrefix(string(out), fmt.Sprint(goroutines, " ")) {
		return 0, 0, fmt.Errorf("%v: it says %q and not %d goroutines", cmd.Args, out, goroutines)
	}
	megabytes, ok := turns.Peak(cmd.ProcessState)
	if !ok {
		return 0, 0, errors.New("this system does not tell how much memory a process had; run it on another")
	}
	return seconds, megabytes, nil
}

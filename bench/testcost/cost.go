// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/unleak/unleak/bench/turns"
)

// A side is one of the commands that a case compares.
type side struct {
	name string
	// folder is where the command runs, inside the case's module.
	folder string
	// unleak says that the side is the tool's, else the go command's.
	unleak bool
	args   []string
}

// Measure writes the case's module, runs every side once to warm the caches, and
// then takes turns.
func (c testCase) Measure(ctx context.Context, b *turns.Bench) (turns.Result, error) {
	folder := filepath.Join(b.Temp, c.name)
	if err := writeModule(ctx, folder, c.files()); err != nil {
		return turns.Result{}, err
	}
	times := make([]turns.Seconds, len(c.sides))
	for turn := range b.Runs + 1 {
		fmt.Fprintf(b.Progress, "%s: turn %d of %d\n", c.name, turn, b.Runs)
		for i, s := range c.sides {
			t, err := s.run(ctx, folder, b.Tool)
			if err != nil {
				return turns.Result{}, err
			}
			if turn > 0 {
				times[i] = append(times[i], t)
			}
		}
	}
	r := turns.Result{Name: c.name, Wanted: c.wanted}
	for i, s := range c.sides {
		r.Sides = append(r.Sides, turns.Side{Name: s.name, Times: times[i]})
	}
	r.Measured, r.OK = c.judge(times)
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

// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/unleak/unleak/bench/published"
	"github.com/unleak/unleak/bench/turns"
)

// sides names what is compared; the second one has the tool.
var sides = [...]string{"go vet", "unleak"}

// Measure lets the sides take turns in a copy of the module.
func (c testCase) Measure(ctx context.Context, b *turns.Bench) (turns.Result, error) {
	name, _, _ := strings.Cut(c.name, "-")
	work := filepath.Join(b.Temp, name)
	if err := checkout(ctx, c.module, work); err != nil {
		return turns.Result{}, err
	}
	r := turns.Result{Name: c.name, Wanted: c.wanted}
	for _, s := range sides {
		r.Sides = append(r.Sides, turns.Side{Name: s})
	}
	first, runs := 0, b.Runs // the turn that fills the caches does not count
	if c.cold {
		first, runs = 1, 1
	}
	for turn := first; turn <= runs; turn++ {
		for i, s := range sides {
			fmt.Fprintf(b.Progress, "%s: turn %d of %d, %s\n", c.name, turn, runs, s)
			cache := filepath.Join(b.Temp, name+"-cache"+fmt.Sprint(i))
			if c.cold {
				if err := os.RemoveAll(cache); err != nil {
					return turns.Result{}, err
				}
			}
			seconds, megabytes, err := c.vet(ctx, b, work, cache, i == 1)
			if err != nil {
				return turns.Result{}, err
			}
			if turn > 0 {
				r.Sides[i].Times = append(r.Sides[i].Times, seconds)
				r.Sides[i].Peaks = append(r.Sides[i].Peaks, megabytes)
			}
		}
	}
	r.Measured, r.OK = c.judge(r.Sides)
	return r, nil
}

// checkout copies a module, once for all cases, and fetches what it requires.
func checkout(ctx context.Context, module, work string) error {
	if _, err := os.Stat(work); err == nil {
		return nil // a case before has it
	}
	if err := published.Copy(ctx, module, work); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "download")
	cmd.Dir = work
	cmd.Env = append(os.Environ(), published.Environment()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go mod download: %w\n%s", err, out)
	}
	return nil
}

// vet runs go vet and returns how long it took and how much memory its largest
// process had. That something is found is no failure; a package that cannot be
// analysed is one.
func (c testCase) vet(ctx context.Context, b *turns.Bench, work, cache string, ours bool) (seconds, megabytes float64, err error) {
	args := []string{"vet"}
	if ours {
		args = append(args, "-vettool="+b.Tool)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, c.packages)...)
	cmd.Dir = work
	cmd.Env = append(append(os.Environ(), published.Environment()...), "GOCACHE="+cache)
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	start := time.Now()
	err = cmd.Run()
	seconds = time.Since(start).Seconds()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || broken(text.String())) {
		return 0, 0, fmt.Errorf("%v: %w\n%.2000s", cmd.Args, err, text.String())
	}
	megabytes, ok := turns.Peak(cmd.ProcessState)
	if !ok {
		return 0, 0, errors.New("this system does not tell how much memory a process had; run it on another")
	}
	return seconds, megabytes, nil
}

// broken reports whether go vet's output tells of more than findings: what the tools
// say of themselves begins with their names.
func broken(text string) bool {
	for _, sign := range []string{"\nvet: ", "\nunleak: ", "\npanic: ", "goroutine 1 [", "no required module", "build failed"} {
		if strings.Contains("\n"+text, sign) {
			return true
		}
	}
	return false
}

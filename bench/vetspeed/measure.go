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
	first, runs := 0, b.Runs // the turn that fills the cache does not count
	if c.state == cold {
		first, runs = 1, 1
		fmt.Fprintf(b.Progress, "%s: compiling what the packages import\n", c.name)
		// Nothing but go vet knows what it needs.
		if _, _, err := c.vet(ctx, b, work, false, "compiling"); err != nil {
			return turns.Result{}, err
		}
	}
	for turn := first; turn <= runs; turn++ {
		if c.state == changed {
			if err := change(filepath.Join(work, c.packages), turn); err != nil {
				return turns.Result{}, err
			}
		}
		for i, s := range sides {
			fmt.Fprintf(b.Progress, "%s: turn %d of %d, %s\n", c.name, turn, runs, s)
			seconds, megabytes, err := c.vet(ctx, b, work, i == 1, filepath.Base(b.Temp))
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

// change adds a comment to a file of a package.
func change(folder string, turn int) error {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("no Go files in %s", folder)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		return err
	}
	text = fmt.Appendf(text, "\n// Changed for turn %d.\n", turn)
	return os.WriteFile(names[0], text, 0o644)
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

// vet runs go vet and returns how much time it took and how much memory its
// largest process had. That something is found is no failure; a package that cannot
// be analysed is one. The tool is called as "unleak vet" calls it.
//
// The go command keeps results by the flags of the tool (cmd/go/internal/work,
// (*Builder).vet). A flag that changes nothing else keeps those of a run apart: for go
// vet it names a function that is nowhere. The temporary folder's name is new each
// time.
func (c testCase) vet(ctx context.Context, b *turns.Bench, work string, ours bool, run string) (seconds, megabytes float64, err error) {
	args := []string{"vet", "-printf.funcs=none." + run}
	if ours {
		args = []string{"vet", "-vettool=" + b.Tool, "-json", "-findings", "-roots=" + run}
	}
	cmd := exec.CommandContext(ctx, "go", append(args, c.packages)...)
	cmd.Dir = work
	cmd.Env = append(os.Environ(), published.Environment()...)
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	start := time.Now()
	err = cmd.Run()
	waited := time.Since(start)
	var exit *exec.ExitError
	if err != nil && (ours || !errors.As(err, &exit) || broken(text.String())) {
		return 0, 0, fmt.Errorf("%v: %w\n%.2000s", cmd.Args, err, text.String())
	}
	megabytes, ok := turns.Peak(cmd.ProcessState)
	if !ok {
		return 0, 0, errors.New("this system does not tell how much memory a process had; run it on another")
	}
	if c.waits {
		return waited.Seconds(), megabytes, nil
	}
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), megabytes, nil
}

// broken reports whether go vet's output tells of more than findings.
func broken(text string) bool {
	for _, sign := range []string{"\nvet: ", "\npanic: ", "goroutine 1 [", "no required module", "build failed"} {
		if strings.Contains("\n"+text, sign) {
			return true
		}
	}
	return false
}

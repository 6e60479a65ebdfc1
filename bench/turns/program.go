// SPDX-License-Identifier: MIT

package turns

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

// A Case is one question about cost.
type Case interface {
	Name() string
	Measure(context.Context, *Bench) (Result, error)
}

// A Bench is what cases work with.
type Bench struct {
	// Temp is a folder that goes when the program ends.
	Temp string
	// Self is this program, and Tool is unleak.
	Self, Tool string
	// Runs is how often each side is to run.
	Runs     int
	Progress io.Writer
}

// A Program measures cases and prints a table of them.
type Program[C Case] struct {
	Name  string
	Cases []C
	// Runs is how often each side runs where the user does not say, and Note what
	// there is to say of that.
	Runs int
	Note string
	// Commands names what the program can do besides.
	Commands string
	// WithoutTool says that no case needs unleak.
	WithoutTool bool
	// Prepare makes what the cases share; nil for nothing.
	Prepare func(context.Context, *Bench) error
}

// Main runs a program until it is done or interrupted, and ends the process where it
// fails.
func Main(name string, run func(ctx context.Context, args []string, stdout, stderr io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Run measures the cases that args name. It is an error that one is not as wanted.
func (p Program[C]) Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	b := &Bench{Progress: stderr}
	flags := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&b.Runs, "runs", p.Runs, "compare `N` runs of each side"+p.Note)
	only := flags.String("only", "", "run these cases alone, named with commas between: "+names(p.Cases))
	unleak := new(string)
	if !p.WithoutTool {
		unleak = flags.String("unleak", "", "measure this `file` instead of building cmd/unleak")
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(p.Cases, *only)
	if err != nil {
		return err
	}
	if b.Runs < 1 || flags.NArg() > 0 {
		return errors.New("want -runs of at least 1 and no arguments" + p.Commands)
	}
	if b.Temp, err = os.MkdirTemp("", p.Name); err != nil {
		return err
	}
	defer os.RemoveAll(b.Temp)
	if b.Self, err = os.Executable(); err != nil {
		return err
	}
	switch {
	case *unleak != "":
		b.Tool, err = filepath.Abs(*unleak)
	case !p.WithoutTool:
		b.Tool, err = BuildTool(ctx, b.Temp)
	}
	if err == nil && p.Prepare != nil {
		err = p.Prepare(ctx, b)
	}
	if err != nil {
		return err
	}
	var results []Result
	for _, c := range chosen {
		r, err := c.Measure(ctx, b)
		if err != nil {
			return fmt.Errorf("case %s: %w", c.Name(), err)
		}
		results = append(results, r)
	}
	return Report(stdout, results, b.Runs)
}

// choose returns the cases that are named with commas between, or all of them.
func choose[C Case](cases []C, only string) ([]C, error) {
	if only == "" {
		return cases, nil
	}
	var chosen []C
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(cases, func(c C) bool { return c.Name() == name })
		if i < 0 {
			return nil, fmt.Errorf("no case is named %q; there are %s", name, names(cases))
		}
		chosen = append(chosen, cases[i])
	}
	return chosen, nil
}

// names lists the cases.
func names[C Case](cases []C) string {
	var all []string
	for _, c := range cases {
		all = append(all, c.Name())
	}
	return strings.Join(all, ", ")
}

// BuildTool builds the tool from the checkout that the program runs in.
func BuildTool(ctx context.Context, folder string) (string, error) {
	// The suffix is needed on Windows and does no harm elsewhere.
	file := filepath.Join(folder, "unleak.exe")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", file, "github.com/unleak/unleak/cmd/unleak")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot build the tool (run this inside the checkout, or give -unleak FILE): %w\n%s", err, out)
	}
	return file, nil
}

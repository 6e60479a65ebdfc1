// SPDX-License-Identifier: MIT

// Dumpspeed measures how fast dumps are read and in how much memory, beside other
// programs and within one run.
//
//	go run ./bench/dumpspeed [-runs N] [-only CASE,...] [-unleak FILE]
//	go run ./bench/dumpspeed generate [-goroutines N] [-stacks N] [-seed N] [-times N] FILE
//	go run ./bench/dumpspeed read READER FILE
//
// Without a command it generates a dump of 100,000 goroutines with 300 distinct
// stacks in a temporary folder, and a file that has it eleven times over: that
// takes 3.5 GB there, and as much memory for the system to keep them in. The sides
// of a case take turns, each a process of its own, so that its memory is its own
// too. It exits with 1 if a case is slower or larger than wanted.
package main

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

	"github.com/unleak/unleak/bench/turns"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "dumpspeed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case "generate":
			return generate(args[1:], stderr)
		case "read":
			return read(args[1:], stdin, stdout)
		}
	}
	flags := flag.NewFlagSet("dumpspeed", flag.ContinueOnError)
	flags.SetOutput(stderr)
	runs := flags.Int("runs", 10, "compare `N` runs of each side; slow peers run less often")
	only := flags.String("only", "", "run these cases alone, named with commas between: "+turns.Names(cases))
	unleak := flags.String("unleak", "", "measure this `file` instead of building cmd/unleak")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := turns.Choose(cases, *only)
	if err != nil {
		return err
	}
	if *runs < 1 || flags.NArg() > 0 {
		return errors.New("want -runs of at least 1 and no arguments, or one of the commands generate and read")
	}

	temp, err := os.MkdirTemp("", "dumpspeed")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	b, err := prepare(ctx, temp, *unleak, stderr)
	if err != nil {
		return err
	}
	var results []turns.Result
	for _, c := range chosen {
		r, err := c.measure(ctx, b, *runs)
		if err != nil {
			return fmt.Errorf("case %s: %w", c.name, err)
		}
		results = append(results, r)
	}
	return turns.Report(stdout, results, *runs)
}

// A bench is what the cases need.
type bench struct {
	self, tool string // programs
	dump       string // the file
	large      string // the file, dump several times over
	progress   io.Writer
}

// times is how often large holds the dump, so as to have 3 GB.
const times = 11

func prepare(ctx context.Context, folder, unleak string, progress io.Writer) (b *bench, err error) {
	b = &bench{dump: filepath.Join(folder, "dump"), large: filepath.Join(folder, "large"), progress: progress}
	if b.self, err = os.Executable(); err != nil {
		return nil, err
	}
	b.tool, err = filepath.Abs(unleak)
	if unleak == "" {
		b.tool, err = turns.BuildTool(ctx, folder)
	}
	if err != nil {
		return nil, err
	}
	// A process inherits the peak of the one that starts it (Linux,
	// fs/exec.c, exec_mmap). So that this one stays small, others generate.
	fmt.Fprintln(progress, "generating")
	for file, n := range map[string]int{b.dump: 1, b.large: times} {
		cmd := exec.CommandContext(ctx, b.self, "generate", fmt.Sprintf("-times=%d", n), file)
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("generating a dump: %w\n%s", err, out)
		}
	}
	return b, nil
}

func generate(args []string, stderr io.Writer) error {
	s := standard
	flags := flag.NewFlagSet("dumpspeed generate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&s.goroutines, "goroutines", s.goroutines, "make `N` goroutines")
	flags.IntVar(&s.stacks, "stacks", s.stacks, "give them `N` distinct stacks")
	flags.Uint64Var(&s.seed, "seed", s.seed, "another `number` makes another dump")
	n := flags.Int("times", 1, "write the dump `N` times over")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 || s.goroutines < 1 || s.stacks < 1 {
		return errors.New("generate wants one file to write, and at least one goroutine and stack")
	}
	f, err := os.Create(flags.Arg(0))
	if err != nil {
		return err
	}
	for range *n {
		if err := s.write(f); err != nil {
			f.Close()
			return err
		}
	}
	return f.Close()
}

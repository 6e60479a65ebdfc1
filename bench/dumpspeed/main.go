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
	"path/filepath"

	"github.com/unleak/unleak/bench/turns"
)

func main() {
	turns.Main("dumpspeed", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		return run(ctx, args, os.Stdin, stdout, stderr)
	})
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
	return turns.Program[testCase]{
		Name: "dumpspeed", Cases: cases,
		Runs: 10, Note: "; slow peers run less often",
		Commands: ", or one of the commands generate and read",
		Prepare:  prepare,
	}.Run(ctx, args, stdout, stderr)
}

// The dumps of a bench: one, and one that has it several times over.
func oneDump(b *turns.Bench) string   { return filepath.Join(b.Temp, "dump") }
func largeDump(b *turns.Bench) string { return filepath.Join(b.Temp, "large") }

// times is how often the large dump holds the other, so as to have 3 GB.
const times = 11

// prepare makes the dumps. A process inherits the peak of the one that starts it
// (Linux, fs/exec.c, exec_mmap). So that this one stays small, others generate.
func prepare(ctx context.Context, b *turns.Bench) error {
	fmt.Fprintln(b.Progress, "generating")
	for file, n := range map[string]int{oneDump(b): 1, largeDump(b): times} {
		cmd := exec.CommandContext(ctx, b.Self, "generate", fmt.Sprintf("-times=%d", n), file)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("generating a dump: %w\n%s", err, out)
		}
	}
	return nil
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

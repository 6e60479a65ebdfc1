// SPDX-License-Identifier: MIT

// Goleak measures what leak checks cost in tests, beside go.uber.org/goleak and within
// one run.
//
//	go run ./bench/goleak [-runs N] [-only CASE,...]
//	go run ./bench/goleak check SIDE passing|failing GOROUTINES
//
// The sides of a case take turns, each a process of its own, which is what a test
// binary is: package testing runs in it. A passing check looks at a test that leaves
// nothing, among goroutines that were there before; a failing one at a test that
// leaves as many. It exits with 1 if a case is dearer than wanted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/unleak/unleak/bench/turns"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "goleak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "check" {
		return check(args[1:], stdout)
	}
	flags := flag.NewFlagSet("goleak", flag.ContinueOnError)
	flags.SetOutput(stderr)
	runs := flags.Int("runs", 5, "compare `N` runs of each side; slow cases run less often")
	only := flags.String("only", "", "run these cases alone, named with commas between: "+turns.Names(cases))
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := turns.Choose(cases, *only)
	if err != nil {
		return err
	}
	if *runs < 1 || flags.NArg() > 0 {
		return errors.New("want -runs of at least 1 and no arguments, or the command check")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var results []turns.Result
	for _, c := range chosen {
		r, err := c.measure(ctx, self, *runs, stderr)
		if err != nil {
			return fmt.Errorf("case %s: %w", c.Name(), err)
		}
		results = append(results, r)
	}
	return turns.Report(stdout, results, *runs)
}

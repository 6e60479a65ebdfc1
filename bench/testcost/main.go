// SPDX-License-Identifier: MIT

// Testcost measures what "unleak test" costs beside plain "go test" and beside
// goleak, as ratios within one run.
//
//	go run ./bench/testcost [-pairs N] [-only CASE,...] [-unleak FILE]
//
// It writes the modules to test into a temporary folder, warms the build caches,
// runs the commands of a case in turn, and compares the runs of one turn with
// each other, so that a machine that slows down slows all sides. It exits with 1
// if a case is dearer than wanted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/unleak/unleak/bench/turns"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "testcost:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("testcost", flag.ContinueOnError)
	flags.SetOutput(stderr)
	pairs := flags.Int("pairs", 10, "compare `N` runs of each side")
	only := flags.String("only", "", "run these cases alone, named with commas between: "+turns.Names(cases))
	unleak := flags.String("unleak", "", "measure this `file` instead of building cmd/unleak")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := turns.Choose(cases, *only)
	if err != nil {
		return err
	}
	if *pairs < 1 || flags.NArg() > 0 {
		return errors.New("want -pairs of at least 1 and no arguments")
	}

	temp, err := os.MkdirTemp("", "testcost")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	tool, err := filepath.Abs(*unleak)
	if *unleak == "" {
		tool, err = turns.BuildTool(ctx, temp)
	}
	if err != nil {
		return err
	}

	var results []turns.Result
	for _, c := range chosen {
		r, err := c.measure(ctx, filepath.Join(temp, c.name), tool, *pairs, stderr)
		if err != nil {
			return fmt.Errorf("case %s: %w", c.name, err)
		}
		results = append(results, r)
	}
	return turns.Report(stdout, results, *pairs)
}

// SPDX-License-Identifier: MIT

// Vetspeed measures what the analyzers cost beside "go vet", in time and memory and
// within one run, on large modules.
//
//	go run ./bench/vetspeed [-runs N] [-only CASE,...] [-unleak FILE]
//
// It copies the modules from the module cache into a temporary folder and lets "go
// vet ./..." and "go vet -vettool=FILE ./..." take turns there: cold, each with an
// empty build cache of its own, where both compile what the packages import, and
// warm, with all that a run before has left. A package costs each time when it has
// findings: the go command keeps nothing of a run that had some. It exits with 1 if
// a case is dearer than wanted. The caches take 2 GB for each module and side, and a
// cold turn takes minutes.
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
		fmt.Fprintln(os.Stderr, "vetspeed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("vetspeed", flag.ContinueOnError)
	flags.SetOutput(stderr)
	runs := flags.Int("runs", 5, "compare `N` warm runs of each side; cold ones are made once")
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
		return errors.New("want -runs of at least 1 and no arguments")
	}

	temp, err := os.MkdirTemp("", "vetspeed")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	b := &bench{temp: temp, progress: stderr}
	if b.tool, err = filepath.Abs(*unleak); *unleak == "" {
		b.tool, err = turns.BuildTool(ctx, temp)
	}
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

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
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"text/tabwriter"
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
	only := flags.String("only", "", "run these cases alone, named with commas between: "+strings.Join(names(cases), ", "))
	unleak := flags.String("unleak", "", "measure this `file` instead of building cmd/unleak")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(cases, *only)
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
		tool, err = buildTool(ctx, temp)
	}
	if err != nil {
		return err
	}

	var results []result
	for _, c := range chosen {
		r, err := c.measure(ctx, filepath.Join(temp, c.name), tool, *pairs, stderr)
		if err != nil {
			return fmt.Errorf("case %s: %w", c.name, err)
		}
		results = append(results, r)
	}
	return report(stdout, results, *pairs)
}

// buildTool builds the tool from the checkout that the program runs in.
func buildTool(ctx context.Context, folder string) (string, error) {
	// The suffix is needed on Windows and does no harm elsewhere.
	file := filepath.Join(folder, "unleak.exe")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", file, "github.com/unleak/unleak/cmd/unleak")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot build the tool (run this inside the checkout, or give -unleak FILE): %w\n%s", err, out)
	}
	return file, nil
}

func report(w io.Writer, results []result, pairs int) error {
	fmt.Fprintf(w, "Medians of %d runs a side, with the fastest and the slowest.\n\n", pairs)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "case\tside\tseconds\tmeasured\twanted\t")
	var over []string
	for _, r := range results {
		for i, s := range r.sides {
			measured, wanted := "", ""
			if i == len(r.sides)-1 {
				measured, wanted = r.measured, r.wanted
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t\n", r.name, s.name, s.times, measured, wanted)
		}
		if !r.ok {
			over = append(over, r.name)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("dearer than wanted: %s", strings.Join(over, ", "))
	}
	return nil
}

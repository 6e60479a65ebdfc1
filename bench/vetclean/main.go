// SPDX-License-Identifier: MIT

// Vetclean runs vet over clean, well-kept modules and counts what it says there.
//
//	go run ./bench/vetclean                   all modules; writes docs/vet-score.md
//	go run ./bench/vetclean -only MODULE,...  these alone; prints only
//
// Each finding has a verdict in verdicts.json, of somebody who has read the code. The
// program prints the table and the list of findings, and puts them into
// docs/vet-score.md where all modules were looked at. It exits with 1 where a finding
// has no verdict. Packages that could not be analysed are named.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/unleak/unleak/bench/turns"
)

func main() { turns.Main("vetclean", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("vetclean", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", "", "look at these `modules` alone, named with commas between")
	patience := flags.Duration("patience", 20*time.Minute, "give a module this `long`, what it imports included")
	keep := flags.String("keep", "", "copy the modules to this `folder`, and leave them there for the next run")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}
	modules, verdicts, err := lists()
	if err != nil {
		return err
	}
	if modules, err = choose(modules, *only); err != nil {
		return err
	}
	folder := *keep
	if folder == "" {
		if folder, err = os.MkdirTemp("", "vetclean"); err != nil {
			return err
		}
		defer os.RemoveAll(folder)
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return err
	}
	tool, err := turns.BuildTool(ctx, folder)
	if err != nil {
		return err
	}
	var rows []row
	for _, m := range modules {
		m, dir, err := fetch(ctx, m, folder)
		if err != nil {
			return err
		}
		r, err := look(ctx, m, dir, tool, *patience, stderr)
		if err != nil {
			return err
		}
		rows = append(rows, r)
	}
	text, err := table(rows, verdicts)
	if _, werr := io.WriteString(stdout, text); err == nil {
		err = werr
	}
	if err != nil || *only != "" {
		return err
	}
	return document(ctx, text)
}

// choose returns the modules that are named, all for none.
func choose(modules []module, names string) ([]module, error) {
	if names == "" {
		return modules, nil
	}
	var chosen []module
	for name := range strings.SplitSeq(names, ",") {
		before := len(chosen)
		for _, m := range modules {
			if m.Module == name {
				chosen = append(chosen, m)
			}
		}
		if len(chosen) == before {
			return nil, fmt.Errorf("modules.json has no module %q", name)
		}
	}
	return chosen, nil
}

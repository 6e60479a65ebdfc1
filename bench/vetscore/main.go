// SPDX-License-Identifier: MIT

// Vetscore scores vet on the leaks that the Go tree lists for its own tests: the
// GoKer kernels and the patterns beside them.
//
//	go run ./bench/vetscore    the table of docs/vet-score.md
//
// It runs unleak vet over the Go tree in place, and compares the entry function and
// the wait of each finding with the driver's list. A kernel's expressions hold for
// the file that registers it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "vetscore:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	tool, err := build(ctx)
	if err != nil {
		return err
	}
	defer os.Remove(tool)
	tree, err := open(ctx)
	if err != nil {
		return err
	}
	cases, err := tree.cases()
	if err != nil {
		return err
	}
	findings, err := look(ctx, tool, tree.kernels())
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "vetscore")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	variants, err := mend(tree.kernels(), dir)
	if err != nil {
		return err
	}
	if _, err := variants.look(ctx, tool); err != nil {
		return err
	}
	for _, set := range []string{"goker", "patterns"} {
		if set == "patterns" {
			if findings, err = look(ctx, tool, tree.testdata()); err != nil {
				return err
			}
		}
		write(out, score(cases[set], findings, set == "goker"), variants)
	}
	return nil
}

// write prints a table and its sum: recall is never quoted without what is unlisted.
func write(out io.Writer, s scored, v variants) {
	fmt.Fprintln(out, "| kernel | leaks found | mended variant |\n|---|---|---|")
	hit := 0
	for _, c := range s.cases {
		n := c.found()
		if n > 0 {
			hit++
		}
		found, variant := fmt.Sprintf("%d of %d", n, len(c.leaks)), "–"
		if n == 0 {
			found = "missed"
		} else if c.file != "" {
			variant = v.of[c.file].String()
		}
		fmt.Fprintf(out, "| %s | %s | %s |\n", c.name, found, variant)
	}
	fmt.Fprintf(out, "\n%d of %d found, %d unlisted findings\n\n", hit, len(s.cases), len(s.unlisted))
	for _, f := range s.unlisted {
		fmt.Fprintf(out, "- %s [%s] in %s\n", f.Entry.Func, f.Wait, f.Blocked.Func)
	}
}

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
	"path/filepath"

	"github.com/unleak/unleak/bench/turns"
)

func main() {
	turns.Main("vetscore", func(ctx context.Context, _ []string, stdout, _ io.Writer) error { return run(ctx, stdout) })
}

func run(ctx context.Context, out io.Writer) error {
	temp, err := os.MkdirTemp("", "vetscore")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	tool, err := turns.BuildTool(ctx, temp)
	if err != nil {
		return err
	}
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
	variants, err := mend(tree.kernels(), filepath.Join(temp, "mended"))
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

// SPDX-License-Identifier: MIT

// Vetfixes runs the analysis over the versions before and after published fixes
// of goroutine leaks, and writes into docs/vet-score.md which leaks it found and
// whether it is silent once they are mended. The fixes stand in fixes.json.
//
//	go run ./bench/vetfixes              all fixes; writes the table
//	go run ./bench/vetfixes -run sarama  those whose module matches; prints only
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/unleak/unleak/bench/turns"
)

func main() { turns.Main("vetfixes", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("vetfixes", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("run", "", "only fixes whose module matches this `regexp`; writes no table")
	limit := flags.Duration("timeout", 2*time.Minute, "the time for one package")
	verbose := flags.Bool("v", false, "print all that the analysis reports for the packages")
	if err := flags.Parse(args); err != nil {
		return err
	}
	match, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	fixes, err := readFixes()
	if err != nil {
		return err
	}
	root, err := checkout(ctx)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "vetfixes")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	tool, err := turns.BuildTool(ctx, work)
	if err != nil {
		return err
	}

	a := analysis{tool: tool, work: work, limit: *limit}
	var scores []score
	for _, f := range fixes {
		if !match.MatchString(f.Module) {
			continue
		}
		s := score{fix: f, before: a.side(ctx, f, f.Before), after: a.side(ctx, f, f.After)}
		s.print(stdout, *verbose)
		scores = append(scores, s)
	}
	fmt.Fprintln(stdout, total(scores))
	if *only != "" || ctx.Err() != nil {
		return ctx.Err()
	}
	return writeTable(filepath.Join(root, "docs", "vet-score.md"), scores)
}

// checkout returns the folder that has this project's go.work.
func checkout(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/unleak/unleak").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w; run it in a checkout", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// command runs the go command with additions to the environment and returns its
// output.
func command(ctx context.Context, folder string, env []string, args ...string) ([]byte, error) {
	var errors strings.Builder
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = &errors
	endTogether(cmd)
	out, err := cmd.Output()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return out, fmt.Errorf("go %s: %w\n%s", args[0], err, strings.TrimSpace(errors.String()))
	}
	return out, nil
}

// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/unleak/unleak/bench/published"
	"github.com/unleak/unleak/bench/vetjson"
)

// A row is what was found in a module.
type row struct {
	module   module
	lines    int // of the packages' files, tests included
	packages int
	slow     []string             // packages that took too long
	broken   []string             // packages that go vet could not look at
	findings []vetjson.Diagnostic // of any analyzer that the tool runs by default
}

// look runs vet over a module, package by package.
func look(ctx context.Context, m module, dir, tool string, patience time.Duration, progress io.Writer) (row, error) {
	r := row{module: m}
	packages, err := list(ctx, m, dir)
	if err != nil {
		return r, err
	}
	seen := make(map[vetjson.Diagnostic]bool)
	for _, p := range packages {
		n, err := p.lines()
		if err != nil {
			return r, err
		}
		if n == 0 {
			continue
		}
		began := time.Now()
		found, err := p.vet(ctx, m, dir, tool, patience)
		switch {
		case ctx.Err() != nil:
			return r, ctx.Err()
		case err == errSlow:
			r.slow = append(r.slow, p.ImportPath)
			continue
		case err != nil:
			r.broken = append(r.broken, fmt.Sprintf("%s: %v", p.ImportPath, err))
			continue
		}
		r.packages++
		r.lines += n
		for _, f := range found {
			if !seen[f] {
				seen[f] = true
				r.findings = append(r.findings, f)
			}
		}
		fmt.Fprintf(progress, "%s %.1fs %d\n", p.ImportPath, time.Since(began).Seconds(), len(found))
	}
	slices.SortFunc(r.findings, vetjson.Diagnostic.Compare)
	return r, nil
}

// A pkg is a package as go list tells of it.
type pkg struct {
	ImportPath, Dir                              string
	GoFiles, CgoFiles, TestGoFiles, XTestGoFiles []string
}

func list(ctx context.Context, m module, dir string) ([]pkg, error) {
	args := append([]string{"list", "-e", "-json=ImportPath,Dir,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles"}, m.patterns()...)
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stderr, cmd.Env = dir, &stderr, environment(m)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w\n%s", dir, err, stderr.Bytes())
	}
	var packages []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list -json: %w", err)
		}
		packages = append(packages, p)
	}
}

// environment lets the go command add to a module's go.sum, and keeps it from the
// workspace that vetclean stands in.
func environment(m module) []string {
	if m.Module == "std" {
		return append(os.Environ(), "GOWORK=off")
	}
	return append(os.Environ(), published.Environment()...)
}

// lines counts the lines of the package's files, tests included.
func (p pkg) lines() (int, error) {
	n := 0
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.TestGoFiles, p.XTestGoFiles) {
		data, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			return 0, err
		}
		n += bytes.Count(data, []byte("\n"))
	}
	return n, nil
}

var errSlow = errors.New("took too long")

// vet runs the tool over one package with its tests.
func (p pkg) vet(ctx context.Context, m module, dir, tool string, patience time.Duration) ([]vetjson.Diagnostic, error) {
	timed, cancel := context.WithTimeoutCause(ctx, patience, errSlow)
	defer cancel()
	cmd := exec.CommandContext(timed, "go", "vet", "-json", "-vettool="+tool, p.ImportPath)
	cmd.Dir, cmd.Env = dir, environment(m)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // go ends its children
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput() // diagnostics on either, by version
	if context.Cause(timed) == errSlow {
		return nil, errSlow
	}
	found, unread := vetjson.Read(out, dir)
	if unread == nil && err != nil {
		return nil, fmt.Errorf("%w: %s", err, firstLine(out))
	}
	return found, unread
}

func firstLine(out []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n"))
	return string(line)
}

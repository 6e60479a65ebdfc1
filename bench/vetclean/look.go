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

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/bench/published"
	"github.com/unleak/unleak/internal/report/jsonstream"
)

// A row is what was found in a module.
type row struct {
	module   module
	lines    int // of the files of the packages that were analysed, tests included
	packages int
	lost     []unleak.Loss // packages that were not analysed
	findings []unleak.Finding
}

// look runs unleak vet over a module, once for all its packages: go vet alone, package
// by package, is slower, and Go 1.26 prints nothing for those that another has
// imported before (see govet's again).
func look(ctx context.Context, m module, dir, tool string, patience time.Duration, progress io.Writer) (row, error) {
	r := row{module: m}
	packages, err := list(ctx, m, dir)
	if err != nil {
		return r, err
	}
	began := time.Now()
	timed, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := r.vet(timed, dir, tool); err != nil {
		if ctx.Err() == nil && timed.Err() != nil {
			err = fmt.Errorf("%s took longer than %v: %w", m.Module, patience, err)
		}
		return r, err
	}
	for _, p := range packages {
		if slices.ContainsFunc(r.lost, func(l unleak.Loss) bool { return l.Package == p.ImportPath }) {
			continue
		}
		n, err := p.lines()
		if err != nil {
			return r, err
		}
		if r.lines += n; n > 0 {
			r.packages++
		}
	}
	fmt.Fprintf(progress, "%s %.1fs %d\n", m.Module, time.Since(began).Seconds(), len(r.findings))
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

// vet runs the tool over the module. That it finds something, or could not analyse
// all, is no error: both stand in the stream, which ends with a summary.
func (r *row) vet(ctx context.Context, dir, tool string) error {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, tool, append([]string{"vet", "-format=json"}, r.module.patterns()...)...)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(environment(r.module), "PWD="+dir), &stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it ends its children
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	complete := false
	for msg, err := range jsonstream.Read(bytes.NewReader(out)) {
		switch {
		case err != nil:
			return err
		case msg.Finding != nil:
			r.findings = append(r.findings, *msg.Finding)
		case msg.Loss != nil && msg.Loss.Hides:
			r.lost = append(r.lost, *msg.Loss)
		case msg.Summary != nil:
			complete = true
		}
	}
	if !complete {
		return fmt.Errorf("unleak vet in %s: %w\n%s", dir, errors.Join(err, errors.New("no summary")), stderr.Bytes())
	}
	return nil
}

// place returns file:line of a finding, from the module's root.
func place(f unleak.Finding) string {
	at := f.Blocked
	if f.Own != nil {
		at = *f.Own
	}
	return fmt.Sprintf("%s:%d", filepath.ToSlash(at.File), at.Line)
}

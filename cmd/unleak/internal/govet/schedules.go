// SPDX-License-Identifier: MIT

package govet

import (
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/checkout"
	"github.com/unleak/unleak/cmd/unleak/internal/gotest"
)

// maxSchedules bounds the time that a search for schedules takes.
const maxSchedules = time.Minute

// Schedules looks in source for what a test or a dump has shown, and adds what it
// finds of the same leak to a report: the steps that lead there, and a fix where there
// was none. It analyses the packages of the findings alone. What fails is a loss that
// hides nothing: the findings are there without it.
//
// Dir is the folder of the source, and build are the build's flags.
func Schedules(ctx context.Context, r *unleak.Report, dir string, build []string, s Streams) {
	co, err := checkout.Open(checkout.Options{Dir: dir, Getenv: func(name string) string { return gotest.Lookup(s.Env, name) }})
	if err != nil || co.Root() == "" {
		return
	}
	packages := folders(r.Findings, co.Root())
	if len(packages) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, maxSchedules)
	defer cancel()
	found, err := Run(ctx, Options{dir: dir, build: build, packages: packages}, s)
	if ctx.Err() != nil && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		r.Losses = append(r.Losses, unleak.Loss{Kind: "no-schedule", Message: fmt.Sprintf(
			"The source of the findings was not searched (%v); unleak vet on it tells more.", err)})
	}
	if found != nil {
		join(r.Findings, found.Findings)
	}
}

// folders returns the folders of the user's own code in findings.
func folders(findings []unleak.Finding, root string) []string {
	set := make(map[string]bool)
	for i := range findings {
		f := &findings[i]
		for _, frame := range []*unleak.Frame{&f.Blocked, f.Own, &f.Entry, f.Created} {
			if frame != nil && frame.Local() && strings.HasSuffix(frame.File, ".go") {
				set[filepath.Join(root, filepath.FromSlash(path.Dir(frame.File)))] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// join adds to findings what source shows of the same leak.
func join(findings, source []unleak.Finding) {
	byKey := make(map[string]*unleak.Finding)
	for i := range source {
		if f := &source[i]; byKey[f.Key] == nil {
			byKey[f.Key] = f
		}
	}
	for i := range findings {
		f := &findings[i]
		v := byKey[f.Key]
		if v == nil {
			continue
		}
		f.Schedule = v.Schedule
		f.Evidence = append(slices.Clone(f.Evidence), v.Evidence...)
		if v.Grade.Rank() > f.Grade.Rank() {
			f.Grade = v.Grade
		}
		if f.Explanation == "" {
			f.Explanation = v.Explanation
		}
		if len(f.Fixes) == 0 {
			f.Fixes = v.Fixes
		}
	}
}

// SPDX-License-Identifier: MIT

// Package govet is "unleak vet": it lets go vet run unleak's analyzers, so that
// they share its cache, and reads back what they found. It is also the tool that go
// vet calls for each package.
package govet

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/checkout"
	"github.com/unleak/unleak/cmd/unleak/internal/gotest"
	"github.com/unleak/unleak/cmd/unleak/internal/illtyped"
)

// Streams is what a run works in and tells.
type Streams struct {
	Env []string
	// Progress is told what takes long; nil tells nobody.
	Progress func(message string)
}

// A Result is what a run found.
type Result struct {
	unleak.Report
	// Packages lists the packages that were analysed.
	Packages []string

	checkout *checkout.Checkout
}

// Around returns the lines of source around a place, n on either side, and the number
// of the first.
func (r *Result) Around(at unleak.Frame, n int) (first int, lines []string) {
	data, err := r.checkout.Tree().ReadFile(r.checkout.Find(at))
	if err != nil {
		return 0, nil
	}
	all := strings.Split(string(data), "\n")
	first, last := max(at.Line-n, 1), min(at.Line+n, len(all))
	if first > last {
		return 0, nil
	}
	return first, all[first-1 : last]
}

// Run analyses packages. An error means that nothing could be analysed; packages that
// could not are losses.
func Run(ctx context.Context, o Options, s Streams) (*Result, error) {
	v := &vetter{Options: o, Streams: s, units: make(map[string]*unitLine), said: make(map[string][]string)}
	if v.Tool == "" {
		tool, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("finding the program that go vet is to call: %w", err)
		}
		v.Tool = tool
	}
	return v.run(ctx)
}

// A vetter is one run.
type vetter struct {
	Options
	Streams
	env      environment
	roots    []*root
	units    map[string]*unitLine
	findings []unleak.Finding
	losses   []unleak.Loss
	// said holds what the go command said of packages, in its words.
	said map[string][]string
	// mended is what became of packages that do not type-check, or nil.
	mended *illtyped.Result
}

// run is the pipeline: which packages, go vet, again what it left out, findings.
func (v *vetter) run(ctx context.Context) (*Result, error) {
	var listed error
	var wait sync.WaitGroup
	wait.Go(func() { // go vet does not need it to begin
		if listed = v.goEnv(ctx); listed == nil {
			listed = v.list(ctx)
		}
	})
	vetted := v.vet(ctx, v.packages, "")
	wait.Wait()
	switch {
	case ctx.Err() != nil:
		v.lose("interrupted", "", "The run was interrupted: what was not analysed by then is not in this report.")
	case listed != nil:
		return nil, listed
	case len(v.roots) == 0:
		return nil, &NoPackagesError{v.patterns()}
	case len(v.units) == 0 && vetted != nil:
		if err := v.withoutBroken(ctx, vetted); err != nil {
			return nil, err
		}
	}
	if ctx.Err() == nil {
		clean, err := v.withoutIllTyped(ctx)
		if err != nil {
			return nil, err
		}
		defer clean()
		if err := v.again(ctx); err != nil {
			return nil, err
		}
		v.account()
	}
	return v.result()
}

// A NoPackagesError says that there is nothing to analyse.
type NoPackagesError struct{ Patterns string }

func (e *NoPackagesError) Error() string {
	return fmt.Sprintf("no Go packages in %s: name some, such as ./... for all below the current folder", e.Patterns)
}

// withoutBroken runs go vet once more without the packages that it cannot load: for
// one of those it analyses none (cmd/go/internal/load, CheckPackageErrors).
func (v *vetter) withoutBroken(ctx context.Context, failed error) error {
	if err := v.listBroken(ctx); err != nil {
		return err
	}
	var good []string
	broken := false
	for _, r := range v.roots {
		if broken = broken || r.broken != ""; r.broken == "" {
			good = append(good, r.ImportPath)
		}
	}
	switch {
	case !broken && len(v.said) == 0:
		return failed
	case !broken, len(good) == 0:
		return nil
	}
	v.progress("some packages cannot be loaded, of which go vet wants all: running it again without them")
	if err := v.vet(ctx, good, ""); err != nil && len(v.units) == 0 && len(v.said) == 0 {
		return err
	}
	return nil
}

// again analyses packages that go vet passed over in silence. Go 1.26 keeps what a
// tool wrote under a key that does not tell whether the package was analysed for its
// own sake or for its facts, for which nothing is written: then its findings are
// missing ever after, those of go vet's own analyzers too. Go 1.27 tells the two
// apart. Until then such packages get keys of their own, which say what was asked for.
func (v *vetter) again(ctx context.Context) error {
	var missing []string
	for _, r := range v.roots {
		if r.broken == "" && v.missing(r) != "" && len(v.saidOf(r)) == 0 {
			missing = append(missing, r.ImportPath)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	v.progress("go vet passed over " + unleak.Plural(len(missing), "package") + ": running it on those again")
	sum := sha256.Sum256([]byte(strings.Join(missing, "\n")))
	v.vet(ctx, missing, hex.EncodeToString(sum[:8])) // what is missing still is a loss
	return ctx.Err()
}

// progress says what takes long.
func (v *vetter) progress(message string) {
	if v.Progress != nil {
		v.Progress(message)
	}
}

// vet runs go vet on packages and reads what the units wrote.
func (v *vetter) vet(ctx context.Context, packages []string, roots string) error {
	args := []string{"vet", "-vettool=" + v.Tool, "-json", "-" + findingsFlag}
	if roots != "" {
		args = append(args, "-"+rootsFlag+"="+roots)
	}
	args = append(append(append(args, v.choice...), v.build...), packages...)
	cmd := v.command(ctx, args)
	out, said := new(reader), new(sections)
	cmd.Stdout, cmd.Stderr = out, said
	err := cmd.Run()
	out.end()
	said.end()
	v.take(out.lines)
	v.take(said.lines) // before Go 1.26, what a tool writes comes here
	maps.Copy(v.said, said.packages)
	if err == nil {
		err = out.err
	}
	if err != nil {
		return &gotest.GoError{Args: []string{"vet"}, Stderr: said.rest.String(), Err: err}
	}
	return nil
}

// command makes a call of the go command that ends when ctx does.
func (v *vetter) command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = v.dir, v.Env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// take adds what units wrote. A unit's findings follow the line that names it.
func (v *vetter) take(lines []line) {
	var u *unitLine
	for _, l := range lines {
		switch {
		case l.Unit != nil:
			u = l.Unit
			if v.units[u.Package] != nil {
				u = nil // it is there already
				continue
			}
			v.units[u.Package] = u
		case u == nil:
		case l.Finding != nil:
			v.findings = append(v.findings, *l.Finding)
		case l.Loss != nil:
			v.losses = append(v.losses, *l.Loss)
		}
	}
}

func (v *vetter) lose(kind, pkg, message string) {
	v.losses = append(v.losses, unleak.Loss{Kind: kind, Package: pkg, Message: message, Hides: true})
}

// result makes the report.
func (v *vetter) result() (*Result, error) {
	co, err := checkout.Open(checkout.Options{
		Dir:     v.dir,
		Getenv:  func(name string) string { return gotest.Lookup(v.Env, name) },
		Go:      &checkout.Go{GOROOT: v.env.GOROOT, GOMODCACHE: v.env.GOMODCACHE, GOMOD: v.env.GOMOD, GOWORK: v.env.GOWORK},
		Replace: v.env.replace,
	})
	if err != nil {
		return nil, err
	}
	v.place()
	findings := merge(v.seen(v.findings))
	if v.NoTests {
		findings = slices.DeleteFunc(findings, inTest)
	}
	finish(co, findings)
	r := &Result{checkout: co, Report: unleak.Report{
		Config:   unleak.Config{Tool: "unleak", Command: "vet", Go: v.env.GOVERSION, Module: co.Module()},
		Findings: findings,
		Losses:   append(v.losses, v.unfinished()...),
	}}
	for _, root := range v.roots {
		if v.missing(root) == "" && root.broken == "" {
			r.Packages = append(r.Packages, root.ImportPath)
		}
	}
	r.Summary.Packages = len(r.Packages)
	return r, nil
}

// finish makes findings ready to be shown.
func finish(co *checkout.Checkout, findings []unleak.Finding) {
	places := make([]*unleak.Frame, len(findings))
	for i := range findings {
		places[i] = findings[i].Own
	}
	co.Finish(findings, co.Tree())
	for i := range findings {
		f := &findings[i]
		if own := places[i]; own != nil { // the analyzer's, which no stack has
			own.Text = co.Tree().Line(*own)
			own.File = co.ShowFrame(*own)
			f.Own = own
		}
		showSchedule(co, f)
	}
}

// showSchedule writes the places of a schedule as reports print them.
func showSchedule(co *checkout.Checkout, f *unleak.Finding) {
	if f.Schedule == nil {
		return
	}
	s := *f.Schedule
	s.Steps = slices.Clone(s.Steps)
	for i := range s.Steps {
		s.Steps[i].At.File = co.ShowFrame(s.Steps[i].At)
	}
	f.Schedule = &s
}

// inTest reports whether a test file holds a finding's goroutine: where it waits or
// where it is started.
func inTest(f unleak.Finding) bool {
	test := func(frame unleak.Frame) bool { return strings.HasSuffix(frame.File, "_test.go") }
	return test(sourceOf(f)) || test(f.Entry) || f.Created != nil && test(*f.Created)
}

// merge makes one finding of those with one key at one place: several analyzers may
// have seen the same goroutine. The one with a schedule tells most.
func merge(findings []unleak.Finding) []unleak.Finding {
	type place struct {
		key  string
		file string
		line int
	}
	at := make(map[place]int)
	var list []unleak.Finding
	for _, f := range findings {
		// All that wait for a forgotten response have one key, wherever it was forgotten.
		where := place{f.Key, sourceOf(f).File, sourceOf(f).Line}
		i, again := at[where]
		if !again {
			at[where] = len(list)
			list = append(list, f)
			continue
		}
		first, second := list[i], f
		if first.Schedule == nil && second.Schedule != nil {
			first, second = second, first
		}
		for _, e := range second.Evidence {
			if !slices.Contains(first.Evidence, e) {
				first.Evidence = append(slices.Clone(first.Evidence), e)
			}
		}
		list[i] = first
	}
	list = owned(list)
	slices.SortStableFunc(list, func(a, b unleak.Finding) int {
		x, y := sourceOf(a), sourceOf(b)
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
	})
	return list
}

// owned leaves out findings of goroutines that end with an object, where others with
// the same key say who does not stop the object.
func owned(findings []unleak.Finding) []unleak.Finding {
	stopped := make(map[string]bool)
	for _, f := range findings {
		stopped[f.Key] = stopped[f.Key] || f.Cause == unleak.CauseNeverStopped
	}
	return slices.DeleteFunc(findings, func(f unleak.Finding) bool {
		return stopped[f.Key] && f.Cause != unleak.CauseNeverStopped
	})
}

// sourceOf returns the place that a finding tells of.
func sourceOf(f unleak.Finding) unleak.Frame {
	if f.Own != nil {
		return *f.Own
	}
	return f.Blocked
}

// place corrects the names of files: where what go vet kept was written for another
// folder with the same files (-trimpath), and where an overlay's file stands for
// one of the package.
func (v *vetter) place() {
	dirs := make(map[string]string)
	for _, r := range v.roots {
		for _, name := range []string{r.ImportPath, r.ImportPath + "_test"} {
			if u := v.units[name]; u != nil && u.Dir != r.Dir && u.Dir != "" {
				dirs[u.Dir] = r.Dir
			}
		}
	}
	logical := make(map[string]string)
	for from, to := range v.env.replace {
		logical[to] = from
	}
	if len(dirs)+len(logical) == 0 {
		return
	}
	rename := func(file *string) {
		if to, ok := dirs[filepath.Dir(*file)]; ok {
			*file = filepath.Join(to, filepath.Base(*file))
		}
		if to, ok := logical[*file]; ok {
			*file = to
		}
	}
	for i := range v.findings {
		eachFile(&v.findings[i], rename)
	}
}

// eachFile calls do for the names of files in a finding.
func eachFile(f *unleak.Finding, do func(*string)) {
	do(&f.Blocked.File)
	do(&f.Entry.File)
	if f.Own != nil {
		do(&f.Own.File)
	}
	if f.Created != nil {
		do(&f.Created.File)
	}
	for i := range f.Stack {
		do(&f.Stack[i].File)
	}
	for _, fix := range f.Fixes {
		for i := range fix.Edits {
			do(&fix.Edits[i].File)
		}
	}
	if f.Schedule != nil {
		for i := range f.Schedule.Steps {
			do(&f.Schedule.Steps[i].At.File)
		}
	}
}

// errUnread says that a unit's output is not ours.
var errUnread = errors.New("go vet's output cannot be read; is the program that it calls another version of unleak?")

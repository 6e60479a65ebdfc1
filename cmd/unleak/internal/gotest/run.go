// SPDX-License-Identifier: MIT

// Package gotest is "unleak test": it runs go test with unleak's hook in the
// test binaries, reads what they wrote at exit, and says which goroutines
// leaked. The module under test stays as it is.
package gotest

import (
	"context"
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
	"github.com/unleak/unleak/cmd/unleak/internal/hook"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
	"github.com/unleak/unleak/internal/diagnose"
)

// A Result is what a run found.
type Result struct {
	unleak.Report
	// Packages lists the packages whose test binaries left evidence.
	Packages []string
	// Listed says that go test was asked to run nothing (-list, -n).
	Listed bool
}

// Run runs the tests and judges what they left. go test's output goes to
// s.Out and s.Err as it comes. An error means that nothing could be run; failing
// tests are no error but Summary.Failed.
func Run(ctx context.Context, o Options, s Streams) (*Result, error) {
	o.defaults()
	if err := o.refuse(); err != nil {
		return nil, err
	}
	if c, ok := o.arguments.get("C"); ok {
		s.Dir = filepath.Join(s.Dir, c.value)
		o.arguments = o.arguments.without("C")
	}
	r := &runner{Options: o, Streams: s}
	var err error
	if r.tools, err = findToolchain(ctx, s.Env, s.Dir); err != nil {
		return nil, err
	}
	if r.temp, err = os.MkdirTemp("", "unleak-"); err != nil {
		return nil, fmt.Errorf("no folder for the evidence: %w", err)
	}
	defer os.RemoveAll(r.temp)
	return r.run(ctx)
}

// refuse says no to what cannot work, before anything runs.
func (o *Options) refuse() error {
	if o.arguments.on("c") {
		return usage.Errorf("-c builds a test binary and runs nothing, so there is nothing to look at; leave -c out, or use go test -c")
	}
	return nil
}

// A runner runs the tests of one call.
type runner struct {
	Options
	Streams
	tools    *toolchain
	checkout *checkout.Checkout
	temp     string
	overlay  string
	noProof  string // why the proof is not taken
	losses   []unleak.Loss
}

// run is the pipeline: go test, evidence, leftovers, cases, confirmation,
// findings.
func (r *runner) run(ctx context.Context) (*Result, error) {
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	dir, err := r.folder("tests")
	if err != nil {
		return nil, err
	}
	ahead := startReader(dir, r.checkout.Tree())
	results, failed, err := r.goTest(ctx, dir, ahead.look)
	evidence, tree := ahead.stop()
	if err != nil {
		return nil, err
	}
	binaries, err := evidence.binaries()
	if err != nil {
		return nil, err
	}
	r.account(results, binaries, failed)
	left := r.leftovers(results, binaries)
	set := diagnose.Cases(left, tree)
	r.confirm(ctx, set.Cases)
	findings, running := set.Findings()
	r.checkout.Finish(findings, tree)
	result := &Result{Listed: r.lists(), Report: unleak.Report{
		Config:   r.config(),
		Findings: findings,
		Losses:   r.losses,
		Summary:  unleak.Summary{Running: running, Idle: set.Idle, Failed: failed},
	}}
	packages := make(map[string]bool)
	for _, b := range binaries {
		packages[b.pkg] = true
		result.Summary.Tests += b.count
	}
	result.Packages = slices.Sorted(maps.Keys(packages))
	result.Summary.Packages = len(packages)
	return result, nil
}

// prepare writes the overlay and settles what the test binaries will be told.
func (r *runner) prepare(ctx context.Context) (err error) {
	if r.NoProof {
		r.noProof = "switched off by -proof=off"
	} else {
		r.noProof = r.tools.proof()
	}
	if r.overlay, r.arguments, err = r.tools.prepare(ctx, r.Env, r.arguments, r.temp); err != nil {
		return err
	}
	r.checkout, err = r.tools.source()
	return err
}

// folder makes the folder for the evidence of one call of go test.
func (r *runner) folder(name string) (string, error) {
	dir := filepath.Join(r.temp, name)
	if err := os.Mkdir(dir, 0o777); err != nil {
		return "", fmt.Errorf("no folder for the evidence: %w", err)
	}
	return dir, nil
}

// environment returns the environment of a call of go test whose test binaries
// are told config.
func (r *runner) environment(config hook.Config) []string {
	env := append(slices.Clone(r.Env), r.tools.env...)
	if config.Proof = r.noProof == ""; config.Proof {
		env = append(env, r.tools.proofEnv()...)
	}
	config.Labels = r.tools.atLeast("go1.26")
	config.Grace = r.Grace
	config.Full = maxStacks
	env = append(env, hook.Variable+"="+config.Env())
	if debug := r.debug(); debug != "" {
		env = append(env, "GODEBUG="+debug)
	}
	return env
}

// debug returns the GODEBUG to run with: the user's, with labels kept out of
// tracebacks (from Go 1.27 on they would show, and some tests compare
// tracebacks), and ancestors where asked for.
func (r *runner) debug() string {
	var settings []string
	if user := Lookup(r.Env, "GODEBUG"); user != "" {
		settings = append(settings, user)
	}
	if r.tools.atLeast("go1.26") && !strings.Contains(strings.Join(settings, ","), "tracebacklabels=") {
		settings = append(settings, "tracebacklabels=0")
	}
	if r.Ancestors {
		settings = append(settings, "tracebackancestors=16")
	}
	return strings.Join(settings, ",")
}

// Lookup returns the value that counts of a variable in env: the last; "" where
// there is none.
func Lookup(env []string, name string) (value string) {
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			value = v
		}
	}
	return value
}

// goTest runs go test as the user asked for it. The test binaries leave their evidence in dir; done is called when a package is
// through.
func (r *runner) goTest(ctx context.Context, dir string, done func()) (results []packageResult, failed bool, err error) {
	front := []string{"test", "-overlay=" + r.overlay}
	if _, given := r.arguments.get("count"); !given && r.tools.flag(r.arguments, "count") == "" && !r.arguments.on("n") {
		front = append(front, "-count=1")
	}
	if _, given := r.arguments.get("vet"); !given && !r.tools.vetsOverlay() {
		front = append(front, "-vet=off")
		r.lose("no-vet", "", false, "go vet was left out: that of %s does not read what unleak adds to package testing.", r.tools.GOVERSION)
	}
	turns := new(sync.Mutex)
	out := newOutput(shared{turns, r.Out}, r.PrintsJSON(r.Env))
	out.done = done
	cmd := r.command(ctx, r.environment(hook.Config{Dir: dir}), r.arguments.list(front...))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = r.In, out, r.Err
	if _, ok := r.Err.(*os.File); !ok { // else go test writes to it by itself
		cmd.Stderr = shared{turns, r.Err}
	}
	if r.noProof == "" && len(r.tools.proofEnv()) > 0 && r.tools.firstProof() {
		r.progress("%s needs GOEXPERIMENT=%s for the proof: this first run builds all dependencies once more", r.tools.GOVERSION, leakExperiment)
	}
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		r.lose("interrupted", "", true, "The run was interrupted: what had not run by then was not looked at.")
	case err != nil && !errors.As(err, &exit):
		return nil, false, &GoError{Args: []string{"test"}, Err: err}
	}
	return out.results, err != nil, nil
}

// progress says what takes long.
func (r *runner) progress(format string, args ...any) {
	if r.Progress != nil {
		r.Progress(fmt.Sprintf(format, args...))
	}
}

// command makes a call of the go command that ends when ctx does. It is sent an
// interrupt first: then go test waits for its test binaries, which a terminal
// interrupts too.
func (r *runner) command(ctx context.Context, env, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, r.tools.command, args...)
	cmd.Dir, cmd.Env = r.Dir, env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// leftovers gathers the goroutines that the test binaries left, and those in the
// tracebacks of binaries that died.
func (r *runner) leftovers(results []packageResult, binaries []*binary) []diagnose.Leftover {
	var left []diagnose.Leftover
	for _, b := range binaries {
		left = append(left, b.leftovers()...)
	}
	ended := make(map[string]bool)
	for _, b := range binaries {
		ended[b.pkg] = ended[b.pkg] || b.ended
	}
	for _, p := range results {
		if !ended[p.Package] { // else its tests printed another's traceback
			left = append(left, p.leftovers()...)
		}
	}
	return left
}

func (r *runner) config() unleak.Config {
	return unleak.Config{
		Tool:    "unleak",
		Command: "test",
		Go:      r.tools.GOVERSION,
		Module:  r.checkout.Module(),
		NoProof: r.noProof,
	}
}

// maxTail is how much a quietWriter keeps.
const maxTail = 4 << 10

// quietWriter drops what is written to it and keeps the end of it.
type quietWriter struct{ tail []byte }

// Write implements io.Writer.
func (w *quietWriter) Write(p []byte) (int, error) {
	w.tail = append(w.tail, p...)
	if rest := len(w.tail) - maxTail; rest > 0 {
		w.tail = slices.Clone(w.tail[rest:])
	}
	return len(p), nil
}

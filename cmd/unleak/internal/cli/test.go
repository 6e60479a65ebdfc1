// SPDX-License-Identifier: MIT

package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/gotest"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
	"github.com/unleak/unleak/internal/rules"
)

const testUsage = `usage: unleak test [flags] [go test flags] [packages]

Test runs "go test" with the same arguments and then prints each goroutine that
the tests leaked: once, with how sure that is, how many there are, where they are
blocked and started, which tests started them, why, and what to change. The code
under test needs no change and gets none.

All flags of go test work (go help testflag). Where -count is not given, test
passes -count=1, since a cached result runs nothing. With -format=json, sarif or
html the output of go test goes to standard error, so that standard output holds
the report alone; with go test's own -json it is the report that goes there.

With Go 1.26 the runtime's proof needs GOEXPERIMENT=goroutineleakprofile, which
test sets: the first run then builds all dependencies once more. -proof=off
does without.

Flags:
`

// testFlags are the flags of "unleak test".
type testFlags struct {
	gotest.Options
	reporting
	acceptance
}

// runTest is "unleak test": run, accept, report, judge.
func runTest(ctx context.Context, p process, args []string) (int, error) {
	f, err := parseTest(p, args)
	if err != nil {
		return exitFailure, err
	}
	report, streams := f.streams(p)
	result, err := gotest.Run(ctx, f.Options, streams)
	if err != nil {
		return exitFailure, err
	}
	if result.Listed && f.format == "text" {
		return f.code(result.Summary, nil, nil), nil // nothing ran, nothing to say
	}
	result.Config.Version = version()
	notAccepted := f.accept(result) // the report is due all the same
	messages := stream(result.Config, result.Findings, result.Losses, result.Summary)
	if err := errors.Join(f.write(report, p.env, messages), notAccepted); err != nil {
		return exitFailure, err
	}
	return f.code(result.Summary, result.Findings, result.Losses), nil
}

// parseTest reads the command line. Asked for help it prints it and returns
// flag.ErrHelp.
func parseTest(p process, args []string) (*testFlags, error) {
	f := new(testFlags)
	fs := flag.NewFlagSet("unleak test", flag.ContinueOnError)
	f.Options.Flags(fs)
	f.reporting.flags(fs)
	f.acceptance.flags(fs)
	if wantsHelp(args) {
		fs.SetOutput(p.out)
		fmt.Fprint(p.out, testUsage)
		fs.PrintDefaults()
		return nil, flag.ErrHelp
	}
	if err := f.Options.Parse(args, fs); err != nil {
		return nil, err
	}
	if err := f.reporting.check(); err != nil {
		return nil, err
	}
	return f, f.acceptance.check()
}

// wantsHelp reports whether a help flag stands before -args.
func wantsHelp(args []string) bool {
	for _, a := range args {
		switch a {
		case "-args", "--args":
			return false
		case "-h", "-help", "--help":
			return true
		}
	}
	return false
}

// streams decides who writes where. Reports that a program reads have standard
// output for themselves, unless they go to a file or go test prints JSON.
func (f *testFlags) streams(p process) (report io.Writer, s gotest.Streams) {
	s = gotest.Streams{In: p.in, Out: p.out, Err: p.err, Env: p.env, Progress: p.progress()}
	switch {
	case f.file != "":
		return io.Discard, s
	case f.PrintsJSON(p.env):
		return p.err, s
	case f.format == "json" || f.format == "sarif" || f.format == "html":
		s.Out = p.err
	}
	return p.out, s
}

// acceptance is what the user knows of and does not want to hear again.
type acceptance struct {
	baseline string
	update   bool
	ignore   []*rules.Rule
}

func (a *acceptance) flags(fs *flag.FlagSet) {
	fs.StringVar(&a.baseline, "baseline", "", "leaks listed in this `file` are known and do not fail")
	fs.BoolVar(&a.update, "update-baseline", false, "write what was found to the -baseline file")
	fs.Func("ignore", "ignore findings by `kind:regexp`, where the kind is func, package, creator, cause or key; may be given again", func(s string) error {
		r, err := rules.ParseRule(s)
		a.ignore = append(a.ignore, r)
		return err
	})
}

func (a *acceptance) check() error {
	if a.update && a.baseline == "" {
		return usage.Errorf("-update-baseline needs -baseline=FILE to write to")
	}
	if a.baseline == "" || a.update {
		return nil
	}
	_, err := a.read() // before the tests have run for an hour
	return err
}

func (a *acceptance) read() (*rules.Baseline, error) {
	f, err := os.Open(a.baseline)
	if os.IsNotExist(err) {
		return nil, fmt.Errorf("no baseline %s: write one with -update-baseline", a.baseline)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the baseline: %w", err)
	}
	defer f.Close()
	b, err := rules.ReadBaseline(f)
	if err != nil {
		return nil, fmt.Errorf("baseline %s: %w", a.baseline, err)
	}
	return b, nil
}

// accept takes ignored and known findings out of the result, and says which rules
// matched nothing and which known leaks have vanished.
func (a *acceptance) accept(r *gotest.Result) error {
	a.dropIgnored(r)
	if a.baseline == "" {
		return nil
	}
	if a.update {
		return a.writeBaseline(r)
	}
	b, err := a.read()
	if err != nil {
		return err
	}
	for _, e := range b.Vanished(r.Findings, r.Packages) {
		r.Losses = append(r.Losses, unleak.Loss{
			Kind: "vanished", Package: e.Package,
			Message: fmt.Sprintf("The baseline's leak %s (%s in %s) was not found any more: delete its line from %s.", e.Key, e.Cause, e.Func, a.baseline),
		})
	}
	r.Drop(b.Has)
	return nil
}

func (a *acceptance) dropIgnored(r *gotest.Result) {
	r.Drop(func(f *unleak.Finding) bool {
		hit := false
		for _, rule := range a.ignore {
			hit = rule.Match(f) || hit
		}
		return hit
	})
	for _, rule := range a.ignore {
		if rule.Used() == 0 {
			r.Losses = append(r.Losses, unleak.Loss{
				Kind:    "unmatched-rule",
				Message: fmt.Sprintf("The rule -ignore=%s matched nothing: delete it.", rule),
			})
		}
	}
}

// writeBaseline writes the baseline and takes what it now knows out of the result.
func (a *acceptance) writeBaseline(r *gotest.Result) error {
	var text strings.Builder
	b := rules.NewBaseline(r.Findings)
	if err := b.Write(&text); err != nil {
		return err
	}
	if err := os.WriteFile(a.baseline, []byte(text.String()), 0o666); err != nil {
		return fmt.Errorf("writing the baseline: %w", err)
	}
	r.Drop(b.Has)
	return nil
}

// SPDX-License-Identifier: MIT

package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/gotest"
	"github.com/unleak/unleak/cmd/unleak/internal/govet"
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
	schedule bool
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
		return f.code(&unleak.Report{Summary: result.Summary}), nil // nothing ran, nothing to say
	}
	result.Config.Version = version()
	if f.schedule {
		govet.Schedules(ctx, &result.Report, f.ChangedDir(), f.BuildFlags(), govet.Streams{Env: p.env})
	}
	notAccepted := f.accept(&result.Report, result.Packages) // the report is due all the same
	if err := errors.Join(f.write(report, p.env, result.Messages()), notAccepted); err != nil {
		return exitFailure, err
	}
	return f.code(&result.Report), nil
}

// parseTest reads the command line. Asked for help it prints it and returns
// flag.ErrHelp.
func parseTest(p process, args []string) (*testFlags, error) {
	f := new(testFlags)
	fs := flag.NewFlagSet("unleak test", flag.ContinueOnError)
	f.Options.Flags(fs)
	f.reporting.flags(fs)
	f.acceptance.flags(fs)
	scheduleFlag(fs, &f.schedule)
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

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
	"github.com/unleak/unleak/cmd/unleak/internal/inspect"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

const inspectUsage = `usage: unleak inspect [flags] [file | address | -]...

Inspect reads the goroutines of dumps, profiles and running processes, and says
which of them leak: how many, where they are blocked and started, how sure that is,
why, and what to change.

A file may be a traceback (of a panic, SIGQUIT or /debug/pprof/goroutine?debug=2),
alone or in a log of any kind; a goroutine profile (debug=0 or debug=1); or a report
that unleak wrote with -format=json. What it is shows by its bytes; gzip and zstd
are unpacked. Without an argument, and for "-", standard input is read.

An address is that of a process which serves net/http/pprof: localhost:6060, :6060,
http://host/debug/pprof/goroutine, unix:/run/app.sock. It is asked for what does not
harm it: the goroutine profile.

Several arguments are several processes; with -diff they are looks at one.

With -leak a process is asked for its goroutineleak profile too (Go 1.27; Go 1.26
built with GOEXPERIMENT=goroutineleakprofile): what it names is proven. It runs a
garbage collection: about 30 ms at 10,000 goroutines, 0.2 s with 25 ms of pauses at
100,000. It can be wrong in one known way: what a goroutine waits for counts as lost
when only a weak.Pointer or a uintptr leads to it; should such a goroutine be woken
after all, the runtime ends the process.

	unleak inspect crash.log
	unleak inspect localhost:6060
	kubectl logs pod | unleak inspect -
	unleak inspect -diff before.pb.gz after.pb.gz
	unleak inspect -every=10s -for=2m localhost:6060

Flags:
`

// inspectFlags are the flags of "unleak inspect".
type inspectFlags struct {
	inspect.Options
	reporting
	acceptance
	tui      bool
	http     string
	schedule bool
}

// runInspect is "unleak inspect": look, accept, report, judge.
func runInspect(ctx context.Context, p process, args []string) (int, error) {
	f, err := parseInspect(p, args)
	switch {
	case err != nil:
		return exitFailure, err
	case f.tui:
		return exitClean, f.show(ctx, p)
	case f.http != "":
		return exitClean, f.serve(ctx, p)
	}
	var report *unleak.Report
	for r, err := range inspect.Run(ctx, f.Options, f.streams(p)) {
		switch {
		case err == nil:
			report = r
		case report == nil:
			return exitFailure, err
		default:
			fmt.Fprintln(p.err, "unleak inspect:", err)
		}
	}
	if report == nil {
		return exitFailure, errors.New("interrupted before the first look was done")
	}
	if f.schedule {
		dir := ""
		if len(f.SourceDirs) > 0 {
			dir = f.SourceDirs[0]
		}
		govet.Schedules(ctx, report, dir, nil, govet.Streams{Env: p.env})
	}
	return f.finish(p, report)
}

// finish writes a report and decides the exit code.
func (f *inspectFlags) finish(p process, report *unleak.Report) (int, error) {
	report.Config.Version = version()
	notAccepted := f.accept(report, nil) // the report is due all the same
	if err := errors.Join(f.write(p.out, p.env, report.Messages()), notAccepted); err != nil {
		return exitFailure, err
	}
	return f.code(report), nil
}

// parseInspect reads the command line. Asked for help it prints it and returns
// flag.ErrHelp.
func parseInspect(p process, args []string) (*inspectFlags, error) {
	f := new(inspectFlags)
	fs := flag.NewFlagSet("unleak inspect", flag.ContinueOnError)
	fs.Usage = func() {}
	f.Options.Flags(fs)
	f.reporting.flags(fs)
	f.acceptance.flags(fs)
	scheduleFlag(fs, &f.schedule)
	fs.BoolVar(&f.tui, "tui", false, "show the report in the terminal, to look around in; with -every, live")
	fs.StringVar(&f.http, "http", "", "serve the report's page at this `address`, such as localhost:0; with -every, live")
	if wantsHelp(args) {
		fs.SetOutput(p.out)
		fmt.Fprint(p.out, inspectUsage)
		fs.PrintDefaults()
		return nil, flag.ErrHelp
	}
	fs.SetOutput(io.Discard)
	var err error
	if f.Args, err = parseMixed(fs, args); err != nil {
		return nil, usage.Errorf("%v; \"unleak help inspect\" lists the flags", err)
	}
	if len(f.Args) == 0 && isTerminal(p.in) {
		return nil, usage.Errorf("nothing to inspect: give a file, an address such as localhost:6060, or - for standard input; \"unleak help inspect\" tells more")
	}
	if f.tui && f.http != "" {
		return nil, usage.Errorf("-tui and -http are two faces: give one of them")
	}
	if f.schedule && (f.tui || f.http != "") {
		return nil, usage.Errorf("-schedule is for a report that is written: leave -tui and -http out, or show the report's JSON with them")
	}
	if err := errors.Join(f.Options.Check(), f.reporting.check(), f.acceptance.check()); err != nil {
		return nil, err
	}
	return f, nil
}

// parseMixed parses flags wherever they stand, before and behind arguments, and
// returns the arguments. Behind "--" all are arguments.
func parseMixed(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		before := len(args)
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		left := fs.Args()
		if len(left) == 0 {
			return rest, nil
		}
		if taken := args[:before-len(left)]; len(taken) > 0 && taken[len(taken)-1] == "--" {
			return append(rest, left...), nil
		}
		rest = append(rest, left[0])
		args = left[1:]
	}
}

func (f *inspectFlags) streams(p process) inspect.Streams {
	return inspect.Streams{
		In:       p.in,
		Getenv:   func(name string) string { return gotest.Lookup(p.env, name) },
		Progress: p.progress(),
	}
}

// SPDX-License-Identifier: MIT

package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/govet"
)

const vetUsage = `usage: unleak vet [flags] [build flags] [packages]

Vet finds goroutine leaks in source. It searches a small model of each function, with
the goroutines that it starts, for goroutines that nothing can wake any more, and
prints each with the order of steps that leads there and what to change.

All build flags of go vet work (go help build). The analysis runs under go vet and
shares its cache: what has not changed is not analysed again. Analyzers are switched
by name: -leak runs that one alone, -leak=false all others.

	unleak vet ./...
	unleak vet -tags=integration -format=sarif ./... > leaks.sarif
	go vet -vettool=$(which unleak) ./...

The last prints the same findings as diagnostics of go vet.

Flags:
`

// vetFlags are the flags of "unleak vet".
type vetFlags struct {
	govet.Options
	reporting
	acceptance
	around int // lines of source around a finding; negative shows none
}

// scheduleFlag defines the flag with which other commands ask vet for more.
func scheduleFlag(fs *flag.FlagSet, on *bool) {
	fs.BoolVar(on, "schedule", false, "search the source of what was found for the steps that lead there, as unleak vet does")
}

// runVet is "unleak vet": analyse, accept, report, judge.
func runVet(ctx context.Context, p process, args []string) (int, error) {
	f, err := parseVet(p, args)
	if err != nil {
		return exitFailure, err
	}
	result, err := govet.Run(ctx, f.Options, govet.Streams{Env: p.env, Progress: p.progress()})
	if err != nil {
		return exitFailure, err
	}
	result.Config.Version = version()
	if f.around >= 0 {
		f.source = func(at unleak.Frame) (int, []string) { return result.Around(at, f.around) }
	}
	notAccepted := f.accept(&result.Report, result.Packages) // the report is due all the same
	if err := errors.Join(f.write(p.out, p.env, result.Messages()), notAccepted); err != nil {
		return exitFailure, err
	}
	return f.code(&result.Report), nil
}

// parseVet reads the command line. Asked for help it prints it and returns
// flag.ErrHelp.
func parseVet(p process, args []string) (*vetFlags, error) {
	f := new(vetFlags)
	fs := flag.NewFlagSet("unleak vet", flag.ContinueOnError)
	f.Options.Flags(fs)
	f.reporting.flags(fs)
	f.acceptance.flags(fs)
	f.max = -1 // as go vet does
	fs.Lookup("max").Usage = "show at most `n` findings in text (default all)"
	fs.IntVar(&f.around, "c", -1, "show this many lines of source around a finding, in text")
	fs.BoolFunc("json", "the same as -format=json", func(string) error {
		f.format = "json"
		return nil
	})
	if wantsHelp(args) {
		fs.SetOutput(p.out)
		fmt.Fprint(p.out, vetUsage)
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

// SPDX-License-Identifier: MIT

// Package cli is unleak's command line: it picks the command, reads its flags,
// hands what it found to a reporter and decides the exit code.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"github.com/unleak/unleak/cmd/unleak/internal/usage"
	"github.com/unleak/unleak/internal/rules"
)

// The exit codes, the same for every command and format.
const (
	exitClean   = 0
	exitFailure = 1 // a failure, failing tests, or a loss that could hide a finding
	exitUsage   = 2
	exitFinding = 3 // a finding at or above -fail; -exit-code sets another number
)

// A process is what a command runs in.
type process struct {
	in       io.Reader
	out, err io.Writer
	env      []string
}

// A command is one of unleak's subcommands.
type command struct {
	name  string
	short string
	run   func(ctx context.Context, p process, args []string) (int, error)
}

func commands() []command {
	return []command{
		{"test", "find the goroutines that a test run leaks, with no change to the code", runTest},
		{"vet", "find the goroutines that leak in source, with the steps that lead there", runVet},
		{"inspect", "find the goroutines that leak in a dump, a profile or a running process", runInspect},
		{"explain", "say what a cause means and how to mend it", runExplain},
		{"version", "print the version", runVersion},
	}
}

// Run runs the command that args name and returns the process's exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env []string) int {
	p := process{stdin, stdout, stderr, env}
	if len(args) == 0 {
		overview(p.err)
		return exitUsage
	}
	name, args := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		return help(ctx, p, args)
	case "-version", "--version":
		name = "version"
	}
	list := commands()
	i := slices.IndexFunc(list, func(c command) bool { return c.name == name })
	if i < 0 {
		fmt.Fprintf(p.err, "unleak: no command %q; \"unleak help\" lists them\n", name)
		return exitUsage
	}
	code, err := list[i].run(ctx, p, args)
	return p.fail(name, code, err)
}

// fail prints an error, if there is one, and returns the exit code.
func (p process) fail(name string, code int, err error) int {
	switch {
	case err == nil:
		return code
	case errors.Is(err, flag.ErrHelp):
		return exitClean
	}
	fmt.Fprintf(p.err, "unleak %s: %v\n", name, err)
	var wrong *usage.Error
	var rule *rules.SyntaxError
	if errors.As(err, &wrong) || errors.As(err, &rule) {
		return exitUsage
	}
	return max(code, exitFailure)
}

func overview(w io.Writer) {
	fmt.Fprint(w, "unleak finds goroutine leaks.\n\nUsage:\n\n\tunleak COMMAND [flags] [arguments]\n\nCommands:\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "\t%-9s %s\n", c.name, c.short)
	}
	fmt.Fprint(w, "\n\"unleak help COMMAND\" tells more of one.\n\nExit codes: 0 clean; 1 failure, failing tests, or a loss that could hide a leak;\n2 wrong usage; 3 a leak (see -fail).\n")
}

// help prints the help of one command, or the list of all.
func help(ctx context.Context, p process, args []string) int {
	if len(args) == 0 {
		overview(p.out)
		return exitClean
	}
	return Run(ctx, []string{args[0], "-h"}, p.in, p.out, p.err, p.env)
}

// SPDX-License-Identifier: MIT

package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/gotest"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
	"github.com/unleak/unleak/internal/report/github"
	"github.com/unleak/unleak/internal/report/html"
	"github.com/unleak/unleak/internal/report/jsonstream"
	"github.com/unleak/unleak/internal/report/sarif"
	"github.com/unleak/unleak/internal/report/text"
)

// A reporting is how a command's findings are shown and what they count for.
type reporting struct {
	format   string
	file     string
	color    string
	fail     string
	exitCode int
	max      int
	stacks   bool
	// source returns the lines around a place; nil where context is not given.
	source func(unleak.Frame) (first int, lines []string)
}

var formats = []string{"text", "json", "sarif", "github", "html"}

// flags defines the flags that every command has.
func (r *reporting) flags(fs *flag.FlagSet) {
	fs.StringVar(&r.format, "format", "text", "report as `text`, json, sarif, github or html")
	fs.StringVar(&r.file, "report", "", "write the report to this `file`")
	fs.StringVar(&r.color, "color", "auto", "colours: always, never or `auto`")
	fs.StringVar(&r.fail, "fail", "likely", "the least `grade` that makes the exit code 3: proven, likely or suspect")
	fs.IntVar(&r.exitCode, "exit-code", exitFinding, "the exit `code` for findings at or above -fail")
	fs.IntVar(&r.max, "max", 0, "show at most `n` findings in text, -1 all (default 20)")
	fs.BoolVar(&r.stacks, "stacks", false, "show stacks, edits and keys in text")
}

// check refuses values that no reporter knows.
func (r *reporting) check() error {
	if !slices.Contains(formats, r.format) {
		return usage.Errorf("no format %q: -format is one of %s", r.format, strings.Join(formats, ", "))
	}
	if unleak.Grade(r.fail).Rank() == 0 {
		return usage.Errorf("no grade %q: -fail is proven, likely or suspect", r.fail)
	}
	if !slices.Contains([]string{"auto", "always", "never"}, r.color) {
		return usage.Errorf("no -color=%s: it is always, never or auto", r.color)
	}
	if r.exitCode < 0 || r.exitCode > 255 {
		return usage.Errorf("no -exit-code=%d: it is between 0 and 255", r.exitCode)
	}
	return r.checkFile()
}

// checkFile finds out whether the report can be written before what it reports on
// has run for an hour.
func (r *reporting) checkFile() error {
	if r.file == "" {
		return nil
	}
	f, err := os.OpenFile(r.file, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return f.Close()
}

// write reports the messages to the report file, or to w.
func (r *reporting) write(w io.Writer, env []string, messages iter.Seq[unleak.Message]) error {
	if r.file == "" {
		return enough(r.writeTo(w, env, messages))
	}
	f, err := os.Create(r.file)
	if err == nil {
		err = errors.Join(r.writeTo(f, env, messages), f.Close())
	}
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// enough returns nil where an output was closed early: whoever read it has seen
// enough.
func enough(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}

func (r *reporting) writeTo(w io.Writer, env []string, messages iter.Seq[unleak.Message]) error {
	switch r.format {
	case "json":
		return jsonstream.Write(w, messages, jsonstream.Options{})
	case "sarif":
		return sarif.Write(w, messages, sarif.Options{})
	case "github":
		return github.Write(w, messages, github.Options{})
	case "html":
		return html.Write(w, messages, html.Options{})
	}
	return text.Write(w, messages, text.Options{Color: r.colored(w, env), Verbose: r.stacks, Max: r.max, Source: r.source})
}

// colored decides on colour: the flag, then NO_COLOR, CLICOLOR_FORCE, TERM=dumb,
// then whether w is a terminal.
func (r *reporting) colored(w io.Writer, env []string) bool {
	switch {
	case r.color == "always":
		return true
	case r.color == "never", gotest.Lookup(env, "NO_COLOR") != "":
		return false
	case gotest.Lookup(env, "CLICOLOR_FORCE") != "" && gotest.Lookup(env, "CLICOLOR_FORCE") != "0":
		return true
	case gotest.Lookup(env, "TERM") == "dumb":
		return false
	}
	return isTerminal(w)
}

// isTerminal reports whether a reader or writer is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

// progress returns what tells a person at a terminal what goes on; nil where
// standard error is none.
func (p process) progress() func(string) {
	if !isTerminal(p.err) {
		return nil
	}
	return func(message string) { fmt.Fprintln(p.err, "unleak:", message) }
}

// code decides the exit code, once for all formats.
func (r *reporting) code(report *unleak.Report) int {
	least := unleak.Grade(r.fail).Rank()
	switch {
	case report.Summary.Failed, report.Hides():
		return exitFailure
	case slices.ContainsFunc(report.Findings, func(f unleak.Finding) bool { return f.Grade.Rank() >= least }):
		return r.exitCode
	}
	return exitClean
}

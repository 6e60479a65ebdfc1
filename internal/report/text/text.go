// SPDX-License-Identifier: MIT

// Package text writes findings for a person at a terminal: the surest first,
// each goroutine leak once, in a few lines; then what was not seen, and one line
// that sums up.
package text

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/unleak/unleak"
)

// Options says how to write. The zero value is fit for a terminal without colour.
type Options struct {
	// Color asks for ANSI colours.
	Color bool
	// Verbose shows the stacks, all edits and the key of each finding.
	Verbose bool
	// Max is the greatest number of findings shown, and of suspects; 0 means 20,
	// a negative number all.
	Max int
	// Tests is the greatest number of tests named for one finding; 0 means 5, a
	// negative number all.
	Tests int
	// Width is where long lines are broken; 0 means 100.
	Width int
}

// Write writes the report. It shows nothing before the stream has ended, since
// the surest findings come first.
func Write(w io.Writer, messages iter.Seq[unleak.Message], opts Options) error {
	p := newPrinter(w, opts)
	run := collect(messages)
	p.module = run.config.Module
	sure := slices.IndexFunc(run.findings, isSuspect)
	if sure < 0 {
		sure = len(run.findings)
	}
	p.findings(run.findings[:sure])
	p.suspects(run.findings[sure:])
	complete := p.losses(run)
	p.summary(run, complete)
	return p.flush("text report")
}

// A run is what a stream told, in the order of the report.
type run struct {
	config   unleak.Config
	findings []*unleak.Finding
	losses   []unleak.Loss
	summary  *unleak.Summary // nil if the stream was cut
}

func collect(messages iter.Seq[unleak.Message]) run {
	var r run
	for m := range messages {
		switch m = m.Clean(); {
		case m.Config != nil:
			r.config = *m.Config
		case m.Finding != nil:
			r.findings = append(r.findings, m.Finding)
		case m.Loss != nil:
			r.losses = append(r.losses, *m.Loss)
		case m.Summary != nil:
			r.summary = m.Summary
		}
	}
	slices.SortStableFunc(r.findings, unleak.CompareFindings)
	return r
}

func isSuspect(f *unleak.Finding) bool { return f.Grade.Rank() < unleak.Likely.Rank() }

// A printer writes to a buffer, which keeps the first error.
type printer struct {
	*bufio.Writer
	Options
	module string // the user's, where known
}

func newPrinter(w io.Writer, opts Options) *printer {
	if opts.Max == 0 {
		opts.Max = 20
	}
	if opts.Tests == 0 {
		opts.Tests = 5
	}
	if opts.Width <= 0 {
		opts.Width = 100
	}
	return &printer{Writer: bufio.NewWriter(w), Options: opts}
}

// flush returns the first error of all writes.
func (p *printer) flush(what string) error {
	if err := p.Flush(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(p, format, args...)
	p.WriteByte('\n')
}

// findings writes those that are a failure, up to Max.
func (p *printer) findings(findings []*unleak.Finding) {
	blocks := p.blocks(findings)
	shown := limit(blocks, p.Max)
	for _, b := range shown {
		p.finding(b)
		p.line("")
	}
	var rest []*unleak.Finding
	for _, b := range blocks[len(shown):] {
		rest = append(rest, b.all...)
	}
	p.cut(rest, "finding")
}

// suspects writes one line for each, under a heading that says what they are.
func (p *printer) suspects(suspects []*unleak.Finding) {
	if len(suspects) == 0 {
		return
	}
	p.line("%s left over once, or long in their wait; worth a look, no failure", p.paint(bold, "suspects:"))
	shown := limit(suspects, p.Max)
	for _, f := range shown {
		p.line("  %s", strings.Join(p.suspect(f), "  "))
		if p.Verbose {
			p.details(f)
			p.line("")
		}
	}
	if !p.Verbose {
		p.line("")
	}
	p.cut(suspects[len(shown):], "suspect")
}

// cut says what Max kept out.
func (p *printer) cut(rest []*unleak.Finding, noun string) {
	if len(rest) == 0 {
		return
	}
	goroutines := 0
	for _, f := range rest {
		goroutines += f.Count
	}
	p.line("and %s (%s) not shown; -max=-1 shows all", unleak.Plural(len(rest), "more "+noun), unleak.Plural(goroutines, "goroutine"))
	p.line("")
}

// losses writes what was not seen, equal messages once, and reports whether the
// run was seen whole.
func (p *printer) losses(r run) (complete bool) {
	complete = r.summary != nil
	type said struct{ message, label string }
	var order []said
	packages := make(map[said][]string)
	for _, l := range r.losses {
		key := said{l.Message, "note"}
		if l.Hides {
			complete, key.label = false, "not seen"
		}
		if _, ok := packages[key]; !ok {
			order = append(order, key)
			packages[key] = nil
		}
		if l.Package != "" {
			packages[key] = append(packages[key], p.pkg(l.Package))
		}
	}
	for _, loss := range order {
		message := loss.message
		if names := packages[loss]; len(names) > 0 {
			message = listed(names, p.Tests) + ": " + message
		}
		p.remark(loss.label, message)
	}
	if r.summary == nil {
		p.remark("not seen", "the run broke off before its summary, so findings may be missing; run it again.")
	}
	if r.config.NoProof != "" {
		p.remark("note", "without the runtime's proof: "+r.config.NoProof)
	}
	return complete
}

func (p *printer) remark(label, message string) {
	color := faint
	if label == "not seen" {
		color = yellow
	}
	p.wrapped(p.paint(color, label+":")+" ", len(label)+2, message)
}

// summary writes the last line.
func (p *printer) summary(r run, complete bool) {
	s := r.summary
	if s == nil {
		s = tally(r.findings)
	}
	sentence := s.Sentence(complete)
	switch {
	case s.Proven+s.Likely > 0:
		sentence = p.paint(bold, sentence)
	case complete && !s.Failed && s.Suspect == 0:
		sentence = p.paint(green, sentence)
	}
	p.line("%s", sentence)
}

// tally counts the findings of a stream that has no summary.
func tally(findings []*unleak.Finding) *unleak.Summary {
	s := new(unleak.Summary)
	for _, f := range findings {
		s.Count(f)
	}
	return s
}

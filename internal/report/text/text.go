// SPDX-License-Identifier: MIT

// Package text writes findings for a person at a terminal: the surest first,
// each goroutine leak once, in a few lines; then what was not seen, and one line
// that sums up.
package text

import (
	"bufio"
	"cmp"
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
	// Failures shows suspects like all other findings: whoever writes the report
	// takes each for a failure.
	Failures bool
	// More says how to see what Max keeps out; "" means -max=-1.
	More string
	// Width is where long lines are broken; 0 means 100.
	Width int
	// Source, where set, returns lines of source to show around a finding of source,
	// and the number of the first.
	Source func(at unleak.Frame) (first int, lines []string)
}

// Write writes the report. It shows nothing before the stream has ended, since
// the surest findings come first.
func Write(w io.Writer, messages iter.Seq[unleak.Message], opts Options) error {
	p := newPrinter(w, opts)
	run := collect(messages)
	p.module, p.process, p.vet = run.Config.Module, len(run.Snapshots) > 0, run.Config.Command == "vet"
	findings := run.sorted()
	sure := slices.IndexFunc(findings, isSuspect)
	if sure < 0 || p.Failures {
		sure = len(findings)
	}
	p.snapshots(run.Snapshots)
	p.findings(findings[:sure], "finding")
	p.suspects(findings[sure:])
	p.groups(run.Groups, findings)
	p.rollups(run.Rollups)
	complete := p.losses(run)
	p.forecast(run.Summary)
	p.summary(run, complete)
	return p.flush("text report")
}

// A run is what a stream told.
type run struct {
	unleak.Report
	whole bool // it had a summary
}

func collect(messages iter.Seq[unleak.Message]) run {
	var r run
	for m := range messages {
		r.Add(m.Clean())
		r.whole = r.whole || m.Summary != nil
	}
	return r
}

// sorted returns the findings in the order of the report.
func (r *run) sorted() []*unleak.Finding {
	var findings []*unleak.Finding
	for i := range r.Findings {
		findings = append(findings, &r.Findings[i])
	}
	order := unleak.CompareFindings
	if r.Config.Command == "vet" { // the order of the source
		order = func(a, b *unleak.Finding) int { return cmp.Compare(b.Grade.Rank(), a.Grade.Rank()) }
	}
	slices.SortStableFunc(findings, order)
	return findings
}

func isSuspect(f *unleak.Finding) bool { return f.Grade.Rank() < unleak.Likely.Rank() }

// A printer writes to a buffer, which keeps the first error.
type printer struct {
	*bufio.Writer
	Options
	module  string // the user's, where known
	process bool   // a process was looked at, not a run of tests
	vet     bool   // source was looked at
	// defaultMax says that Max was not given.
	defaultMax bool
}

func newPrinter(w io.Writer, opts Options) *printer {
	defaultMax := opts.Max == 0
	if defaultMax {
		opts.Max = 20
	}
	if opts.Tests == 0 {
		opts.Tests = 5
	}
	if opts.More == "" {
		opts.More = "-max=-1"
	}
	if opts.Width <= 0 {
		opts.Width = 100
	}
	return &printer{Writer: bufio.NewWriter(w), Options: opts, defaultMax: defaultMax}
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

// findings writes each as a block, up to Max.
func (p *printer) findings(findings []*unleak.Finding, noun string) {
	blocks := p.blocks(findings)
	shown := limit(blocks, p.Max)
	for _, b := range shown {
		if p.vet {
			p.vetted(b)
		} else {
			p.finding(b)
		}
		p.line("")
	}
	var rest []*unleak.Finding
	for _, b := range blocks[len(shown):] {
		rest = append(rest, b.all...)
	}
	p.cut(rest, noun)
}

// suspects writes one line for each, under a heading that says what they are.
func (p *printer) suspects(suspects []*unleak.Finding) {
	if len(suspects) == 0 {
		return
	}
	if p.vet {
		p.line("%s advice; worth a look, no failure", p.paint(bold, "suspects:"))
		p.line("")
		p.findings(suspects, "suspect")
		return
	}
	if p.process {
		p.line("%s many, growing, or long in their wait; worth a look, no failure", p.paint(bold, "suspects:"))
		p.line("")
		p.findings(suspects, "suspect")
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
	p.line("and %s (%s) not shown; %s shows all", unleak.Plural(len(rest), "more "+noun), unleak.Plural(goroutines, "goroutine"), p.More)
	p.line("")
}

// losses writes what was not seen, equal messages once, and reports whether the
// run was seen whole.
func (p *printer) losses(r run) (complete bool) {
	complete = r.whole
	type said struct{ message, label string }
	var order []said
	packages := make(map[said][]string)
	for _, l := range r.Losses {
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
	if !r.whole {
		p.remark("not seen", "the run broke off before its summary, so findings may be missing; run it again.")
	}
	if r.Config.NoProof != "" {
		p.remark("note", "without the runtime's proof: "+r.Config.NoProof)
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
	s := r.Summary
	if !r.whole {
		s = tally(r.Findings)
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
func tally(findings []unleak.Finding) (s unleak.Summary) {
	for i := range findings {
		s.Count(&findings[i])
	}
	return s
}

// SPDX-License-Identifier: MIT

package html

import (
	"fmt"
	"html/template"
	"iter"
	"slices"

	"github.com/unleak/unleak"
)

// A page is what the template shows. What a stream has not stays empty, and its
// section does not appear.
type page struct {
	Title     string
	Policy    string
	Look      string
	Style     template.CSS
	Script    template.JS
	Live      template.JS
	Config    unleak.Config
	Facts     []fact
	Snapshots []unleak.Snapshot
	Taken     int // snapshots, of which Snapshots has some
	Grades    []grade
	Findings  int
	Causes    []unleak.CauseText
	Groups    *groups
	Rollups   []rollup
	Losses    []unleak.Loss
	Summary   string
	State     string // "clean", "leaks" or "unsure": the colour of the summary
	Cut       bool   // the stream had no summary
	Complete  bool   // nothing was lost that could hide a finding
}

// A grade is the findings of one grade.
type grade struct {
	Heading  string
	Findings []finding
}

// A finding is an unleak.Finding with its entry of the catalogue.
type finding struct {
	*unleak.Finding
	// Number tells the page's findings apart, from 0.
	Number int
	Entry  *unleak.CauseText
	// Grouped says that stacks of the finding stand among the groups.
	Grouped bool
}

// A rollup is an unleak.Rollup without its rare values: Rest is how many values
// those are, Others how many goroutines have one.
type rollup struct {
	unleak.Rollup
	Most, Rest, Others int
}

// A report is a stream taken apart.
type report struct {
	config    unleak.Config
	snapshots []unleak.Snapshot
	findings  []*unleak.Finding
	groups    []*unleak.Group
	rollups   []*unleak.Rollup
	losses    []unleak.Loss
	summary   *unleak.Summary // nil where the stream was cut
	complete  bool
}

func newReport(messages iter.Seq[unleak.Message]) *report {
	r := &report{complete: true}
	for m := range messages {
		switch m = m.Clean(); {
		case m.Config != nil:
			r.config = *m.Config
		case m.Snapshot != nil:
			r.snapshots = append(r.snapshots, *m.Snapshot)
		case m.Finding != nil:
			r.findings = append(r.findings, m.Finding)
		case m.Group != nil:
			r.groups = append(r.groups, m.Group)
		case m.Rollup != nil:
			r.rollups = append(r.rollups, m.Rollup)
		case m.Loss != nil:
			r.complete = r.complete && !m.Loss.Hides
			r.losses = append(r.losses, *m.Loss)
		case m.Summary != nil:
			r.summary = m.Summary
		}
	}
	r.complete = r.complete && r.summary != nil
	slices.SortStableFunc(r.findings, unleak.CompareFindings)
	return r
}

func newPage(messages iter.Seq[unleak.Message], opts Options) *page {
	r := newReport(messages)
	p := &page{
		Title: pageTitle(opts.Title, r), Policy: Policy(opts.Look != ""), Look: opts.Look,
		Style: template.CSS(part(pageStyle)), Script: template.JS(part(pageScript)),
		Config: r.config, Losses: r.losses, Findings: len(r.findings),
		Snapshots: thin(r.snapshots, maxSnapshots), Taken: len(r.snapshots),
		Cut: r.summary == nil, Complete: r.complete,
	}
	if opts.Look != "" {
		p.Live = template.JS(part(liveScript))
	}
	p.Groups = newGroups(r.groups, r.findings)
	p.sum(r)
	p.grade(r.findings)
	p.rollups(r.rollups)
	p.Facts = r.facts()
	return p
}

// maxSnapshots bounds the table of snapshots, and maxValues the values of one
// rollup.
const (
	maxSnapshots = 40
	maxValues    = 12
)

// pageTitle returns the title given, or one made of what was looked at.
func pageTitle(title string, r *report) string {
	if title != "" {
		return title
	}
	title = "unleak " + r.config.Command
	switch {
	case len(r.snapshots) > 0:
		title += ": " + r.snapshots[len(r.snapshots)-1].From
	case r.config.Module != "":
		title += ": " + r.config.Module
	}
	return title
}

// thin returns at most n elements of list in even steps, with the first and the
// last.
func thin[T any](list []T, n int) []T {
	if len(list) <= n {
		return list
	}
	kept := make([]T, n)
	for i := range kept {
		kept[i] = list[i*(len(list)-1)/(n-1)]
	}
	return kept
}

// grade sorts findings into grades, the surest first, and gathers the entries of
// the catalogue that they need.
func (p *page) grade(findings []*unleak.Finding) {
	p.Grades = []grade{{Heading: "Proven"}, {Heading: "Likely"}, {Heading: "Suspects: worth a look, no failure"}}
	for i, f := range findings {
		shown := finding{Finding: f, Number: i, Grouped: p.Groups.has(i)}
		if entry, ok := f.Cause.Text(); ok {
			shown.Entry = &entry
			if !slices.ContainsFunc(p.Causes, func(c unleak.CauseText) bool { return c.Cause == entry.Cause }) {
				p.Causes = append(p.Causes, entry)
			}
		}
		g := &p.Grades[min(unleak.Proven.Rank()-f.Grade.Rank(), len(p.Grades)-1)]
		g.Findings = append(g.Findings, shown)
	}
}

// rollups keeps each rollup's most frequent values.
func (p *page) rollups(rollups []*unleak.Rollup) {
	for _, r := range rollups {
		shown := rollup{Rollup: *r}
		shown.Values = r.Values[:min(len(r.Values), maxValues)]
		for _, v := range r.Values[len(shown.Values):] {
			shown.Rest++
			shown.Others += v.Count
		}
		for _, v := range shown.Values {
			shown.Most = max(shown.Most, v.Count)
		}
		p.Rollups = append(p.Rollups, shown)
	}
}

// sum writes the sentence at the top, from the findings where the stream was cut.
func (p *page) sum(r *report) {
	s := r.summary
	if s == nil {
		s = new(unleak.Summary)
		for _, f := range r.findings {
			s.Count(f)
		}
	}
	p.Summary = s.Sentence(p.Complete)
	switch {
	case s.Proven+s.Likely > 0:
		p.State = "leaks"
	case !p.Complete || s.Failed:
		p.State = "unsure"
	default:
		p.State = "clean"
	}
}

// place writes a frame's "file:line".
func place(f unleak.Frame) string {
	if f.File == "" || f.Line <= 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

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
	Room      string // how many goroutines there can be, and when
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

// Under lists who started the goroutines, where there is something to tell: of a
// dump there is not.
func (f finding) Under() []unleak.StarterCount {
	return slices.DeleteFunc(f.Starters(), func(s unleak.StarterCount) bool {
		return s.Package == "" && s.Test == "" && s.Worker == "" && s.Instance == "" && s.Version == ""
	})
}

// A rollup is an unleak.Rollup without its rare values: Rest is how many values
// those are, Others how many goroutines have one.
type rollup struct {
	unleak.Rollup
	Most, Rest, Others int
}

// newReport takes a stream apart. cut says that it has no summary.
func newReport(messages iter.Seq[unleak.Message]) (r *unleak.Report, cut bool) {
	r, cut = new(unleak.Report), true
	for m := range messages {
		r.Add(m.Clean())
		cut = cut && m.Summary == nil
	}
	slices.SortStableFunc(r.Findings, func(a, b unleak.Finding) int { return unleak.CompareFindings(&a, &b) })
	if cut {
		for i := range r.Findings {
			r.Summary.Count(&r.Findings[i])
		}
	}
	return r, cut
}

func newPage(messages iter.Seq[unleak.Message], opts Options) *page {
	r, cut := newReport(messages)
	p := &page{
		Title: pageTitle(opts.Title, r), Policy: Policy(opts.Look != ""), Look: opts.Look,
		Style: template.CSS(part(pageStyle)), Script: template.JS(part(pageScript)),
		Config: r.Config, Facts: facts(r), Losses: r.Losses, Findings: len(r.Findings),
		Snapshots: thin(r.Snapshots, maxSnapshots), Taken: len(r.Snapshots),
		Groups: newGroups(r.Groups, r.Findings), Cut: cut, Complete: !cut && !r.Hides(),
	}
	if opts.Look != "" {
		p.Live = template.JS(part(liveScript))
	}
	if f := r.Summary.Forecast; f != nil {
		p.Room = f.Text(r.Summary.Total)
	}
	p.Summary, p.State = r.Summary.Sentence(p.Complete), p.state(&r.Summary)
	p.grade(r.Findings)
	p.rollups(r.Rollups)
	return p
}

// maxSnapshots bounds the table of snapshots, and maxValues the values of one
// rollup.
const (
	maxSnapshots = 40
	maxValues    = 12
)

// pageTitle returns the title given, or one made of what was looked at.
func pageTitle(title string, r *unleak.Report) string {
	if title != "" {
		return title
	}
	title = "unleak " + r.Config.Command
	switch {
	case len(r.Snapshots) > 0:
		title += ": " + r.Snapshots[len(r.Snapshots)-1].From
	case r.Config.Module != "":
		title += ": " + r.Config.Module
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
func (p *page) grade(findings []unleak.Finding) {
	p.Grades = []grade{{Heading: "Proven"}, {Heading: "Likely"}, {Heading: "Suspects: worth a look, no failure"}}
	for i := range findings {
		f := &findings[i]
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
func (p *page) rollups(rollups []unleak.Rollup) {
	for _, r := range rollups {
		shown := rollup{Rollup: r}
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

// state returns what colours the sentence at the top.
func (p *page) state(s *unleak.Summary) string {
	switch {
	case s.Proven+s.Likely > 0:
		return "leaks"
	case !p.Complete || s.Failed:
		return "unsure"
	}
	return "clean"
}

// place writes a frame's "file:line".
func place(f unleak.Frame) string {
	if f.File == "" || f.Line <= 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

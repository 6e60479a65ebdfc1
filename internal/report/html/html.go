// SPDX-License-Identifier: MIT

// Package html writes findings as one self-contained page: it loads nothing, and
// its policy forbids it to.
package html

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // for the page's parts
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"iter"
	"slices"

	"github.com/unleak/unleak"
)

// Options says what the page is called.
type Options struct {
	// Title is the page's title; "" means one made of the command and module.
	Title string
}

//go:embed page.tmpl
var pageText string

//go:embed page.css
var style string

//go:embed page.js
var script string

// Write writes the page once the stream has ended.
func Write(w io.Writer, messages iter.Seq[unleak.Message], opts Options) error {
	// Parsed here and not when the program starts: few runs write a page.
	page, err := template.New("page").Funcs(template.FuncMap{"plural": unleak.Plural, "place": place}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("html report: %w", err)
	}
	b := bufio.NewWriter(w)
	if err := page.Execute(b, newPage(messages, opts)); err != nil {
		return fmt.Errorf("html report: %w", err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("html report: %w", err)
	}
	return nil
}

// A page is what the template shows.
type page struct {
	Title    string
	Policy   string
	Style    template.CSS
	Script   template.JS
	Config   unleak.Config
	Groups   []group
	Losses   []unleak.Loss
	Summary  string
	State    string // "clean", "leaks" or "unsure": the colour of the summary
	Findings int
	Cut      bool // the stream had no summary
	Complete bool // nothing was lost that could hide a finding
}

// A group is the findings of one grade.
type group struct {
	Grade    unleak.Grade
	Heading  string
	Findings []finding
}

// A finding is an unleak.Finding with its entry of the catalogue.
type finding struct {
	*unleak.Finding
	Entry *unleak.CauseText
}

func newPage(messages iter.Seq[unleak.Message], opts Options) *page {
	p := &page{Title: opts.Title, Style: template.CSS(style), Script: template.JS(script), Policy: policy()}
	var findings []*unleak.Finding
	var summary *unleak.Summary
	p.Complete = true
	for m := range messages {
		switch m = m.Clean(); {
		case m.Config != nil:
			p.Config = *m.Config
		case m.Finding != nil:
			findings = append(findings, m.Finding)
		case m.Loss != nil:
			p.Complete = p.Complete && !m.Loss.Hides
			p.Losses = append(p.Losses, *m.Loss)
		case m.Summary != nil:
			summary = m.Summary
		}
	}
	if p.Title == "" {
		p.Title = "unleak " + p.Config.Command
		if p.Config.Module != "" {
			p.Title += ": " + p.Config.Module
		}
	}
	p.Findings = len(findings)
	p.Cut = summary == nil
	p.Complete = p.Complete && !p.Cut
	p.groups(findings)
	p.sum(findings, summary)
	return p
}

// groups sorts findings into grades, the surest first.
func (p *page) groups(findings []*unleak.Finding) {
	slices.SortStableFunc(findings, unleak.CompareFindings)
	p.Groups = []group{
		{Grade: unleak.Proven, Heading: "Proven"},
		{Grade: unleak.Likely, Heading: "Likely"},
		{Grade: unleak.Suspect, Heading: "Suspects: worth a look, no failure"},
	}
	for _, f := range findings {
		shown := finding{Finding: f}
		if entry, ok := f.Cause.Text(); ok {
			shown.Entry = &entry
		}
		g := &p.Groups[min(unleak.Proven.Rank()-f.Grade.Rank(), len(p.Groups)-1)]
		g.Findings = append(g.Findings, shown)
	}
}

// sum writes the sentence at the top, from the findings where the stream was cut.
func (p *page) sum(findings []*unleak.Finding, s *unleak.Summary) {
	if s == nil {
		s = new(unleak.Summary)
		for _, f := range findings {
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

// policy is the page's Content-Security-Policy: this style sheet, this script,
// and nothing else from anywhere.
func policy() string {
	return fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", digest(style), digest(script))
}

// digest writes a source as a policy names it (CSP level 3, hash-source).
func digest(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// place writes a frame's "file:line".
func place(f unleak.Frame) string {
	if f.File == "" || f.Line <= 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

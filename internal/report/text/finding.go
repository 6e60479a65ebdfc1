// SPDX-License-Identifier: MIT

package text

import (
	"fmt"
	"path"
	"strings"

	"github.com/unleak/unleak"
)

// finding writes one finding:
//
//	proven  6 goroutines  chan send  m/all.go:14  in m.all.func1
//	  a send that nobody receives (unleak explain chan-send)
//
//	    14 | answers <- query()
//
//	  started  m/all.go:13 by m.all
//	  tests    m: TestAll (4), TestAll/one (2)
//	  proof    the runtime proved that nothing can end this wait
//	  why      ...
//	  fix      ...
func (p *printer) finding(b block) {
	f := &b.Finding
	p.line("%s", strings.Join(p.headline(f), "  "))
	if text, ok := f.Cause.Text(); ok {
		p.line("  %s %s", text.Title, p.paint(faint, "(unleak explain "+string(f.Cause)+")"))
	} else if f.Cause != "" {
		p.line("  %s", f.Cause)
	}
	p.source(f)
	p.origin(b.all)
	p.cost(f)
	p.evidence(f)
	if f.Schedule != nil {
		p.field("steps", false, "in the source, one way that leads there:")
		p.schedule(f, indent)
	}
	p.field("why", false, f.Explanation)
	for i, fix := range f.Fixes {
		title := fix.Title
		if i > 0 {
			title = "or: " + title
		}
		p.field("fix", i > 0, title)
		if i == 0 || p.Verbose {
			p.edits(fix.Edits)
		}
	}
	if p.Verbose {
		p.field("key", false, f.Key)
		p.stack(f)
	}
}

// details writes beneath a suspect's line what a finding shows, with Verbose.
func (p *printer) details(f *unleak.Finding) {
	p.origin([]*unleak.Finding{f})
	p.evidence(f)
	p.field("why", false, f.Explanation)
	p.field("key", false, f.Key)
	p.stack(f)
}

// evidence says who started the goroutines, and how that was seen.
func (p *printer) evidence(f *unleak.Finding) {
	for _, s := range p.starters(f.Starters(), "tests") {
		p.field(s.label, s.label == "", s.text)
	}
	for i, reason := range append(f.Reasons(), f.Notes()...) {
		p.field(reasonLabel(f.Grade), i > 0, reason)
	}
	for _, s := range p.starters(f.Others(), "suspect") {
		p.field(s.label, s.label == "", s.text)
	}
}

func (p *printer) headline(f *unleak.Finding) []string {
	color := yellow
	if f.Grade == unleak.Proven {
		color = red
	}
	parts := []string{p.paint(bold+color, string(f.Grade)), p.paint(bold, unleak.Plural(f.Count, "goroutine")), p.paint(bold, string(f.Wait))}
	if at := p.place(f.Blocked); at != "" {
		parts = append(parts, p.paint(bold, at))
	}
	if f.Blocked.Func != "" {
		parts = append(parts, "in "+p.function(f.Blocked))
	}
	return parts
}

// suspect returns the columns of a suspect's line.
func (p *printer) suspect(f *unleak.Finding) []string {
	columns := p.headline(f)[1:]
	if names := testNames(f); len(names) > 0 {
		columns = append(columns, p.paint(faint, "("+listed(names, 1)+")"))
	}
	return columns
}

// testNames lists the tests that started f's goroutines.
func testNames(f *unleak.Finding) []string {
	var names []string
	for _, s := range f.Starters() {
		switch {
		case s.Test != "":
			names = append(names, clip(s.Test))
		case s.Worker != "":
			names = append(names, "a worker of "+clip(s.Worker))
		}
	}
	return names
}

// source shows the line of the wait, or of the user's call that led to it.
func (p *printer) source(f *unleak.Finding) {
	frame := f.Blocked
	if f.Own != nil && f.Own.Text != "" {
		frame = *f.Own
	}
	if frame.Text != "" {
		p.line("")
		p.line("  %6d | %s", frame.Line, clip(frame.Text))
		p.line("")
	}
}

// origin writes where the user's own code stands on the stack, and where the
// goroutines were started.
func (p *printer) origin(findings []*unleak.Finding) {
	if own := findings[0].Own; own != nil {
		p.field("called", false, joined(p.place(*own), "in "+p.function(*own)))
	}
	var starts []string
	for _, f := range findings {
		if f.Created != nil && !f.Created.IsZero() {
			starts = append(starts, joined(p.place(*f.Created), "by "+p.function(*f.Created)))
		}
	}
	shown := limit(starts, p.Tests)
	for i, start := range shown {
		p.field("started", i > 0, start)
	}
	if rest := len(starts) - len(shown); rest > 0 {
		p.field("started", true, "and in "+unleak.Plural(rest, "more place"))
	}
	for _, c := range findings[0].Creators {
		p.field("started", true, "from "+joined(p.place(c), "by "+p.function(c)))
	}
}

func joined(at, function string) string {
	if at == "" {
		return function
	}
	return at + " " + function
}

func reasonLabel(g unleak.Grade) string {
	if g == unleak.Proven {
		return "proof"
	}
	return "signs"
}

// maxEditLines bounds how much of a fix is shown without Verbose.
const maxEditLines = 6

// edits writes changes as "file:line" and the new lines.
func (p *printer) edits(edits []unleak.Edit) {
	left := maxEditLines
	for i, e := range edits {
		lines := strings.Split(strings.TrimRight(e.New, "\n"), "\n")
		if left -= len(lines); left < 0 && !p.Verbose {
			p.field("fix", true, "(and "+unleak.Plural(len(edits)-i, "more edit")+")")
			return
		}
		at := p.place(unleak.Frame{File: e.File, Line: e.Line})
		switch {
		case e.New == "":
			p.line("%s%s", indent, p.paint(faint, fmt.Sprintf("%s: delete %s", at, unleak.Plural(e.End-e.Line+1, "line"))))
			continue
		case e.End < e.Line:
			at += ": insert"
		default:
			at += ": change to"
		}
		p.line("%s%s", indent, p.paint(faint, at))
		for _, line := range lines {
			p.line("%s%s", indent, p.paint(green, "+ "+clip(line)))
		}
	}
}

// stack writes the frames as a traceback has them.
func (p *printer) stack(f *unleak.Finding) {
	for i, frame := range f.Stack {
		text := clip(frame.Func)
		if at := p.place(frame); at != "" {
			text += "  " + p.paint(faint, at)
		}
		p.plainField("stack", i > 0, text)
	}
}

// place writes a frame's "file:line". Without Verbose, a file of the standard
// library or the module cache is named from its package or module on.
func (p *printer) place(f unleak.Frame) string {
	file := f.File
	if !p.Verbose {
		file = shortFile(f)
	}
	if file == "" || f.Line <= 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, f.Line)
}

func shortFile(f unleak.Frame) string {
	if f.File == "" || f.Local() {
		return f.File
	}
	file := strings.ReplaceAll(f.File, `\`, "/")
	if _, module, ok := strings.Cut(file, "/pkg/mod/"); ok {
		return module
	}
	if pkg := f.Package(); unleak.IsStandard(pkg) {
		return path.Join(pkg, path.Base(file))
	}
	return f.File
}

// function names a frame's function; without Verbose from its package's name on,
// since the file beside it tells the rest.
func (p *printer) function(f unleak.Frame) string {
	if p.Verbose {
		return clip(f.Func)
	}
	return clip(unleak.ShortFunc(f.Func))
}

// pkg names a package: without Verbose, one of the user's module by its folder.
func (p *printer) pkg(importPath string) string {
	if p.Verbose || p.module == "" {
		return importPath
	}
	if importPath == p.module {
		return unleak.ShortPackage(importPath)
	}
	return strings.TrimPrefix(importPath, p.module+"/")
}

// SPDX-License-Identifier: MIT

package text

import (
	"fmt"
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
func (p *printer) finding(f *unleak.Finding) {
	p.line("%s", strings.Join(p.headline(f), "  "))
	if text, ok := f.Cause.Text(); ok {
		p.line("  %s %s", text.Title, p.paint(faint, "(unleak explain "+string(f.Cause)+")"))
	} else if f.Cause != "" {
		p.line("  %s", f.Cause)
	}
	p.source(f)
	p.origin(f)
	for i, s := range p.starters(f) {
		p.field(s.label, i > 0 && s.label == "", s.text)
	}
	p.field(reasonLabel(f.Grade), false, strings.Join(f.Reasons(), "; "))
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

func (p *printer) headline(f *unleak.Finding) []string {
	color := yellow
	if f.Grade == unleak.Proven {
		color = red
	}
	parts := []string{p.paint(bold+color, string(f.Grade)), p.paint(bold, plural(f.Count, "goroutine")), p.paint(bold, string(f.Wait))}
	if at := place(f.Blocked); at != "" {
		parts = append(parts, p.paint(bold, at))
	}
	if f.Blocked.Func != "" {
		parts = append(parts, "in "+clip(f.Blocked.Func))
	}
	return parts
}

// suspect returns the columns of a suspect's line.
func (p *printer) suspect(f *unleak.Finding) []string {
	columns := p.headline(f)[1:]
	who := p.starters(f)
	if len(who) > 0 {
		column := who[0].text
		if len(who) > 1 {
			column += fmt.Sprintf(" and %s", plural(len(who)-1, "more package"))
		}
		columns = append(columns, p.paint(faint, column))
	}
	if reasons := f.Reasons(); len(reasons) > 0 {
		columns = append(columns, p.paint(faint, strings.Join(reasons, "; ")))
	}
	return columns
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
func (p *printer) origin(f *unleak.Finding) {
	if f.Own != nil {
		p.field("called", false, joined(place(*f.Own), "in "+clip(f.Own.Func)))
	}
	if f.Created != nil && !f.Created.IsZero() {
		p.field("started", false, joined(place(*f.Created), "by "+clip(f.Created.Func)))
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
			p.field("fix", true, "(and "+plural(len(edits)-i, "more edit")+")")
			return
		}
		at := place(unleak.Frame{File: e.File, Line: e.Line})
		switch {
		case e.New == "":
			p.line("%s%s", indent, p.paint(faint, fmt.Sprintf("%s: delete %s", at, plural(e.End-e.Line+1, "line"))))
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
		if at := place(frame); at != "" {
			text += "  " + p.paint(faint, at)
		}
		p.plainField("stack", i > 0, text)
	}
}

// place writes a frame's "file:line".
func place(f unleak.Frame) string {
	if f.File == "" || f.Line <= 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

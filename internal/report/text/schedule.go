// SPDX-License-Identifier: MIT

package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/unleak/unleak"
)

// vetted writes a finding of source in the manner of go vet, with the steps that
// lead there:
//
//	m/all.go:14:15: chan-send: 2 of 3 goroutines block for ever on ch <- q()  [likely]
//	    1  all           ch = make(chan int)                   m/all.go:12
//	    2  all           go func() ×3                          m/all.go:14
//	    3  func1 #1      ch <- q()            meets 4          m/all.go:14
//	    4  all           <-ch                 returns          m/all.go:16
//	    5  func1 #2, #3  ch <- q()            nobody receives  m/all.go:14  ← stuck
//	    fix: make(chan int, 3)
func (p *printer) vetted(b block) {
	f := &b.Finding
	source := f.Blocked
	if f.Own != nil {
		source = *f.Own
	}
	at := p.place(source)
	if source.Line > 0 && source.Column > 0 {
		at += ":" + strconv.Itoa(source.Column)
	}
	color := yellow
	if f.Grade == unleak.Proven {
		color = red
	}
	what, grade, _ := strings.Cut(f.Diagnosis(), "  [")
	p.line("%s %s", p.paint(bold, at+":"), clip(what)+p.paint(color, "  ["+grade))
	p.excerpt(source)
	p.schedule(f, "    ")
	if f.Schedule == nil && f.Created != nil && !f.Created.IsZero() {
		p.indented("started", joined(p.place(*f.Created), "by "+p.function(*f.Created)))
	}
	if f.Schedule == nil || p.Verbose {
		p.indented("why", f.Explanation)
	}
	p.remedies(f)
	if p.Verbose {
		p.indented("key", f.Key)
	}
}

// remedies writes what to change: of several fixes the first, with Verbose all and
// their edits; where none is known for this code, what helps as a rule.
func (p *printer) remedies(f *unleak.Finding) {
	fixes := f.Fixes
	if len(fixes) == 0 {
		if text, ok := f.Cause.Text(); ok && len(text.Remedies) > 0 {
			p.indented("fix", fmt.Sprintf("%s (unleak explain %s)", text.Remedies[0], f.Cause))
		}
		return
	}
	for i, fix := range fixes {
		label := "fix"
		if i > 0 {
			label = "or"
		}
		p.indented(label, fix.Title)
		if !p.Verbose {
			return
		}
		p.edits(fix.Edits)
	}
}

// indented writes a label and a text beneath a vetted finding.
func (p *printer) indented(label, text string) {
	if text != "" {
		p.wrapped("    "+p.paint(faint, label+":")+" ", 6+len(label), text)
	}
}

// Of a long schedule the middle is left out without Verbose: how it begins and how
// it ends tell most.
const (
	maxSteps   = 16
	firstSteps = 5
)

// schedule writes the steps in columns.
func (p *printer) schedule(f *unleak.Finding, margin string) {
	if f.Schedule == nil {
		return
	}
	var rows [][]string
	for i := range f.Schedule.Steps {
		s := &f.Schedule.Steps[i]
		rows = append(rows, []string{strconv.Itoa(i + 1), clipTo(s.Goroutine, 32), clipTo(s.Action(), 56), clipTo(s.Remark(), 32), p.place(s.At)})
	}
	var widths [5]int
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	left := len(rows) - maxSteps
	for i, row := range rows {
		if left > 0 && !p.Verbose && i >= firstSteps && i < firstSteps+left {
			if i == firstSteps {
				p.line("%s%s", margin, p.paint(faint, fmt.Sprintf("... %s; -stacks shows all", unleak.Plural(left, "more step"))))
			}
			continue
		}
		p.line("%s", p.step(row, widths, margin, f.Schedule.Steps[i].Stuck))
	}
}

// step writes one row. Columns that are empty in all rows take no room.
func (p *printer) step(row []string, widths [5]int, margin string, stuck bool) string {
	var b strings.Builder
	b.WriteString(margin)
	for i, cell := range row {
		if widths[i] == 0 {
			continue
		}
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		switch {
		case i == 0:
			b.WriteString(pad + p.paint(faint, cell) + "  ")
		case i == len(row)-1 && !stuck:
			b.WriteString(p.paint(faint, cell))
		default:
			b.WriteString(cell + pad + "  ")
		}
	}
	if stuck {
		b.WriteString(p.paint(yellow, "← stuck"))
	}
	return strings.TrimRight(b.String(), " ")
}

// clipTo shortens a text that would push all others to the right.
func clipTo(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// printable writes a line of source with four columns for a tab, and nothing that a
// terminal would obey.
func printable(s string) string {
	s = strings.ReplaceAll(strings.TrimRight(s, "\r\n"), "\t", "    ")
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf) {
			return -1
		}
		return r
	}, s)
}

// excerpt shows the source around a place.
func (p *printer) excerpt(at unleak.Frame) {
	if p.Source == nil {
		return
	}
	first, lines := p.Source(at)
	for i, text := range lines {
		mark := " "
		if first+i == at.Line {
			mark = ">"
		}
		p.line("  %s%6d | %s", mark, first+i, clip(printable(text)))
	}
}

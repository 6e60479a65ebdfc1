// SPDX-License-Identifier: MIT

package text

import (
	"strings"
	"unicode/utf8"

	"github.com/unleak/unleak"
)

// The escape sequences of colours. They may be joined.
const (
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

func (p *printer) paint(color, s string) string {
	if !p.Color || s == "" {
		return s
	}
	return color + s + reset
}

// indent is as wide as a field's margin and label.
const indent = "           "

// field writes a label and a text that is broken at Width; with again set the
// label is left out.
func (p *printer) field(label string, again bool, text string) {
	if text != "" {
		p.wrapped(p.label(label, again), len(indent), text)
	}
}

// plainField is field for a text that is never broken.
func (p *printer) plainField(label string, again bool, text string) {
	p.line("%s%s", p.label(label, again), text)
}

func (p *printer) label(label string, again bool) string {
	if again || label == "" {
		return indent
	}
	return "  " + p.paint(faint, label) + strings.Repeat(" ", max(1, len(indent)-2-len(label)))
}

// wrapped writes text behind a head that takes margin columns, and breaks it
// between words where it would pass Width.
func (p *printer) wrapped(head string, margin int, text string) {
	p.WriteString(head)
	column := margin
	for i, word := range strings.Fields(text) {
		width := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+width > p.Width:
			p.WriteString("\n" + strings.Repeat(" ", margin))
			column = margin
		default:
			p.WriteByte(' ')
			column++
		}
		p.WriteString(word)
		column += width
	}
	p.WriteByte('\n')
}

// maxText is the greatest length of a name or a source line. Names that a
// generator or an attacker wrote have no bound of their own.
const maxText = 300

func clip(s string) string {
	if utf8.RuneCountInString(s) <= maxText {
		return s
	}
	return string([]rune(s)[:maxText]) + "..."
}

// limit returns the first n elements; all for a negative n.
func limit[T any](s []T, n int) []T {
	if n < 0 || n >= len(s) {
		return s
	}
	return s[:n]
}

// listed writes "a, b and 3 more".
func listed(names []string, n int) string {
	shown := limit(names, n)
	list := strings.Join(shown, ", ")
	if rest := len(names) - len(shown); rest > 0 {
		list += " and " + unleak.Number(rest) + " more"
	}
	return list
}

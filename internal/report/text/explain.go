// SPDX-License-Identifier: MIT

package text

import (
	"fmt"
	"io"
	"strings"

	"github.com/unleak/unleak"
)

// An UnknownCauseError is the error for a cause that the catalogue has not.
type UnknownCauseError struct{ Cause unleak.Cause }

func (e *UnknownCauseError) Error() string {
	return fmt.Sprintf("no cause %q; run unleak explain without an argument for the list", string(e.Cause))
}

// Explain writes the catalogue's entry of one cause. The error is an
// *UnknownCauseError if there is none.
func Explain(w io.Writer, cause unleak.Cause, opts Options) error {
	entry, ok := cause.Text()
	if !ok {
		return &UnknownCauseError{cause}
	}
	p := newPrinter(w, opts)
	p.line("%s: %s", p.paint(bold, string(entry.Cause)), entry.Title)
	p.line("")
	p.wrapped("  ", 2, entry.Meaning)
	p.line("")
	p.line("%s", p.paint(bold, "What to do"))
	for _, remedy := range entry.Remedies {
		p.wrapped("  - ", 4, remedy)
	}
	p.code("Before", entry.Before)
	p.code("After", entry.After)
	return p.flush("explain")
}

// code writes a heading and code with four columns for a tab.
func (p *printer) code(heading, code string) {
	p.line("\n%s", p.paint(bold, heading))
	for line := range strings.SplitSeq(strings.TrimRight(code, "\n"), "\n") {
		line = strings.ReplaceAll(line, "\t", "    ")
		p.line("%s", strings.TrimRight("    "+line, " "))
	}
}

// List writes all causes with their titles, one a line.
func List(w io.Writer, opts Options) error {
	p := newPrinter(w, opts)
	width := 0
	for _, entry := range unleak.Causes() {
		width = max(width, len(entry.Cause))
	}
	for _, entry := range unleak.Causes() {
		name := string(entry.Cause)
		p.line("%s%s  %s", p.paint(bold, name), strings.Repeat(" ", width-len(name)), entry.Title)
	}
	return p.flush("explain")
}

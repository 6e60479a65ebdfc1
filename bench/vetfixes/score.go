// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// A score is what the analysis made of one fix.
type score struct {
	fix           fix
	before, after side
}

// found returns the report of the leak in the version before: one at an operation
// that the fix names.
func (s score) found() (report, bool) {
	for _, r := range s.before.reports {
		if r.File == s.fix.File && slices.Contains(s.fix.Lines, r.Line) {
			return r, true
		}
	}
	return report{}, false
}

// alarm returns a report in the version after, in a function whose operations the
// fix names: the mend is not seen.
func (s score) alarm() (report, bool) {
	for _, r := range s.after.reports {
		if r.File == s.fix.File && slices.Contains(s.before.functions, r.function) {
			return r, true
		}
	}
	return report{}, false
}

// others counts the reports that are about something else.
func (s score) others() (before, after int) {
	for _, r := range s.before.reports {
		if r.File != s.fix.File || !slices.Contains(s.before.functions, r.function) {
			before++
		}
	}
	for _, r := range s.after.reports {
		if r.File != s.fix.File || !slices.Contains(s.before.functions, r.function) {
			after++
		}
	}
	return before, after
}

// outcome says in a few words what happened before and after.
func (s score) outcome() (before, after string) {
	switch r, ok := s.found(); {
	case s.before.err != nil:
		before = "not analysed"
	case ok:
		before = fmt.Sprintf("found at line %d", r.Line)
	default:
		before = "missed"
	}
	switch r, ok := s.alarm(); {
	case s.after.err != nil:
		after = "not analysed"
	case ok:
		after = fmt.Sprintf("alarm at line %d", r.Line)
	default:
		after = "silent"
	}
	return before, after
}

func (s score) print(w io.Writer, verbose bool) {
	before, after := s.outcome()
	moreBefore, moreAfter := s.others()
	fmt.Fprintf(w, "%s %s: %s (%.1f s, %d other reports); %s: %s (%.1f s, %d other reports)\n",
		s.fix.Module, s.before.version, before, s.before.took.Seconds(), moreBefore,
		s.after.version, after, s.after.took.Seconds(), moreAfter)
	for _, side := range []side{s.before, s.after} {
		if side.err != nil {
			fmt.Fprintf(w, "\t%s: %v\n", side.version, side.err)
		}
		if verbose {
			for _, r := range side.reports {
				fmt.Fprintf(w, "\t%s: %v\n", side.version, r)
			}
		}
	}
}

// total counts. A leak counts as found and mended only where the version before
// is found and the version after was analysed and is silent.
func total(scores []score) string {
	var found, mended int
	for _, s := range scores {
		if _, ok := s.found(); ok {
			found++
			if _, alarm := s.alarm(); !alarm && s.after.err == nil {
				mended++
			}
		}
	}
	return fmt.Sprintf("%d of %d are found in the version before; %d of these are silent in the version after.", found, len(scores), mended)
}

const (
	begin = "<!-- The table is written by: go run ./bench/vetfixes -->\n"
	end   = "<!-- end of the table -->\n"
)

// writeTable puts the table between the two marks of the document.
func writeTable(name string, scores []score) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s lacks the line %q or %q", name, begin, end)
	}
	return os.WriteFile(name, []byte(before+begin+table(scores)+end+after), 0o644)
}

func table(scores []score) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", total(scores))
	b.WriteString("| module | before, after | place | what waits | what the fix did | before | after | why it is missed |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|\n")
	for _, s := range scores {
		before, after := s.outcome()
		reason := s.fix.Reason
		if _, ok := s.found(); ok {
			reason = ""
		}
		fmt.Fprintf(&b, "| [%s](%s) | %s, %s | %s | %s | %s | %s | %s | %s |\n",
			s.fix.Module, s.fix.Link, s.fix.Before, s.fix.After, s.fix.place(), s.fix.Wait, s.fix.Fix, before, after, reason)
	}
	return b.String()
}

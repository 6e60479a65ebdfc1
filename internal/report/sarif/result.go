// SPDX-License-Identifier: MIT

package sarif

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/unleak/unleak"
)

func newResult(f *unleak.Finding, rule int, opts Options) result {
	r := result{
		RuleID:       string(f.Cause),
		RuleIndex:    rule,
		Level:        level(f.Grade),
		Message:      message{Text: text(f)},
		Occurrences:  max(f.Count, 1),
		Fingerprints: map[string]string{"unleakKey/v1": f.Key},
		Properties:   resultProperties{Grade: f.Grade, Wait: f.Wait, Goroutines: f.Count},
	}
	// A result without a place of its own tells of the whole run: the schema
	// allows an empty list, and viewers show it.
	r.Locations = []location{}
	if l, ok := newLocation(f.Place(), opts); ok {
		r.Locations = append(r.Locations, l)
	}
	if f.Created != nil {
		if l, ok := newLocation(*f.Created, opts); ok {
			l.ID = 1
			l.Message = &message{Text: "started here by " + f.Created.Func}
			r.Related = append(r.Related, l)
		}
	}
	if len(f.Stack) > 0 {
		s := stack{Message: message{Text: string(f.Wait)}}
		for _, frame := range f.Stack {
			l, _ := newLocation(frame, opts)
			l.Logical = []logicalLocation{{FullyQualifiedName: frame.Func, Kind: "function"}}
			s.Frames = append(s.Frames, stackFrame{Location: l})
		}
		r.Stacks = []stack{s}
	}
	if f.Schedule != nil {
		r.Flows = []codeFlow{flow(f.Schedule, opts)}
	}
	for _, fix := range f.Fixes {
		if changed := changes(fix, opts); len(changed) > 0 {
			r.Fixes = append(r.Fixes, sarifFix{Description: message{Text: fix.Title}, Changes: changed})
		}
	}
	return r
}

// flow writes a schedule goroutine by goroutine, in the order in which they first
// take a step.
func flow(s *unleak.Schedule, opts Options) codeFlow {
	c := codeFlow{Message: message{Text: "A schedule that ends with goroutines stuck."}}
	index := make(map[string]int)
	for i := range s.Steps {
		step := &s.Steps[i]
		n, ok := index[step.Goroutine]
		if !ok {
			n = len(c.Threads)
			index[step.Goroutine] = n
			c.Threads = append(c.Threads, threadFlow{ID: step.Goroutine})
		}
		l, _ := newLocation(step.At, opts)
		l.Message = &message{Text: fmt.Sprintf("%d  %s", i+1, step.Text())}
		c.Threads[n].Locations = append(c.Threads[n].Locations, flowStep{Location: l, Order: i + 1})
	}
	return c
}

func level(g unleak.Grade) string {
	switch g {
	case unleak.Proven:
		return "error"
	case unleak.Likely:
		return "warning"
	}
	return "note"
}

// text says what was found, who started it, why, and what to do.
func text(f *unleak.Finding) string {
	parts := []string{f.Headline() + "."}
	if f.Created != nil {
		parts = append(parts, fmt.Sprintf("Started by %s.", f.Created.Func))
	}
	if tests := f.TestCounts(); len(tests) > 0 {
		parts = append(parts, "Under "+strings.Join(tests, ", ")+".")
	}
	if f.Explanation != "" {
		parts = append(parts, f.Explanation)
	}
	for i, fix := range f.Fixes {
		parts = append(parts, []string{"Fix: ", "Or: "}[min(i, 1)]+fix.Title+".")
	}
	return strings.Join(parts, " ")
}

// newLocation makes the location of a frame that has a file.
func newLocation(f unleak.Frame, opts Options) (location, bool) {
	if f.File == "" {
		return location{}, false
	}
	l := location{Physical: &physicalLocation{Artifact: artifact(f, opts)}}
	if f.Line > 0 {
		l.Physical.Region = &region{StartLine: f.Line}
		if f.Text != "" && isASCII(f.Text) { // else bytes are not UTF-16 code units
			l.Physical.Region.StartColumn = f.Column
		}
		if f.Text != "" {
			l.Physical.Region.Snippet = &content{Text: f.Text}
		}
	}
	return l, true
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// artifact names a file by a URI: relative to %SRCROOT% where it is the module's,
// else absolute.
func artifact(f unleak.Frame, opts Options) artifactLocation {
	file := strings.ReplaceAll(f.File, `\`, "/")
	if f.Local() {
		return artifactLocation{URI: relativeURI(path.Join(opts.Dir, file)), Base: srcRoot}
	}
	host := ""
	if rest, ok := strings.CutPrefix(file, "//"); ok { // a Windows share
		host, file, _ = strings.Cut(rest, "/")
	}
	return artifactLocation{URI: (&url.URL{Scheme: "file", Host: host, Path: "/" + strings.TrimPrefix(file, "/")}).String()}
}

// relativeURI escapes a relative path; a colon in its first element must not
// read as a scheme.
func relativeURI(file string) string { return (&url.URL{Path: file}).String() }

// changes groups a fix's edits by file.
func changes(fix unleak.Fix, opts Options) []change {
	var list []change
	index := make(map[string]int)
	for _, e := range fix.Edits {
		i, ok := index[e.File]
		if !ok {
			i = len(list)
			index[e.File] = i
			list = append(list, change{Artifact: artifact(unleak.Frame{File: e.File}, opts)})
		}
		list[i].Replacements = append(list[i].Replacements, newReplacement(e))
	}
	return list
}

// newReplacement replaces whole lines: from the start of the first to the start
// of the line after the last. An insertion replaces nothing before its line.
func newReplacement(e unleak.Edit) replacement {
	r := replacement{Deleted: region{StartLine: e.Line, StartColumn: 1, EndLine: max(e.End+1, e.Line), EndColumn: 1}}
	if e.New != "" {
		r.Inserted = &content{Text: strings.TrimSuffix(e.New, "\n") + "\n"}
	}
	return r
}

// SPDX-License-Identifier: MIT

// Package github writes findings as workflow commands, which GitHub shows beside
// the lines of a change: proven ones as errors, likely ones as warnings, suspects
// as notices. GitHub shows ten of each for a step; the log has them all.
package github

import (
	"fmt"
	"io"
	"iter"
	"path"
	"strconv"
	"strings"

	"github.com/unleak/unleak"
)

// Options says where the module lies.
type Options struct {
	// Dir is the module's folder relative to the repository's root, with
	// slashes; "" where they are the same.
	Dir string
}

// Write writes a command for each finding and loss as it comes, and a line that
// sums up.
func Write(w io.Writer, messages iter.Seq[unleak.Message], opts Options) error {
	complete, ended := true, false
	for m := range messages {
		var line string
		switch m = m.Clean(); {
		case m.Config != nil && m.Config.NoProof != "":
			line = command("notice", "unleak", "without the runtime's proof: "+m.Config.NoProof)
		case m.Finding != nil:
			line = finding(m.Finding, opts)
		case m.Loss != nil:
			complete = complete && !m.Loss.Hides
			line = loss(m.Loss)
		case m.Summary != nil:
			ended = true
			line = "unleak: " + m.Summary.Sentence(complete)
		default:
			continue
		}
		if err := put(w, line); err != nil {
			return err
		}
	}
	if ended {
		return nil
	}
	return put(w, command("warning", notAll, "The run broke off before its summary, so findings may be missing. Run it again."))
}

func put(w io.Writer, line string) error {
	if _, err := fmt.Fprintln(w, line); err != nil {
		return fmt.Errorf("github report: %w", err)
	}
	return nil
}

// notAll is the title of what could hide a finding.
const notAll = "unleak did not see everything"

// command writes a workflow command that has no place.
func command(name, title, message string) string {
	return fmt.Sprintf("::%s title=%s::%s", name, escapeProperty(title), escape(message))
}

func finding(f *unleak.Finding, opts Options) string {
	name := "notice"
	switch f.Grade {
	case unleak.Proven:
		name = "error"
	case unleak.Likely:
		name = "warning"
	}
	var properties []string
	if place := f.Place(); place.Local() {
		properties = append(properties, "file="+escapeProperty(path.Join(opts.Dir, place.File)))
		if place.Line > 0 {
			properties = append(properties, "line="+strconv.Itoa(place.Line))
			if place.Column > 0 {
				properties = append(properties, "col="+strconv.Itoa(place.Column))
			}
		}
	}
	title := "suspected goroutine leak"
	if f.Grade.Rank() > unleak.Suspect.Rank() {
		title = string(f.Grade) + " goroutine leak"
	}
	if text, ok := f.Cause.Text(); ok {
		title += ": " + text.Title
	}
	properties = append(properties, "title="+escapeProperty(title))
	return fmt.Sprintf("::%s %s::%s", name, strings.Join(properties, ","), escape(message(f)))
}

// message says what a reader of the change should know, in a few lines.
func message(f *unleak.Finding) string {
	lines := []string{f.Headline()}
	if f.Created != nil && f.Created.File != "" {
		lines = append(lines, fmt.Sprintf("started at %s:%d by %s", f.Created.File, f.Created.Line, f.Created.Func))
	}
	if by := tests(f); by != "" {
		lines = append(lines, by)
	}
	if f.Schedule != nil {
		for i := range f.Schedule.Steps {
			lines = append(lines, fmt.Sprintf("%d  %s", i+1, f.Schedule.Steps[i].Text()))
		}
	}
	if f.Explanation != "" {
		lines = append(lines, f.Explanation)
	}
	if len(f.Fixes) > 0 {
		lines = append(lines, "Fix: "+f.Fixes[0].Title)
	}
	return strings.Join(lines, "\n")
}

// maxTests bounds the tests named: an annotation is small.
const maxTests = 3

func tests(f *unleak.Finding) string {
	names := f.TestCounts()
	if len(names) == 0 {
		return ""
	}
	more := ""
	if rest := len(names) - maxTests; rest > 0 {
		names, more = names[:maxTests], fmt.Sprintf(" and %d more", rest)
	}
	return "under " + strings.Join(names, ", ") + more
}

func loss(l *unleak.Loss) string {
	message := l.Message
	if l.Package != "" {
		message = l.Package + ": " + message
	}
	if l.Hides {
		return command("warning", notAll, message)
	}
	return command("notice", "unleak", message)
}

// escape and escapeProperty write a message and a property as the runner reads
// them back (actions/toolkit, command.ts: escapeData, escapeProperty).
func escape(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

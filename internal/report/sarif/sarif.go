// SPDX-License-Identifier: MIT

// Package sarif writes findings as SARIF 2.1.0, which code hosts and editors
// read: one run, a rule for each cause that was found.
package sarif

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/unleak/unleak"
)

// Options says where the module lies.
type Options struct {
	// Dir is the module's folder relative to the root of the sources (the
	// %SRCROOT% of the log), with slashes; "" where they are the same.
	Dir string
}

// Write writes the log once the stream has ended: its rules are those of the
// causes found.
func Write(w io.Writer, messages iter.Seq[unleak.Message], opts Options) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(log{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []run{newRun(messages, opts)},
	})
	if err != nil {
		return fmt.Errorf("sarif report: %w", err)
	}
	return nil
}

func newRun(messages iter.Seq[unleak.Message], opts Options) run {
	r := run{
		Tool: tool{Driver: driver{Name: "unleak", InformationURI: "https://github.com/unleak/unleak"}},
		Bases: map[string]artifactLocation{srcRoot: {
			Description: &message{Text: "The root of the sources."},
		}},
		ColumnKind: "utf16CodeUnits",
		Results:    []result{}, // required, even if empty
	}
	var findings []*unleak.Finding
	var called invocation
	for m := range messages {
		switch m = m.Clean(); {
		case m.Config != nil:
			r.Tool.Driver.Version = m.Config.Version
			if m.Config.NoProof != "" {
				called.note("no-proof", "note", "Without the runtime's proof: "+m.Config.NoProof)
			}
		case m.Finding != nil:
			findings = append(findings, m.Finding)
		case m.Loss != nil:
			called.loss(m.Loss)
		case m.Summary != nil:
			called.ended = true
			called.failed = called.failed || m.Summary.Failed
		}
	}
	if !called.ended {
		called.failed = true
		called.note("cut", "error", "The run broke off before its summary, so findings may be missing. Run it again.")
	}
	called.Successful = !called.failed
	r.Invocations = []invocation{called}
	slices.SortStableFunc(findings, unleak.CompareFindings)
	r.Tool.Driver.Rules = rules(findings)
	for _, f := range findings {
		index := slices.IndexFunc(r.Tool.Driver.Rules, func(rule rule) bool { return rule.ID == string(f.Cause) })
		r.Results = append(r.Results, newResult(f, index, opts))
	}
	return r
}

// loss tells of a loss; one that hides findings makes the run unsuccessful, so
// that an empty list of results does not read as clean.
func (i *invocation) loss(l *unleak.Loss) {
	text, level := l.Message, "note"
	if l.Package != "" {
		text = l.Package + ": " + text
	}
	if l.Hides {
		i.failed, level = true, "error"
	}
	i.note(l.Kind, level, text)
}

func (i *invocation) note(id, level, text string) {
	i.Notifications = append(i.Notifications, notification{
		Descriptor: descriptor{ID: id},
		Level:      level,
		Message:    message{Text: text},
	})
}

// rules lists the causes found, in the order of the catalogue; one that it has
// not comes last.
func rules(findings []*unleak.Finding) []rule {
	used := make(map[unleak.Cause]bool)
	for _, f := range findings {
		used[f.Cause] = true
	}
	list := []rule{}
	for _, text := range unleak.Causes() {
		if used[text.Cause] {
			delete(used, text.Cause)
			list = append(list, newRule(text))
		}
	}
	for _, f := range findings {
		if used[f.Cause] {
			delete(used, f.Cause)
			list = append(list, rule{ID: string(f.Cause), Short: message{Text: string(f.Cause)}, Full: message{Text: string(f.Cause)}})
		}
	}
	return list
}

func newRule(text unleak.CauseText) rule {
	help := "What to do:\n- " + strings.Join(text.Remedies, "\n- ")
	return rule{
		ID:    string(text.Cause),
		Short: message{Text: text.Title},
		Full:  message{Text: text.Meaning},
		Help: &message{
			Text: help,
			Markdown: fmt.Sprintf("%s\n\n%s\n\nBefore:\n\n```go\n%s\n```\n\nAfter:\n\n```go\n%s\n```\n",
				text.Meaning, help, text.Before, text.After),
		},
		Properties: &ruleProperties{Tags: []string{"concurrency", "goroutine-leak"}},
	}
}

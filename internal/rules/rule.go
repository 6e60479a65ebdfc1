// SPDX-License-Identifier: MIT

// Package rules takes findings out of a report that its user knows of: by ignore
// rules, and by a baseline of leaks that a code base has and lives with. Neither
// can rot unseen: a rule that matches nothing and a leak that has vanished are
// told.
package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/unleak/unleak"
)

// A Rule ignores the findings that it matches. Its text is "what:pattern".
type Rule struct {
	text    string
	what    string
	pattern *regexp.Regexp
	used    int
}

// kinds are what a rule can look at, with what it is for in help texts.
var kinds = []struct{ name, of string }{
	{"func", "any function on the stack"},
	{"package", "the import path of any function's package on the stack"},
	{"creator", "the function with the go statement"},
	{"cause", "the cause's identifier"},
	{"key", "the finding's key"},
}

// SyntaxError is a rule that cannot be read.
type SyntaxError struct {
	Rule   string
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("ignore rule %q: %s; write one of %s", e.Rule, e.Reason, forms())
}

func forms() string {
	var list []string
	for _, k := range kinds {
		list = append(list, k.name+":REGEXP")
	}
	return strings.Join(list, ", ")
}

// ParseRule reads a rule: func:REGEXP, package:REGEXP, creator:REGEXP,
// cause:REGEXP or key:REGEXP. The expression must match the whole of what it is
// held against.
func ParseRule(text string) (*Rule, error) {
	what, pattern, ok := strings.Cut(text, ":")
	if !ok || pattern == "" {
		return nil, &SyntaxError{text, "no kind or no expression"}
	}
	if !slices.ContainsFunc(kinds, func(k struct{ name, of string }) bool { return k.name == what }) {
		return nil, &SyntaxError{text, fmt.Sprintf("%q is no kind of rule", what)}
	}
	re, err := regexp.Compile("^(?:" + pattern + ")$")
	if err != nil {
		return nil, &SyntaxError{text, err.Error()}
	}
	return &Rule{text: text, what: what, pattern: re}, nil
}

// String returns the rule as it was written.
func (r *Rule) String() string { return r.text }

// Used returns how many findings the rule has matched.
func (r *Rule) Used() int { return r.used }

// Match reports whether the rule ignores the finding.
func (r *Rule) Match(f *unleak.Finding) bool {
	if !slices.ContainsFunc(r.subjects(f), r.pattern.MatchString) {
		return false
	}
	r.used++
	return true
}

// subjects lists what the rule's expression is held against.
func (r *Rule) subjects(f *unleak.Finding) []string {
	switch r.what {
	case "creator":
		if f.Created == nil {
			return nil
		}
		return []string{f.Created.Func}
	case "cause":
		return []string{string(f.Cause)}
	case "key":
		return []string{f.Key}
	}
	var list []string
	for _, frame := range append([]unleak.Frame{f.Blocked, f.Entry}, f.Stack...) {
		if r.what == "package" {
			list = append(list, frame.Package())
		} else {
			list = append(list, frame.Func)
		}
	}
	return list
}

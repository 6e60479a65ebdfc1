// SPDX-License-Identifier: MIT

package govet

import (
	"bytes"
	"encoding/json"
	"strings"
)

// A reader takes go vet's standard output: lines of units, and between them what
// unitchecker writes with -json, or nothing.
type reader struct {
	bytes.Buffer
	lines []line
	err   error
}

// end reads what has come.
func (r *reader) end() {
	for text := range strings.Lines(r.String()) {
		l, ok := parseLine(text)
		if ok {
			r.lines = append(r.lines, l)
		} else if text = strings.TrimSpace(text); text != "" && strings.Trim(text, "{}") != "" {
			r.err = errUnread
		}
	}
}

// parseLine reads one line of a unit's.
func parseLine(text string) (l line, ok bool) {
	if !strings.HasPrefix(text, `{"`) || json.Unmarshal([]byte(text), &l) != nil {
		return line{}, false
	}
	return l, l.Unit != nil || l.Finding != nil || l.Loss != nil
}

// sections takes the go command's standard error: what the compiler or a tool said of
// a package stands under a line "# package".
type sections struct {
	bytes.Buffer
	lines    []line
	packages map[string][]string
	rest     strings.Builder
}

func (s *sections) end() {
	s.packages = make(map[string][]string)
	pkg := ""
	for text := range strings.Lines(s.String()) {
		if l, ok := parseLine(text); ok {
			s.lines = append(s.lines, l)
			continue
		}
		text = strings.TrimRight(text, "\r\n")
		if name, ok := strings.CutPrefix(text, "# "); ok {
			pkg, _, _ = strings.Cut(name, " ")
			if strings.HasPrefix(pkg, "[") { // "# [pkg]" repeats the line above
				pkg = strings.Trim(pkg, "[]")
			}
			continue
		}
		switch {
		case strings.Trim(text, "{}\t ") == "":
		case pkg == "" || strings.HasPrefix(text, "go: "):
			s.rest.WriteString(text + "\n")
		default:
			s.packages[pkg] = append(s.packages[pkg], text)
		}
	}
}

// SPDX-License-Identifier: MIT

package unleak

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns a copy of m fit for a terminal, a log or a page. The names and
// lines in it come from dumps and programs that may be hostile, so every text
// loses its ANSI escape sequences, control characters and invisible format
// characters (those that reverse the direction of text among them); line breaks
// and tabs become spaces, except in the new text of edits.
func (m Message) Clean() Message {
	if m.Config != nil {
		c := *m.Config
		cleanAll(&c.Tool, &c.Version, &c.Command, &c.Go, &c.Module, &c.NoProof)
		m.Config = &c
	}
	if m.Progress != nil {
		m.Progress = &Progress{Message: cleanText(m.Progress.Message, "")}
	}
	if m.Snapshot != nil {
		s := *m.Snapshot
		cleanAll(&s.From, &s.Format)
		m.Snapshot = &s
	}
	if m.Group != nil {
		m.Group = m.Group.clean()
	}
	if m.Rollup != nil {
		r := *m.Rollup
		cleanAll(&r.By)
		r.Values = cleanValues(r.Values)
		m.Rollup = &r
	}
	if m.Finding != nil {
		m.Finding = m.Finding.clean()
	}
	if m.Loss != nil {
		l := *m.Loss
		cleanAll(&l.Kind, &l.Package, &l.Message)
		m.Loss = &l
	}
	return m
}

// clean returns a copy that shares no memory with f.
func (f *Finding) clean() *Finding {
	c := *f
	cleanAll(&c.Key, (*string)(&c.Cause), (*string)(&c.Grade), (*string)(&c.Wait), &c.Explanation)
	cleanFrame(&c.Blocked)
	cleanFrame(&c.Entry)
	for _, frame := range [...]**Frame{&c.Own, &c.Created} {
		if *frame != nil {
			one := **frame
			cleanFrame(&one)
			*frame = &one
		}
	}
	c.Creators, c.Stack = cleanFrames(f.Creators), cleanFrames(f.Stack)
	c.Evidence = append([]Evidence(nil), f.Evidence...)
	for i := range c.Evidence {
		e := &c.Evidence[i]
		cleanAll((*string)(&e.Source), (*string)(&e.How), (*string)(&e.Grade), &e.Package, &e.Test, &e.Worker, &e.Note, &e.Instance, &e.Version)
	}
	c.Schedule = f.Schedule.clean()
	c.Fixes = append([]Fix(nil), f.Fixes...)
	for i := range c.Fixes {
		fix := &c.Fixes[i]
		cleanAll(&fix.Title)
		fix.Edits = append([]Edit(nil), fix.Edits...)
		for j := range fix.Edits {
			cleanAll(&fix.Edits[j].File)
			fix.Edits[j].New = cleanText(fix.Edits[j].New, "\n\t")
		}
	}
	return &c
}

func (s *Schedule) clean() *Schedule {
	if s == nil {
		return nil
	}
	c := Schedule{Of: s.Of, Steps: append([]Step(nil), s.Steps...)}
	for i := range c.Steps {
		cleanAll(&c.Steps[i].Goroutine, &c.Steps[i].What, &c.Steps[i].Note)
		cleanFrame(&c.Steps[i].At)
	}
	return &c
}

// clean returns a copy that shares no text with g.
func (g *Group) clean() *Group {
	c := *g
	cleanAll(&c.Key, (*string)(&c.Wait), &c.Idle)
	c.Stack = cleanFrames(g.Stack)
	if g.Created != nil {
		one := *g.Created
		cleanFrame(&one)
		c.Created = &one
	}
	if g.Labels != nil {
		c.Labels = make(map[string][]ValueCount, len(g.Labels))
		for key, values := range g.Labels {
			c.Labels[cleanText(key, "")] = cleanValues(values)
		}
	}
	return &c
}

func cleanValues(values []ValueCount) []ValueCount {
	values = append([]ValueCount(nil), values...)
	for i := range values {
		cleanAll(&values[i].Value)
	}
	return values
}

func cleanFrames(frames []Frame) []Frame {
	frames = append([]Frame(nil), frames...)
	for i := range frames {
		cleanFrame(&frames[i])
	}
	return frames
}

func cleanFrame(f *Frame) { cleanAll(&f.Func, &f.File, &f.Text) }

func cleanAll(texts ...*string) {
	for _, s := range texts {
		*s = cleanText(*s, "")
	}
}

// cleanText cleans one text; the control characters in keep stay.
func cleanText(s, keep string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if n := escapeLen(s[i:]); n > 0 {
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case strings.ContainsRune(keep, r) || r == utf8.RuneError:
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case !unicode.In(r, unicode.Cc, unicode.Cf):
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// escapeLen returns the length of the terminal control sequence that s starts
// with (ECMA-48), or 0. One that does not end counts for its introducer alone,
// so that it cannot swallow the text behind it.
func escapeLen(s string) int {
	var kind byte
	start := 2
	switch {
	case len(s) > 1 && s[0] == '\x1b':
		kind = s[1]
	case strings.HasPrefix(s, "\u009b"): // the one-rune forms of ESC [ and ESC ]
		kind = '['
	case strings.HasPrefix(s, "\u009d"):
		kind = ']'
	default:
		return 0
	}
	switch kind {
	case '[': // parameters, intermediates, one final byte
		end := start
		for end < len(s) && s[end] >= ' ' && s[end] <= '?' {
			end++
		}
		if end < len(s) && s[end] >= '@' && s[end] <= '~' {
			return end + 1
		}
	case ']', 'P', 'X', '^', '_': // a string up to BEL or ESC \
		for end := start; end < len(s); end++ {
			if s[end] == '\a' {
				return end + 1
			}
			if strings.HasPrefix(s[end:], "\x1b\\") {
				return end + 2
			}
		}
	}
	if s[0] == '\x1b' && (s[1] < ' ' || s[1] > '~') {
		return 1 // the next byte is none of the sequence's
	}
	return start
}

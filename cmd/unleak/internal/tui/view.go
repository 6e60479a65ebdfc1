// SPDX-License-Identifier: MIT

package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/unleak/unleak"
)

// View draws the screen: as many lines as it has, each as wide as it is.
func (m *model) View() tea.View {
	v := tea.NewView(strings.Join(m.lines(), "\n"))
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	if m.typing && m.height > 0 {
		before := m.ruler.StringWidth(filterPrompt + m.filter)
		v.Cursor = tea.NewCursor(min(before, max(0, m.width-1)), m.height-1)
	}
	return v
}

func (m *model) lines() []string {
	l := m.layout()
	lines := m.header()[:l.header]
	lines = append(lines, m.body(l)...)
	if l.failed {
		lines = append(lines, paint(m.theme.red, m.ruler.cut(m.failed, m.width)))
	}
	if l.footer > 0 {
		lines = append(lines, m.footer())
	}
	for i, line := range lines {
		lines[i] = m.ruler.fit(line, m.width)
	}
	return lines
}

func (m *model) body(l layout) []string {
	document := m.window(l)
	if !l.side {
		lines := m.listLines(l)
		if l.title.height > 0 {
			lines = append(lines, m.titleLine())
		}
		return append(lines, document...)
	}
	lines := m.listLines(l)
	rule := paint(m.theme.faint, " │ ")
	if m.focus == detailsPane {
		rule = " ┃ "
	}
	for i := range lines {
		lines[i] = m.ruler.fit(lines[i], l.list.width) + rule + document[i]
	}
	return lines
}

// window cuts out of the document what is in sight.
func (m *model) window(l layout) []string {
	var lines []string
	document := m.document(l)
	for i := range l.document.height {
		line := ""
		if at := m.scroll + i; at >= 0 && at < len(document) {
			line = m.ruler.cut(document[at].text, l.document.width)
			if document[at].chosen && m.focus == detailsPane {
				line = m.theme.highlight(m.ruler.fit(line, l.document.width))
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// header says what is looked at, when, and what came out.
func (m *model) header() []string {
	left := paint(bold, "unleak")
	from, total := m.report.from()
	if from != "" {
		left += " " + clip(from)
	}
	if total != "" {
		left += paint(m.theme.faint, "  "+total)
	}
	right := m.state()
	room := m.width - m.ruler.StringWidth(right) - 1
	if room < m.width/3 {
		room, right = m.width, ""
	}
	sentence := m.report.sentence()
	switch s := m.report.summary; {
	case !m.report.complete():
		sentence = paint(m.theme.yellow, sentence) + paint(m.theme.faint, "  part was not seen: o tells")
	case s.Proven+s.Likely > 0:
		sentence = paint(bold, sentence)
	case !s.Failed && s.Suspect == 0:
		sentence = paint(m.theme.green, sentence)
	}
	return []string{m.ruler.fit(left, room) + right, sentence}
}

// from names what the report is about.
func (r *report) from() (name, total string) {
	if n := len(r.snapshots); n > 0 {
		last := r.snapshots[n-1]
		return last.From, unleak.Plural(last.Goroutines, "goroutine")
	}
	if r.summary != nil && r.summary.Total > 0 {
		total = unleak.Plural(r.summary.Total, "goroutine")
	}
	return r.config.Module, total
}

// state says when the last look was, and whether more will come.
func (m *model) state() string {
	var at time.Time
	if n := len(m.report.snapshots); n > 0 {
		at = m.report.snapshots[n-1].Time
	}
	if m.ended && m.looks == 1 {
		if at.IsZero() {
			return ""
		}
		return paint(m.theme.faint, at.Local().Format(time.DateTime))
	}
	text := fmt.Sprintf("look %d", m.looks-m.missed)
	if !at.IsZero() {
		text += " at " + clock(at)
	}
	switch {
	case m.paused && m.missed > 0:
		return text + paint(m.theme.yellow, fmt.Sprintf("  paused, %d newer", m.missed))
	case m.paused:
		return text + paint(m.theme.yellow, "  paused")
	case m.ended:
		return text + paint(m.theme.faint, "  ended")
	}
	return text + paint(m.theme.green, "  live")
}

// titleLine parts the list from the details.
func (m *model) titleLine() string {
	name := ""
	if r := m.selected(); r != nil {
		name = " " + m.ruler.cut(clip(unleak.ShortFunc(r.blocked.Func)), m.width/2) + " "
	}
	rule, style := "─", m.theme.faint
	if m.focus == detailsPane {
		rule, style = "━", ""
	}
	rest := max(0, m.width-2-m.ruler.StringWidth(name))
	return paint(style, strings.Repeat(rule, 2)) + paint(bold, name) + paint(style, strings.Repeat(rule, rest))
}

const filterPrompt = "filter: "

// footer is the filter's line, the answer to the last key, or what keys do.
func (m *model) footer() string {
	of := unleak.Number(len(m.shown)) + " of " + unleak.Number(len(m.report.rows))
	switch {
	case m.typing:
		return paint(bold, filterPrompt) + m.filter + paint(m.theme.faint, "  "+of+"; enter keeps, esc clears")
	case m.status != "":
		return m.ruler.cut(m.status, m.width)
	}
	line := of
	if m.filter != "" {
		line += paint(m.theme.yellow, "  "+filterPrompt+m.filter)
	}
	if m.order != byRank {
		line += "  by " + m.order.String()
	}
	for _, b := range m.hints() {
		line += "  " + paint(bold, b.shown) + " " + paint(m.theme.faint, b.short)
	}
	return line
}

// hints lists the bindings that are worth a word where the keys go to now. What
// does not fit falls off at the right, so that help and quit come early.
func (m *model) hints() []binding {
	names := []string{"?", "q", "/", "tab", "s", "i", "f", "o", "e", "c"}
	switch {
	case m.focus > detailsPane:
		names = []string{"esc", "q"}
	case m.focus == detailsPane:
		names = []string{"?", "q", "esc", "e", "c", "/"}
	case !m.ended || m.paused:
		names = append([]string{"space"}, names...)
	}
	var hints []binding
	for _, name := range names {
		for _, b := range bindings() {
			if b.shown == name {
				if name == "esc" {
					b.short = "back"
				}
				hints = append(hints, b)
			}
		}
	}
	return hints
}

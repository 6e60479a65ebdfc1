// SPDX-License-Identifier: MIT

package tui

import (
	"strings"

	"github.com/unleak/unleak"
)

// A column is one of the list's. Its width is fixed, but for that of the place,
// which takes the rest.
type column struct {
	title string
	width int
	right bool
	text  func(*model, *row) string
}

// The least width of the place, below which other columns make room for it; on a
// narrow screen even less will do.
const (
	leastPlace   = 24
	narrowScreen = 40
)

// columns lists those that fit into a width.
func columns(width int) []column {
	mark := column{"grade", 7, false, func(m *model, r *row) string { return paint(m.theme.grade(r.mark), r.mark) }}
	count := column{"count", 7, true, func(_ *model, r *row) string { return number(r.count) }}
	delta := column{"change", 8, true, func(m *model, r *row) string { return paint(m.theme.change(r.change), r.change.String()) }}
	wait := column{"wait", 16, false, func(_ *model, r *row) string { return shortWait(r.wait) }}
	where := column{"blocked in", 0, false, nil}
	age := column{"age", 5, true, func(m *model, r *row) string { return paint(m.theme.faint, ageText(r.age)) }}
	short := mark
	short.title, short.width = "", 1
	least := leastPlace
	if width < narrowScreen {
		least = leastPlace / 2
	}
	for _, set := range [][]column{
		{mark, count, delta, wait, where, age},
		{mark, count, delta, wait, where},
		{mark, count, wait, where},
		{mark, count, where},
		{short, count, where},
		{count, where},
	} {
		if place := rest(set, width); place >= least || len(set) == 2 {
			for i := range set {
				if set[i].text == nil {
					set[i].width = max(0, place)
					set[i].text = func(m *model, r *row) string { return m.whereText(r, place) }
				}
			}
			return set
		}
	}
	return nil
}

// rest is what a line's fixed columns leave over. Each is followed by a space, and
// the mark of the selection stands before the first.
func rest(set []column, width int) int {
	width -= len(cursorMark) - 1
	for _, c := range set {
		width -= c.width + 1
	}
	return width
}

// cursorMark stands before the selected line, for those who see no colours.
const cursorMark = "> "

func (m *model) listLines(l layout) []string {
	b := l.list
	set := columns(b.width)
	var lines []string
	if l.titles > 0 {
		var titles []string
		for _, c := range set {
			titles = append(titles, m.cell(c, c.title))
		}
		lines = append(lines, paint(m.theme.faint, m.ruler.cut("  "+strings.Join(titles, " "), b.width)))
	}
	for i := m.top; i < len(m.shown) && len(lines) < b.height; i++ {
		lines = append(lines, m.rowLine(set, i, b.width))
	}
	if len(m.shown) == 0 && len(lines) < b.height {
		lines = append(lines, "  "+m.nothing())
	}
	for len(lines) < b.height {
		lines = append(lines, "")
	}
	return lines
}

func (m *model) rowLine(set []column, i, width int) string {
	var cells []string
	for _, c := range set {
		cells = append(cells, m.cell(c, c.text(m, m.shown[i])))
	}
	line := strings.Join(cells, " ")
	if i != m.cursor {
		return m.ruler.cut("  "+line, width)
	}
	line = m.ruler.fit(cursorMark+line, width)
	if m.focus != listPane {
		return m.theme.stress(line) // the details have the highlighted line
	}
	return m.theme.highlight(line)
}

func (m *model) cell(c column, text string) string {
	if c.right {
		return m.ruler.right(text, c.width)
	}
	return m.ruler.fit(text, c.width)
}

// nothing says why the list is empty.
func (m *model) nothing() string {
	hidden := 0
	for _, r := range m.report.rows {
		if r.idle {
			hidden++
		}
	}
	switch {
	case m.filter != "":
		return "nothing matches the filter; esc clears it"
	case len(m.report.rows) == 0:
		return "no goroutines in this report"
	case m.findings:
		return "no findings; f shows the other groups"
	case hidden > 0:
		return "only " + unleak.Plural(hidden, "idle group") + "; i shows them"
	}
	return "nothing to show"
}

// whereText names the function where a row is blocked, and the place if both fit.
func (m *model) whereText(r *row, width int) string {
	name := clip(unleak.ShortFunc(r.blocked.Func))
	if name == "" {
		name = clip(place(r.blocked))
	}
	if r.idle {
		name = paint(m.theme.faint, name)
	}
	at := clip(place(r.blocked))
	if at = at[strings.LastIndexByte(at, '/')+1:]; at == "" {
		return name
	}
	if m.ruler.StringWidth(name)+2+m.ruler.StringWidth(at) > width {
		return name
	}
	return name + "  " + paint(m.theme.faint, at)
}

// shortWait writes a wait in few columns.
func shortWait(w unleak.Wait) string {
	switch w {
	case unleak.WaitReceiveNil:
		return "receive nil chan"
	case unleak.WaitSendNil:
		return "send on nil chan"
	}
	return strings.TrimPrefix(clip(string(w)), "sync.")
}

// ageText writes the greatest age; it is never exact.
func ageText(age *unleak.Age) string {
	if age == nil || age.Max <= 0 {
		return ""
	}
	return "~" + span(age.Max)
}

// change is the colour of a count's change.
func (t theme) change(c change) string {
	switch {
	case c.fresh:
		return t.blue
	case c.n > 0:
		return t.yellow
	case c.n < 0:
		return t.green
	}
	return t.faint
}

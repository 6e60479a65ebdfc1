// SPDX-License-Identifier: MIT

package tui

import (
	"fmt"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// A binding is what a key does. The help is made of the bindings.
type binding struct {
	keys  []string // as tea.KeyPressMsg.String names them
	shown string   // the keys as a person reads them
	short string   // for the last line; "" leaves it out there
	long  string
	do    func(*model) tea.Cmd
}

// bindings lists the keys that work outside of the filter's line.
func bindings() []binding {
	return []binding{
		{[]string{"q", "ctrl+c"}, "q", "quit", "quit", func(*model) tea.Cmd { return tea.Quit }},
		{[]string{"?", "f1"}, "?", "help", "show this help", does(func(m *model) { m.page(helpPage) })},
		{[]string{"o"}, "o", "overview", "show the looks, what was not seen, the forecast, and the counts by creator, label and wait", does(func(m *model) { m.page(overviewPage) })},
		{[]string{"/"}, "/", "filter", "filter by words in functions, files, waits, labels, tests and keys; enter keeps the filter, esc clears it", does((*model).ask)},
		{[]string{"tab", "enter"}, "tab", "stack", "go between the list and the stack; enter too", does((*model).turn)},
		{[]string{"esc"}, "esc", "", "go back: from a page, from the stack, from a filter", does((*model).escape)},
		{[]string{"s"}, "s", "sort", "sort by rank, count, growth or age", does((*model).sort)},
		{[]string{"i"}, "i", "idle", "show or hide groups that wait for what such goroutines are there for", does((*model).toggleIdle)},
		{[]string{"f"}, "f", "findings", "show findings only, or the other groups too", does((*model).toggleFindings)},
		{[]string{"space"}, "space", "pause", "stop showing new looks, or go on", does((*model).pause)},
		{[]string{"e"}, "e", "edit", "open the selected frame in $EDITOR", (*model).edit},
		{[]string{"c"}, "c", "copy", "copy the selected frame's file and line to the clipboard (OSC 52: not all terminals let it)", (*model).copyPlace},
		{[]string{"[", "left", "h"}, "[", "", "show the finding's previous stack, where it has several; left too", does(func(m *model) { m.nextStack(-1) })},
		{[]string{"]", "right", "l"}, "]", "", "show its next stack; right too", does(func(m *model) { m.nextStack(1) })},
		{[]string{"up", "k"}, "up", "", "move in the list, along the stack, or scroll; k too", does(func(m *model) { m.move(-1) })},
		{[]string{"down", "j"}, "down", "", "the other way; j too", does(func(m *model) { m.move(1) })},
		{[]string{"pgup", "ctrl+u", "ctrl+b"}, "pgup", "", "a page up; ctrl-u too", does(func(m *model) { m.leaf(-1) })},
		{[]string{"pgdown", "ctrl+d", "ctrl+f"}, "pgdn", "", "a page down; ctrl-d too", does(func(m *model) { m.leaf(1) })},
		{[]string{"home", "g"}, "home", "", "to the first; g too", does(func(m *model) { m.far(-1) })},
		{[]string{"end", "G"}, "end", "", "to the last; G too", does(func(m *model) { m.far(1) })},
		{[]string{"ctrl+z"}, "ctrl-z", "", "suspend unleak", func(*model) tea.Cmd { return tea.Suspend }},
	}
}

// does is a binding's function for what needs no command.
func does(f func(*model)) func(*model) tea.Cmd {
	return func(m *model) tea.Cmd {
		f(m)
		return nil
	}
}

func (m *model) press(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	if m.typing {
		return m.typeKey(key, msg.Text)
	}
	for _, b := range bindings() {
		for _, k := range b.keys {
			if k == key {
				return b.do(m)
			}
		}
	}
	return nil
}

// typeKey edits the filter.
func (m *model) typeKey(key, text string) tea.Cmd {
	switch key {
	case "ctrl+c":
		return tea.Quit
	case "enter", "tab":
		m.typing = false
	case "esc":
		m.typing = false
		m.setFilter("")
	case "up", "down", "pgup", "pgdown":
		m.typing = false
		return m.press(tea.KeyPressMsg{Code: codes[key]})
	case "backspace", "ctrl+h":
		_, n := utf8.DecodeLastRuneInString(m.filter)
		m.setFilter(m.filter[:len(m.filter)-n])
	case "ctrl+w":
		s := strings.TrimRight(m.filter, " ")
		m.setFilter(s[:strings.LastIndexByte(s, ' ')+1])
	case "ctrl+u":
		m.setFilter("")
	default:
		if text != "" {
			m.setFilter(m.filter + clean(text))
		}
	}
	return nil
}

var codes = map[string]rune{"up": tea.KeyUp, "down": tea.KeyDown, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown}

// page shows a page, or hides it where it is shown.
func (m *model) page(p pane) {
	if m.focus == p {
		m.escape()
		return
	}
	if m.focus <= detailsPane {
		m.back = m.focus
	}
	m.focus, m.scroll = p, 0
}

func (m *model) escape() {
	switch {
	case m.focus > detailsPane:
		m.focus, m.scroll = m.back, 0
	case m.focus == detailsPane:
		m.focus, m.scroll = listPane, 0
	case m.filter != "":
		m.setFilter("")
	}
}

// ask opens the filter's line.
func (m *model) ask() {
	if m.focus > detailsPane {
		m.escape()
	}
	m.focus, m.scroll, m.typing = listPane, 0, true
}

// turn goes between the list and the details.
func (m *model) turn() {
	switch {
	case m.focus != listPane:
		m.escape()
	case m.selected() != nil:
		m.focus = detailsPane
		m.showFrame()
	}
}

func (m *model) sort() {
	m.order = (m.order + 1) % orders
	m.list()
	m.status = "sorted by " + m.order.String()
}

func (m *model) toggleIdle() {
	m.idle = !m.idle
	m.list()
	m.status = "idle groups are hidden"
	if m.idle {
		m.status = "idle groups are shown"
	}
}

func (m *model) toggleFindings() {
	m.findings = !m.findings
	m.list()
	m.status = "other groups are shown too"
	if m.findings {
		m.status = "only findings are shown"
	}
}

func (m *model) nextStack(by int) {
	r := m.selected()
	if r == nil || m.focus > detailsPane {
		return
	}
	if len(r.stacks) == 1 {
		m.status = "there is one stack only"
		return
	}
	m.pickStack((m.stack + by + len(r.stacks)) % len(r.stacks))
	m.status = fmt.Sprintf("stack %d of %d", m.stack+1, len(r.stacks))
}

// move goes one row, one frame or one line on. Above the first frame and below the
// last it scrolls.
func (m *model) move(by int) {
	switch m.focus {
	case listPane:
		m.choose(m.cursor + by)
	case detailsPane:
		last := len(m.currentStack().Stack) - 1
		if m.frame+by < 0 || m.frame+by > last {
			m.scroll += by
			return
		}
		m.frame += by
		m.showFrame()
	default:
		m.scroll += by
	}
}

// leaf goes on by as much as is shown.
func (m *model) leaf(by int) {
	l := m.layout()
	if m.focus == listPane {
		m.choose(m.cursor + by*max(1, l.list.height-2))
		return
	}
	m.scroll += by * max(1, l.document.height-1)
}

// far goes to one end.
func (m *model) far(by int) {
	switch {
	case m.focus == listPane:
		m.choose(by * len(m.shown))
	case m.focus == detailsPane:
		m.frame = max(0, by*(len(m.currentStack().Stack)-1))
		m.showFrame()
		if by < 0 {
			m.scroll = 0
		}
	default:
		m.scroll = max(0, by*len(m.document(m.layout())))
	}
}

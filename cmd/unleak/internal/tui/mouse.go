// SPDX-License-Identifier: MIT

package tui

import tea "charm.land/bubbletea/v2"

// wheelStep is how many lines one notch of the wheel goes.
const wheelStep = 3

// click selects the row or the frame under the pointer.
func (m *model) click(msg tea.MouseClickMsg) {
	if msg.Button != tea.MouseLeft || m.focus > detailsPane {
		return
	}
	m.typing, m.status = false, ""
	l := m.layout()
	switch {
	case l.list.has(msg.X, msg.Y):
		m.focus = listPane
		if i := m.top + msg.Y - l.list.y - l.titles; i >= m.top && i < len(m.shown) && i != m.cursor {
			m.choose(i)
		}
	case l.document.has(msg.X, msg.Y) && m.selected() != nil:
		lines := m.document(l)
		i := m.scroll + msg.Y - l.document.y
		m.focus = detailsPane
		if i < len(lines) && lines[i].frame >= 0 {
			m.frame = lines[i].frame
			m.showFrame()
		}
	}
}

// wheel moves what is under the pointer.
func (m *model) wheel(msg tea.MouseWheelMsg) {
	by := wheelStep
	switch msg.Button {
	case tea.MouseWheelUp:
		by = -wheelStep
	case tea.MouseWheelDown:
	default:
		return
	}
	if m.layout().list.has(msg.X, msg.Y) {
		m.choose(m.cursor + by)
		return
	}
	m.scroll += by
}

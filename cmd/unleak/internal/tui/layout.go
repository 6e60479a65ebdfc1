// SPDX-License-Identifier: MIT

package tui

// A box is a part of the screen, in cells from the upper left.
type box struct{ x, y, width, height int }

func (b box) has(x, y int) bool {
	return x >= b.x && x < b.x+b.width && y >= b.y && y < b.y+b.height
}

// A layout says what stands where. Boxes without height are not shown.
type layout struct {
	header int // lines
	list   box
	titles int // lines of the list above its rows
	// title is the line above the details, where they are beneath the list.
	title    box
	document box // the details or a page
	side     bool
	failed   bool // a line for the look that failed
	footer   int
}

// The least sizes of what is shown only where there is room.
const (
	sideWidth    = 140 // of the screen, to have the details beside the list
	beneathLines = 12  // of list and details together, to have both
)

func (m *model) layout() layout {
	var l layout
	h := m.height
	switch {
	case h >= 10:
		l.header = 2
	case h >= 3:
		l.header = 1
	}
	if h >= 4 {
		l.footer = 1
	}
	l.failed = m.failed != "" && h >= 6
	body := box{0, l.header, m.width, h - l.header - l.footer}
	if l.failed {
		body.height--
	}
	switch {
	case m.focus > detailsPane:
		l.document = body
	case m.width >= sideWidth:
		l.side = true
		l.list, l.document = body, body
		l.list.width = m.width / 2
		l.document.x = l.list.width + 3 // a line, with a space at both sides
		l.document.width = m.width - l.document.x
	case body.height >= beneathLines:
		l.list, l.title, l.document = body, body, body
		l.list.height = body.height * 2 / 5
		if m.focus == detailsPane {
			l.list.height = max(4, body.height/5)
		}
		l.title.y += l.list.height
		l.title.height = 1
		l.document.y = l.title.y + 1
		l.document.height = body.height - l.list.height - 1
	case m.focus == listPane:
		l.list = body
	default:
		l.document = body
	}
	if l.list.height >= 3 {
		l.titles = 1
	}
	return l
}

// SPDX-License-Identifier: MIT

package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/unleak/unleak"
)

// A pane is the part of the screen that the keys go to.
type pane int

const (
	listPane pane = iota
	detailsPane
	overviewPage // these two take the whole screen
	helpPage
)

// A model is all that is shown. Only Update changes it.
type model struct {
	source func(unleak.Frame) Excerpt
	editor string

	width, height int
	ruler         ruler
	shade         shade
	colors        colorprofile.Profile
	theme         theme

	report  *report
	looks   int   // that succeeded so far
	waiting *look // the newest that came while paused
	missed  int   // looks that came while paused
	paused  bool
	ended   bool // no further look will come
	failed  string
	status  string // the answer to the last key

	focus    pane
	back     pane // where a page returns to
	filter   string
	typing   bool
	idle     bool // idle groups are shown
	findings bool // only findings are shown
	order    order

	shown  []*row
	cursor int // in shown
	top    int // the first line of the list that is drawn
	stack  int // of the selected row's stacks
	frame  int // of the stack
	scroll int // of the details, or of the page
	// sources keeps what source gave.
	sources map[unleak.Frame]Excerpt
}

func newModel(opts Options) *model {
	m := &model{source: opts.Source, editor: opts.Editor, width: 80, height: 24,
		sources: make(map[unleak.Frame]Excerpt), colors: colorprofile.TrueColor}
	m.theme = newTheme(m.shade, m.colors)
	return m
}

// Init asks for the terminal's background. Terminals that do not know stay silent.
func (m *model) Init() tea.Cmd { return tea.RequestBackgroundColor }

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.ColorProfileMsg:
		m.colors = msg.Profile
		m.theme = newTheme(m.shade, m.colors)
	case tea.BackgroundColorMsg:
		m.shade = light
		if msg.IsDark() {
			m.shade = dark
		}
		m.theme = newTheme(m.shade, m.colors)
	case tea.ModeReportMsg:
		if msg.Mode == ansi.ModeUnicodeCore && msg.Value != ansi.ModeNotRecognized {
			m.ruler.Method = ansi.GraphemeWidth // as the renderer does from now on
		}
	case look:
		m.take(msg)
	case lastLook:
		m.ended = true
	case edited:
		m.status = msg.text()
	case tea.KeyPressMsg:
		m.status = ""
		cmd = m.press(msg)
	case tea.PasteMsg:
		m.paste(msg.Content)
	case tea.MouseClickMsg:
		m.click(msg)
	case tea.MouseWheelMsg:
		m.wheel(msg)
	}
	m.settle()
	return m, cmd
}

// take shows a look, or keeps it for later while paused. A failed one leaves what
// is shown as it is.
func (m *model) take(l look) {
	if l.err == nil {
		m.looks++
	}
	switch {
	case l.err != nil:
		m.failed = fmt.Sprintf("the look at %s failed: %s", clock(l.at), clip(clean(l.err.Error())))
	case m.paused:
		m.failed, m.waiting = "", &l
		m.missed++
	default:
		m.failed = ""
		m.show(l)
	}
}

func (m *model) show(l look) {
	first := m.report == nil
	m.report = newReport(l.messages, m.report)
	if !m.list() && !first {
		m.status = "the group that was selected is gone"
	}
}

// pause stops and resumes that new looks are shown.
func (m *model) pause() {
	if m.ended && !m.paused {
		m.status = "nothing to pause: no further look will come"
		return
	}
	m.paused = !m.paused
	if !m.paused && m.waiting != nil {
		m.show(*m.waiting)
		m.waiting, m.missed = nil, 0
	}
}

// list fills shown by the filter, the toggles and the order. The cursor stays on
// its row, and list reports whether that is still shown.
func (m *model) list() (kept bool) {
	selected := m.selected()
	m.shown = nil
	words := strings.Fields(strings.ToLower(m.filter))
	for _, r := range m.report.rows {
		if (!r.idle || m.idle) && (r.finding != nil || !m.findings && !r.gone()) && r.matches(words) {
			m.shown = append(m.shown, r)
		}
	}
	slices.SortStableFunc(m.shown, m.order.compare)
	if selected != nil && m.selectRow(selected.id) {
		return true
	}
	m.choose(min(m.cursor, len(m.shown)-1))
	return selected == nil
}

// selected returns the row at the cursor, or nil.
func (m *model) selected() *row {
	if m.cursor < 0 || m.cursor >= len(m.shown) {
		return nil
	}
	return m.shown[m.cursor]
}

// selectRow puts the cursor on the row of that identity. The stack and the frame
// that are looked at stay.
func (m *model) selectRow(id rowID) bool {
	i := slices.IndexFunc(m.shown, func(r *row) bool { return r.id == id })
	if i < 0 {
		return false
	}
	m.cursor = i
	return true
}

// choose puts the cursor on a row, and looks at its first stack from the top.
func (m *model) choose(i int) {
	m.cursor = max(0, min(i, len(m.shown)-1))
	m.pickStack(0)
	if m.focus <= detailsPane {
		m.scroll = 0
	}
}

// pickStack looks at one of the row's stacks, at the frame where it is blocked in
// code that a reader can change.
func (m *model) pickStack(i int) {
	m.stack, m.frame = i, 0
	r := m.selected()
	if r == nil {
		return
	}
	at := r.blocked
	if r.finding != nil {
		at = r.finding.Place()
	}
	for i, f := range m.currentStack().Stack {
		if f.Func == at.Func && f.Line == at.Line {
			m.frame = i
			return
		}
	}
}

// currentStack is the stack that the details show; empty where there is no row.
func (m *model) currentStack() *unleak.Group {
	r := m.selected()
	if r == nil {
		return new(unleak.Group)
	}
	return r.stacks[max(0, min(m.stack, len(r.stacks)-1))]
}

// currentFrame is the selected frame of that stack.
func (m *model) currentFrame() unleak.Frame {
	stack := m.currentStack().Stack
	if len(stack) == 0 {
		return unleak.Frame{}
	}
	return stack[max(0, min(m.frame, len(stack)-1))]
}

// excerpt returns the source around a frame.
func (m *model) excerpt(f unleak.Frame) Excerpt {
	if m.source == nil || f.File == "" || f.Line <= 0 {
		return Excerpt{}
	}
	e, ok := m.sources[f]
	if !ok {
		e = m.source(f)
		m.sources[f] = e
	}
	return e
}

// settle brings all positions inside what there is, and what is selected into
// sight.
func (m *model) settle() {
	m.cursor = max(0, min(m.cursor, len(m.shown)-1))
	if r := m.selected(); r != nil {
		m.stack = max(0, min(m.stack, len(r.stacks)-1))
		m.frame = max(0, min(m.frame, len(m.currentStack().Stack)-1))
	}
	l := m.layout()
	rows := max(1, l.list.height-l.titles)
	m.top = min(m.top, m.cursor, max(0, len(m.shown)-rows))
	m.top = max(m.top, m.cursor-rows+1, 0)
	lines := m.document(l)
	m.scroll = max(0, min(m.scroll, len(lines)-l.document.height))
}

// showFrame scrolls the details so that the selected frame can be seen with the
// source beneath it, or at least with its own line of it.
func (m *model) showFrame() {
	l := m.layout()
	first, own, last := -1, -1, -1
	for i, line := range m.document(l) {
		if line.frame != m.frame {
			continue
		}
		if first < 0 {
			first = i
		}
		if line.own {
			own = i
		}
		last = i
	}
	if first >= 0 {
		m.scroll = min(max(m.scroll, last-l.document.height+1), first)
		m.scroll = max(m.scroll, own-l.document.height+1)
	}
}

// paste takes a text into the filter.
func (m *model) paste(s string) {
	if m.typing {
		m.setFilter(m.filter + clean(s))
	}
}

// maxFilter bounds the filter: nobody types as much.
const maxFilter = 200

func (m *model) setFilter(s string) {
	for utf8.RuneCountInString(s) > maxFilter {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	m.filter = s
	m.list()
}

func clock(t time.Time) string { return t.Local().Format(time.TimeOnly) }

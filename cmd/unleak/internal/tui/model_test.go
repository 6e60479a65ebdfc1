// SPDX-License-Identifier: MIT

package tui

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/unleak/unleak"
)

// shop is a model that has taken a look at the made-up service.
func shop(t *testing.T, opts Options) *model {
	t.Helper()
	m := newModel(opts)
	m.Update(newLook(service(7), nil))
	return m
}

// keys presses keys, which stand apart by spaces, and returns the last command.
func keys(m *model, names string) tea.Cmd {
	special := map[string]rune{"enter": tea.KeyEnter, "tab": tea.KeyTab, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown,
		"left": tea.KeyLeft, "right": tea.KeyRight, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace}
	var cmd tea.Cmd
	for _, name := range strings.Fields(names) {
		key := tea.KeyPressMsg{Code: special[name]}
		switch letter, ctrl := strings.CutPrefix(name, "ctrl+"); {
		case name == "space":
			key.Code, key.Text = ' ', " "
		case ctrl:
			key.Code, key.Mod = []rune(letter)[0], tea.ModCtrl
		case key.Code == 0:
			key.Code, key.Text = []rune(name)[0], name
		}
		_, cmd = m.Update(key)
	}
	return cmd
}

// TestKeys presses keys at the first look, and looks at what is selected, how many
// rows there are, which frame is looked at, and what the last line answers.
func TestKeys(t *testing.T) {
	const hub, warm, cart = "notify.(*Hub).Publish.func1", "http.(*persistConn).readLoop", "cart.(*Store).Add"
	for _, c := range []struct {
		keys     string
		selected string
		shown    int
		frame    int
		focus    pane
		status   string
	}{
		{"", hub, 103, 0, listPane, ""},
		{"j", warm, 103, 0, listPane, ""},
		{"down down", cart, 103, 1, listPane, ""}, // the lock's caller, not sync.(*Mutex).Lock
		{"j k up", hub, 103, 0, listPane, ""},
		{"G", "billing.(*Cache).loop297", 103, 0, listPane, ""},
		{"end home", hub, 103, 0, listPane, ""},
		{"f", hub, 3, 0, listPane, "only findings are shown"},
		{"f f", hub, 103, 0, listPane, "other groups are shown too"},
		{"i", hub, 303, 0, listPane, "idle groups are shown"},
		{"G i i", "billing.(*Cache).loop297", 103, 0, listPane, "idle groups are hidden"},
		{"j s", warm, 103, 0, listPane, "sorted by count"},
		{"s s s s", hub, 103, 0, listPane, "sorted by rank"},
		{"/ c a r t", cart, 13, 1, listPane, ""},
		{"/ c a r t enter", cart, 13, 1, listPane, ""},
		{"/ c a r t enter esc", cart, 103, 1, listPane, ""},
		{"/ c a r t esc", cart, 103, 1, listPane, ""},
		{"/ g l o b e x", hub, 1, 0, listPane, ""},
		{"/ M U T E X space s t o r e", cart, 1, 1, listPane, ""},
		{"/ q q q", "", 0, 0, listPane, ""},
		{"/ q q backspace backspace", "cart.(*Queue).loop0", 103, 0, listPane, ""}, // what q found stays selected,
		{"/ h u b space c d ctrl+w ctrl+u", hub, 103, 0, listPane, ""},
		{"j j tab", cart, 103, 1, detailsPane, ""},
		{"j j enter j j", cart, 103, 3, detailsPane, ""},
		{"j j enter j j esc", cart, 103, 3, listPane, ""},
		{"j j tab G", cart, 103, 5, detailsPane, ""},
		{"j j tab G g", cart, 103, 0, detailsPane, ""},
		{"j j tab k k k k", cart, 103, 0, detailsPane, ""},
		{"j j ]", cart, 103, 1, listPane, "stack 2 of 2"},
		{"j j right right", cart, 103, 1, listPane, "stack 1 of 2"},
		{"]", hub, 103, 0, listPane, "there is one stack only"},
		{"?", hub, 103, 0, helpPage, ""},
		{"? ?", hub, 103, 0, listPane, ""},
		{"? o", hub, 103, 0, overviewPage, ""},
		{"tab ? o esc", hub, 103, 0, detailsPane, ""},
		{"o / c a r t enter", cart, 13, 1, listPane, ""},
		{"space", hub, 103, 0, listPane, ""},
		{"e", hub, 103, 0, listPane, "set EDITOR to the command that opens a file"},
		{"c", hub, 103, 0, listPane, "sent to the terminal's clipboard: notify/hub.go:47"},
	} {
		t.Run(c.keys, func(t *testing.T) {
			m := shop(t, Options{})
			keys(m, c.keys)
			selected := ""
			if r := m.selected(); r != nil {
				selected = unleak.ShortFunc(r.blocked.Func)
			}
			if selected != c.selected || len(m.shown) != c.shown || m.frame != c.frame || m.focus != c.focus || m.status != c.status {
				t.Errorf("selected %s of %d, frame %d, focus %d, status %q;\nwant %s of %d, frame %d, focus %d, status %q",
					selected, len(m.shown), m.frame, m.focus, m.status, c.selected, c.shown, c.frame, c.focus, c.status)
			}
		})
	}
}

func TestQuit(t *testing.T) {
	for _, names := range []string{"q", "ctrl+c", "? q", "tab q", "/ q ctrl+c"} {
		m := shop(t, Options{})
		cmd := keys(m, names)
		if cmd == nil {
			t.Errorf("%s: no command", names)
		} else if _, ok := cmd().(tea.QuitMsg); !ok {
			t.Errorf("%s does not quit", names)
		}
	}
}

// TestOrders holds that each order puts the greatest first.
func TestOrders(t *testing.T) {
	m := shop(t, Options{})
	for _, c := range []struct {
		by    order
		value func(*row) int
	}{{byCount, func(r *row) int { return r.count }}, {byGrowth, (*row).growth}, {byAge, (*row).minutes}, {byRank, func(r *row) int { return -r.rank }}} {
		keys(m, "s")
		if m.order != c.by {
			t.Fatalf("order %v, want %v", m.order, c.by)
		}
		for i := 1; i < len(m.shown); i++ {
			if a, b := c.value(m.shown[i-1]), c.value(m.shown[i]); a < b {
				t.Errorf("by %v: row %d has %d, the next %d", c.by, i-1, a, b)
			}
		}
	}
}

// TestRefresh holds that a look which comes in leaves selection, stack, frame and
// filter as they are, and that one which fails leaves the report.
func TestRefresh(t *testing.T) {
	m := shop(t, Options{})
	keys(m, "/ s t o r e enter tab ] j")
	before := m.report
	id, stack, frame := m.selected().id, m.stack, m.frame
	m.Update(newLook(service(8), nil))
	if m.report == before || m.looks != 2 {
		t.Error("the look was not taken")
	}
	if m.selected() == nil || m.selected().id != id || m.stack != stack || m.frame != frame || m.filter != "store" {
		t.Errorf("selected %+v, stack %d, frame %d, filter %q; want %+v, %d, %d, store", m.selected(), m.stack, m.frame, m.filter, id, stack, frame)
	}
	before = m.report
	at := time.Date(2026, 3, 14, 3, 13, 25, 0, time.Local)
	m.Update(look{err: errors.New("connection \x1b[31mrefused"), at: at})
	if want := "the look at 03:13:25 failed: connection refused"; m.report != before || m.failed != want {
		t.Errorf("failed = %q, want %q, and the report as it was", m.failed, want)
	}
	if text := screen(m); !strings.Contains(text, m.failed) {
		t.Errorf("the screen does not tell of the look that failed:\n%s", text)
	}
	m.Update(newLook(service(9), nil))
	if m.failed != "" {
		t.Errorf("failed = %q after a look that did not", m.failed)
	}
}

// TestGone selects a group that the next look has not.
func TestGone(t *testing.T) {
	m := shop(t, Options{})
	keys(m, "j")
	var rest []unleak.Message
	for _, msg := range service(8) {
		if (msg.Finding == nil || msg.Finding.Grade != unleak.Likely) && (msg.Group == nil || msg.Group.Key != m.selected().id.key) {
			rest = append(rest, msg)
		}
	}
	m.Update(newLook(rest, nil))
	if m.cursor != 1 || m.selected().mark != "suspect" || m.status != "the group that was selected is gone" {
		t.Errorf("cursor %d on a %s, status %q", m.cursor, m.selected().mark, m.status)
	}
}

func TestPause(t *testing.T) {
	m := shop(t, Options{})
	keys(m, "space")
	before := m.report
	m.Update(newLook(service(8), nil))
	m.Update(newLook(service(9), nil))
	if m.report != before || !strings.Contains(screen(m), "look 1 at 03:13:05  paused, 2 newer") {
		t.Errorf("a look was shown while paused:\n%s", screen(m))
	}
	m.Update(lastLook{})
	keys(m, "space")
	if len(m.report.snapshots) != 9 || !strings.Contains(screen(m), "look 3 at 03:13:25  ended") {
		t.Errorf("the newest look is not shown:\n%s", screen(m))
	}
	keys(m, "space")
	if m.paused || m.status == "" {
		t.Error("paused where no look will come")
	}
}

// TestChange holds where a change is taken from.
func TestChange(t *testing.T) {
	group := func(key string, count int, counts ...int) unleak.Message {
		return unleak.Message{Group: &unleak.Group{Key: key, Count: count, Counts: counts, Wait: unleak.WaitSelect}}
	}
	m := newModel(Options{})
	m.Update(newLook([]unleak.Message{group("a", 5), group("b", 5), group("c", 5, 0, 5), group("d", 5, 9, 5)}, nil))
	changes := func() (all []string) {
		for _, r := range m.report.rows {
			all = append(all, r.id.key+r.change.String())
		}
		return all
	}
	if got, want := changes(), []string{"a", "b", "cnew", "d-4"}; !reflect.DeepEqual(got, want) {
		t.Errorf("first look: %v, want %v", got, want)
	}
	m.Update(newLook([]unleak.Message{group("a", 7), group("b", 5), group("e", 2), group("d", 2_000_005, 9, 5, 2_000_005)}, nil))
	if got, want := changes(), []string{"a+2", "b0", "enew", "d+2.00M"}; !reflect.DeepEqual(got, want) {
		t.Errorf("second look: %v, want %v", got, want)
	}
}

// TestEnded holds that groups of which no goroutine is left are shown once more and
// then no longer.
func TestEnded(t *testing.T) {
	m := newModel(Options{})
	for _, c := range []struct {
		counts []int
		shown  int
	}{{[]int{3, 2}, 1}, {[]int{3, 2, 0}, 1}, {[]int{3, 2, 0, 0}, 0}} {
		g := &unleak.Group{Key: "a", Count: c.counts[len(c.counts)-1], Counts: c.counts, Wait: unleak.WaitSelect}
		m.Update(newLook([]unleak.Message{{Group: g}}, nil))
		if len(m.shown) != c.shown {
			t.Errorf("%v: %d rows are shown, want %d", c.counts, len(m.shown), c.shown)
		}
	}
}

// TestMouse clicks on what stands on the screen and turns the wheel over it.
func TestMouse(t *testing.T) {
	m := shop(t, Options{Source: excerpts})
	find := func(text string) (x, y int) {
		for y, line := range strings.Split(screen(m), "\n") {
			if i := strings.Index(line, text); i >= 0 {
				return m.ruler.StringWidth(line[:i]), y
			}
		}
		t.Fatalf("%q is not on the screen:\n%s", text, screen(m))
		return 0, 0
	}
	click := func(text string) {
		x, y := find(text)
		m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
	}
	for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 40}, {Width: 160, Height: 40}} {
		m.Update(size)
		click("cart.(*Store).Add  store.go")
		if m.cursor != 2 || m.focus != listPane {
			t.Errorf("%v: a click on the third row selects row %d", size, m.cursor)
		}
		click("api.(*Server).addToCart")
		if m.frame != 2 || m.focus != detailsPane {
			t.Errorf("%v: a click on the third frame selects frame %d", size, m.frame)
		}
		m.Update(tea.MouseWheelMsg{X: 10, Y: 4, Button: tea.MouseWheelUp})
		if m.cursor != 0 {
			t.Errorf("%v: the wheel goes to row %d", size, m.cursor)
		}
		keys(m, "esc")
	}
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	_, y := find("why")
	m.Update(tea.MouseWheelMsg{X: 5, Y: y, Button: tea.MouseWheelDown})
	if m.scroll != wheelStep || m.cursor != 0 {
		t.Errorf("the wheel over the details scrolls them to %d, and the list to row %d", m.scroll, m.cursor)
	}
}

// TestEditor holds how a file and its line are given to editors.
func TestEditor(t *testing.T) {
	for editor, want := range map[string]string{
		"vi":                   "vi +47 /a b.go",
		"emacsclient -nw":      "emacsclient -nw +47 /a b.go",
		"/usr/bin/code --wait": "/usr/bin/code --wait -g /a b.go:47",
		"hx":                   "hx /a b.go:47",
		"goland.exe":           "goland.exe --line 47 /a b.go",
	} {
		if got := strings.Join(editorCommand(editor, "/a b.go", 47), " "); got != want {
			t.Errorf("%s: %s, want %s", editor, got, want)
		}
	}
	m := shop(t, Options{Source: excerpts, Editor: "vi"})
	if keys(m, "e") == nil || m.status != "" {
		t.Errorf("e starts nothing: %s", m.status)
	}
	keys(m, "j")
	if keys(m, "e") != nil || !strings.Contains(m.status, "not found on this machine") {
		t.Errorf("e on a frame without source answers %q", m.status)
	}
	m.Update(edited{"vi", fmt.Errorf("exit status 1")})
	if m.status != "vi: exit status 1" {
		t.Errorf("an editor that fails gives %q", m.status)
	}
}

// TestClipboard holds what is copied: the name on this machine, where there is one.
func TestClipboard(t *testing.T) {
	m := shop(t, Options{Source: excerpts})
	if got := fmt.Sprint(keys(m, "c")()); got != "/src/shop/notify/hub.go:47" {
		t.Errorf("copied %q", got)
	}
	if got := fmt.Sprint(keys(m, "j j c")()); got != "cart/store.go:61" {
		t.Errorf("copied %q", got)
	}
}

// TestPaste takes a pasted text into the filter only, without what a terminal
// would obey.
func TestPaste(t *testing.T) {
	m := shop(t, Options{})
	m.Update(tea.PasteMsg{Content: "cart"})
	if m.filter != "" {
		t.Errorf("filter %q without its line", m.filter)
	}
	keys(m, "/")
	m.Update(tea.PasteMsg{Content: "sto\x1b[31mre\n"})
	if m.filter != "store " || len(m.shown) != 1 {
		t.Errorf("filter %q, %d rows", m.filter, len(m.shown))
	}
	m.Update(tea.PasteMsg{Content: strings.Repeat("世", 10*maxFilter)})
	if n := len([]rune(m.filter)); n != maxFilter {
		t.Errorf("the filter has %d characters", n)
	}
}

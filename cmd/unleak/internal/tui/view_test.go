// SPDX-License-Identifier: MIT

package tui

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/unleak/unleak"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// screen is what View draws, without colours and without spaces at the ends.
func screen(m *model) string {
	var b strings.Builder
	for line := range strings.SplitSeq(ansi.Strip(m.View().Content), "\n") {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// TestScreens draws the screen at some sizes, after some keys.
func TestScreens(t *testing.T) {
	for _, c := range []struct {
		name          string
		width, height int
		keys          string
	}{
		{"list-80x24", 80, 24, ""},
		{"stack-80x24", 80, 24, "tab"},
		{"stacks-100x30", 100, 30, "j j tab ] j"},
		{"side-160x40", 160, 40, ""},
		{"filter-80x24", 80, 24, "i / c a r t"},
		{"count-60x16", 60, 16, "f s"},
		{"small-30x8", 30, 8, ""},
		{"small-stack-30x8", 30, 8, "tab"},
		{"help-80x40", 80, 40, "?"},
		{"overview-80x30", 80, 30, "o"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := shop(t, Options{Source: excerpts})
			m.Update(tea.WindowSizeMsg{Width: c.width, Height: c.height})
			keys(m, c.keys)
			golden(t, filepath.Join("testdata", c.name+".txt"), screen(m))
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; -update rewrites it. Got:\n%s", file, got)
	}
}

// hostile is a report of texts that no sane program has.
func hostile() []unleak.Message {
	texts := []string{"", "a\x1b[2Jb\nc\td\u202ee", "世界.(*日本).語", strings.Repeat("x", 100_000), strings.Repeat("広", 50_000),
		"e" + strings.Repeat("\u0301", 5000), "\xff\xfe\x80", "👩‍👩‍👧🇩🇪👍🏽.f", "m.F[go.shape.int_0/…].G"}
	var messages []unleak.Message
	for i, s := range texts {
		f := unleak.Frame{Func: s, File: s, Line: i * 1e9, Text: s}
		stack := slices.Repeat([]unleak.Frame{f}, 60*(i%2))
		labels := map[string][]unleak.ValueCount{s: {{Value: s, Count: 1}, {Value: s, Count: -1}}}
		messages = append(messages,
			unleak.Message{Snapshot: &unleak.Snapshot{From: s, Format: s, Bytes: -1}},
			unleak.Message{Finding: &unleak.Finding{Key: s, Cause: unleak.Cause(s), Grade: unleak.Grade(s), Count: 1 << 60, Wait: unleak.Wait(s),
				Blocked: f, Own: &f, Entry: f, Created: &f, Creators: []unleak.Frame{f}, Stack: stack, Age: &unleak.Age{Min: -1, Max: 1 << 60},
				Impact: &unleak.Impact{Share: -1, PerHour: 1e300, StackBytes: 1 << 62, Counts: []int{1 << 62, -1, 0}}, Explanation: s,
				Evidence: []unleak.Evidence{{How: unleak.How(s), Test: s, Note: s}},
				Fixes:    []unleak.Fix{{Title: s, Edits: []unleak.Edit{{File: s, Line: -1, End: -9, New: s}, {New: strings.Repeat("\n", 100)}}}}}},
			unleak.Message{Group: &unleak.Group{Key: s, Count: -1, Wait: unleak.Wait(s), Stack: stack, Created: &f, Labels: labels, Idle: s, Elided: i - 1}},
			unleak.Message{Group: &unleak.Group{Key: s + "2", Count: -1, Wait: unleak.Wait(s), Stack: stack, Elided: 7 - i, Leaked: i}},
			unleak.Message{Group: &unleak.Group{Key: s + "2", Count: -1, Wait: unleak.Wait(s), Stack: stack, Elided: 7 - i, Leaked: i}},
			unleak.Message{Rollup: &unleak.Rollup{By: s, Values: labels[s], Without: i}},
			unleak.Message{Loss: &unleak.Loss{Kind: s, Message: s, Hides: true}})
	}
	return append(messages, unleak.Message{Summary: &unleak.Summary{Forecast: &unleak.Forecast{Goroutines: 1 << 62, Hours: 1e300}}})
}

// TestFrameOfScreen walks at random through reports, sizes and keys: each screen
// has as many lines as it should, none of them wider than it is, and nothing that
// a terminal obeys but colours.
func TestFrameOfScreen(t *testing.T) {
	source := func(f unleak.Frame) Excerpt {
		return Excerpt{File: "/x", First: f.Line - 2, Lines: []string{"\tif \x1b[31mx {", "", "\t\t世界\x00" + strings.Repeat("y", 9999), "\t}"}}
	}
	var reports []look // cleaned once: that takes longest
	for _, messages := range [][]unleak.Message{hostile(), service(7), nil, service(9), {{Config: &unleak.Config{Module: "m"}}}} {
		reports = append(reports, newLook(messages, nil))
	}
	var all []string
	for _, b := range bindings() {
		all = append(all, b.keys...)
	}
	all = append(all, "backspace", "x", "世", "ctrl+w", "enter", "esc", "esc")
	random := rand.New(rand.NewPCG(7, 7))
	m := newModel(Options{Source: source, Editor: "vi"})
	m.Update(reports[0])
	for step := range 1000 {
		what := ""
		switch random.IntN(12) {
		case 0:
			size := tea.WindowSizeMsg{Width: 1 + random.IntN(200), Height: 1 + random.IntN(60)}
			what = fmt.Sprint(size)
			m.Update(size)
		case 1:
			what = "a look"
			m.Update(reports[random.IntN(len(reports))])
		case 2:
			what = "a failure"
			m.Update(newLook(nil, fmt.Errorf("%s", strings.Repeat("no\n", random.IntN(9999)))))
		case 3:
			what = "the mouse"
			x, y := random.IntN(m.width), random.IntN(m.height)
			m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
			m.Update(tea.MouseWheelMsg{X: x, Y: y, Button: []tea.MouseButton{tea.MouseWheelDown, tea.MouseWheelUp, tea.MouseWheelLeft}[random.IntN(3)]})
		default:
			what = all[random.IntN(len(all))]
			if what != "f1" {
				keys(m, what)
			}
		}
		checkScreen(t, fmt.Sprintf("step %d (%s)", step, what), m)
		if t.Failed() {
			return
		}
	}
}

func checkScreen(t *testing.T, when string, m *model) {
	t.Helper()
	lines := strings.Split(m.View().Content, "\n")
	if len(lines) != m.height {
		t.Errorf("%s: %d lines on a screen of %dx%d", when, len(lines), m.width, m.height)
	}
	for _, line := range lines {
		plain := ansi.Strip(line)
		if n := m.ruler.StringWidth(line); n != m.width {
			t.Errorf("%s: a line of %d columns on a screen of %dx%d: %q", when, n, m.width, m.height, plain)
		}
		if strings.ContainsFunc(plain, func(r rune) bool { return r < ' ' || r == '\u202e' }) {
			t.Errorf("%s: a line with control characters: %q", when, plain)
		}
	}
}

// TestThemes holds that the selection can be seen on every terminal: by a grey where
// there are such colours and the background is known, else reversed.
func TestThemes(t *testing.T) {
	for _, c := range []struct {
		shade  shade
		colors colorprofile.Profile
		want   string
	}{
		{unknown, colorprofile.TrueColor, reverse},
		{dark, colorprofile.TrueColor, "\x1b[48;5;237m"},
		{light, colorprofile.ANSI256, "\x1b[48;5;253m"},
		{dark, colorprofile.ANSI, reverse},
		{light, colorprofile.ASCII, reverse},
	} {
		m := shop(t, Options{})
		m.shade = c.shade
		m.Update(tea.ColorProfileMsg{Profile: c.colors})
		selected := strings.Split(m.View().Content, "\n")[3]
		if !strings.HasPrefix(selected, c.want+cursorMark) && !strings.HasPrefix(selected, c.want) {
			t.Errorf("%v with %v: the selected line is %q, want %q first", c.shade, c.colors, selected, c.want)
		}
	}
}

// TestSpark draws lines of bars.
func TestSpark(t *testing.T) {
	for _, c := range []struct {
		counts []int
		width  int
		want   string
	}{
		{nil, 10, ""},
		{[]int{5}, 10, ""},
		{[]int{5, 5, 5}, 10, "▁▁▁"},
		{[]int{0, 1, 2, 3, 4, 5, 6, 7}, 10, "▁▂▃▄▅▆▇█"},
		{[]int{7, 0}, 10, "█▁"},
		{[]int{0, 9, 0, 0, 0, 0, 0, 5}, 4, "█▁▁▄"},
	} {
		if got := spark(c.counts, c.width); got != c.want {
			t.Errorf("spark(%v, %d) = %s, want %s", c.counts, c.width, got, c.want)
		}
	}
}

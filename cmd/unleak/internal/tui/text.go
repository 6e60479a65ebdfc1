// SPDX-License-Identifier: MIT

package tui

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/unleak/unleak"
)

// A ruler measures and cuts text as the terminal will: as wide characters take two
// columns, and what joins the one before takes none.
type ruler struct{ ansi.Method }

// fit makes s exactly width columns wide; s may hold colours.
func (r ruler) fit(s string, width int) string {
	s = r.cut(s, width)
	return s + strings.Repeat(" ", max(0, width-r.StringWidth(s)))
}

// right is fit with the text at the right end.
func (r ruler) right(s string, width int) string {
	s = r.cut(s, width)
	return strings.Repeat(" ", max(0, width-r.StringWidth(s))) + s
}

// cut makes s at most width columns wide, with an ellipsis where it cuts.
func (r ruler) cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	if len(s) <= width {
		return s // no text has more columns than bytes
	}
	text := r.Truncate(s, width, "…")
	// Truncate of x/ansi v0.11.9 leaves alone what fits by the grapheme, also
	// where it is to count by the rune, and is told a lesser width then.
	for less := width - 1; r.StringWidth(text) > width; less-- {
		text = r.Truncate(s, less, "…")
	}
	return text
}

// wrap breaks s, without colours, into lines of at most width columns.
func (r ruler) wrap(s string, width int) []string {
	if width <= 0 {
		return nil
	}
	return strings.Split(r.Wrap(s, width, ""), "\n")
}

// maxText is the greatest length of one text in bytes. Names that a generator or
// an attacker wrote have no bound of their own.
const maxText = 2000

// clip bounds a text before it is measured.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	cut := maxText
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// spark draws counts as a line of bars, at most width of them; of several that
// share a bar it shows the greatest. The lowest bar is the least count and not 0:
// the numbers stand beside it, and the shape is what they do not tell.
func spark(counts []int, width int) string {
	if len(counts) < 2 || width < 1 {
		return ""
	}
	bars := counts
	if len(counts) > width {
		bars = make([]int, width)
		for i := range bars {
			bars[i] = slices.Max(counts[i*len(counts)/width : (i+1)*len(counts)/width])
		}
	}
	const levels = "▁▂▃▄▅▆▇█"
	low, high := slices.Min(bars), slices.Max(bars)
	var b strings.Builder
	for _, n := range bars {
		level := 0
		if high > low {
			level = (n - low) * 7 / (high - low)
		}
		b.WriteString(levels[3*level : 3*level+3])
	}
	return b.String()
}

// number writes n in at most seven columns.
func number(n int) string {
	switch {
	case n < 1_000_000:
		return unleak.Number(n)
	case n < 10_000_000:
		return fmt.Sprintf("%.2fM", float64(n)/1e6)
	default:
		return fmt.Sprintf("%dM", n/1_000_000)
	}
}

func (c change) String() string {
	switch {
	case !c.known:
		return ""
	case c.fresh:
		return "new"
	case c.n > 0:
		return "+" + number(c.n)
	case c.n < 0:
		return "-" + number(-c.n)
	}
	return "0"
}

// span writes minutes in the greatest unit that fits.
func span(minutes int) string {
	switch {
	case minutes < 120:
		return fmt.Sprintf("%dm", minutes)
	case minutes < 48*60:
		return fmt.Sprintf("%dh", minutes/60)
	default:
		return fmt.Sprintf("%dd", minutes/(24*60))
	}
}

// valueList writes the most frequent values: "acme 5000, globex 12 and 2 more".
func valueList(values []unleak.ValueCount, most int) string {
	var names []string
	for _, v := range values[:min(len(values), most)] {
		names = append(names, clip(v.Value)+" "+unleak.Number(v.Count))
	}
	list := strings.Join(names, ", ")
	if rest := len(values) - most; rest > 0 {
		list += " and " + unleak.Number(rest) + " more"
	}
	return list
}

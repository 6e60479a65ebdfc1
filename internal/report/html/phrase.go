// SPDX-License-Identifier: MIT

package html

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unleak/unleak"
)

// functions are what the templates call.
func functions() template.FuncMap {
	return template.FuncMap{
		"plural": plural, "number": number[int], "place": place, "trend": newTrend,
		"age": ageText, "impact": impactText, "size": size, "at": at,
		"groupsStyle":  func() template.CSS { return template.CSS(part(groupsStyle)) },
		"groupsScript": func() template.JS { return template.JS(part(groupsScripts[:]...)) },
	}
}

// number writes a number with a comma before each three digits.
func number[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// plural writes a number and a noun.
func plural(n int, noun string) string {
	_, noun, _ = strings.Cut(unleak.Plural(n, noun), " ")
	return number(n) + " " + noun
}

// size writes a number of bytes with three digits.
func size(bytes int64) string {
	n, unit := float64(bytes), "B"
	for _, next := range [...]string{"KiB", "MiB", "GiB", "TiB"} {
		if n < 1000 {
			break
		}
		n, unit = n/1024, next
	}
	return round(n) + " " + unit
}

// round writes a number with two digits or more, as far as they mean something.
func round(n float64) string {
	if math.Abs(n) < 9.95 && n != math.Trunc(n) {
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	return number(int64(math.Round(n)))
}

// share writes a share in per cent.
func share(part float64) string {
	switch percent := part * 100; {
	case percent > 0 && percent < 0.1:
		return "under 0.1 %"
	default:
		return round(percent) + " %"
	}
}

// signed writes a change.
func signed(n float64) string {
	sign := "+"
	if n < 0 {
		sign = "−"
	}
	return sign + round(math.Abs(n))
}

// span writes a length of time with as many parts as a forecast is worth.
func span(hours float64) string {
	switch {
	case hours < 1.0/60:
		return "under a minute"
	case hours < 2:
		return number(int(math.Round(hours*60))) + " min"
	case hours < 48:
		return round(hours) + " h"
	case hours < 2*365*24:
		return round(hours/24) + " days"
	}
	return "over two years"
}

// ageText says how long goroutines have waited, of which there are count.
func ageText(a unleak.Age, count int) string {
	text := "about " + minutes(a.Min)
	if a.Max > a.Min {
		text = number(a.Min) + " to " + minutes(a.Max)
	}
	text += ", give or take a cycle of the garbage collector"
	if a.Known < count {
		text += fmt.Sprintf("; %s of %s show it", number(a.Known), number(count))
	}
	return text
}

func minutes(n int) string { return number(n) + " min" }

// impactText says what a finding's goroutines cost.
func impactText(i unleak.Impact) string {
	var parts []string
	if i.Share > 0 {
		parts = append(parts, share(i.Share)+" of all goroutines")
	}
	if i.StackBytes > 0 {
		stacks := size(i.StackBytes) + " of stacks"
		if i.AtLeast {
			stacks = "at least " + stacks
		}
		parts = append(parts, stacks)
	}
	if i.PerHour != 0 {
		parts = append(parts, signed(i.PerHour)+" an hour")
	}
	return strings.Join(parts, " · ")
}

// at writes an instant in UTC, as logs have it.
func at(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// A trend is a line of numbers over time, drawn from zero in 60 by 16 points.
type trend struct {
	Points string // of an SVG polyline
	Text   string
}

// The size of the drawing, and how many numbers it can show.
const (
	trendWidth, trendHeight = 60, 16
	maxTrend                = 60
)

// newTrend returns nil where there is nothing to draw.
func newTrend(counts []int) *trend {
	n := len(counts)
	if n < 2 {
		return nil
	}
	t := &trend{Text: fmt.Sprintf("%s, then %s, over %d snapshots", number(counts[0]), number(counts[n-1]), n)}
	counts = thin(counts, maxTrend)
	most := max(slices.Max(counts), 1)
	var points []string
	for i, c := range counts {
		x := 1 + float64(i)*(trendWidth-2)/float64(len(counts)-1)
		y := trendHeight - 1.5 - float64(max(c, 0))*(trendHeight-3)/float64(most)
		points = append(points, fmt.Sprintf("%.1f,%.1f", x, y))
	}
	t.Points = strings.Join(points, " ")
	return t
}

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
		"plural": unleak.Plural, "number": unleak.Number, "place": place, "trend": trend, "next": func(i int) int { return i + 1 }, "bytes": unleak.Bytes, "at": at,
		"groupsStyle":  func() template.CSS { return template.CSS(part(groupsStyle)) },
		"groupsScript": func() template.JS { return template.JS(part(groupsScripts[:]...)) },
	}
}

// round writes a number with two digits or more, as far as they mean something.
func round(n float64) string {
	if math.Abs(n) < 9.95 && n != math.Trunc(n) {
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	return unleak.Number(int(math.Round(n)))
}

// signed writes a change.
func signed(n float64) string {
	sign := "+"
	if n < 0 {
		sign = "−"
	}
	return sign + round(math.Abs(n))
}

// at writes an instant in UTC, as logs have it.
func at(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// The size of the drawing of a trend, and how many numbers it can show.
const (
	trendWidth, trendHeight = 60, 16
	maxTrend                = 60
)

// trend returns the points of a line that is drawn from zero, for an SVG polyline;
// "" where there is nothing to draw.
func trend(counts []int) string {
	if len(counts) < 2 {
		return ""
	}
	counts = thin(counts, maxTrend)
	most := max(slices.Max(counts), 1)
	var points []string
	for i, c := range counts {
		x := 1 + float64(i)*(trendWidth-2)/float64(len(counts)-1)
		y := trendHeight - 1.5 - float64(max(c, 0))*(trendHeight-3)/float64(most)
		points = append(points, fmt.Sprintf("%.1f,%.1f", x, y))
	}
	return strings.Join(points, " ")
}

// SPDX-License-Identifier: MIT

package inspect

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

// A dimension is a value of -by, and what a group's value is.
type dimension struct {
	name string
	of   func(*unleak.Goroutine) string
}

var dimensions = [...]dimension{
	{"wait", func(g *unleak.Goroutine) string { return string(g.Wait) }},
	{"function", func(g *unleak.Goroutine) string { return g.Blocked().Func }},
	{"package", func(g *unleak.Goroutine) string { return g.Blocked().Package() }},
	{"entry", func(g *unleak.Goroutine) string { return g.Entry().Func }},
	{"creator", func(g *unleak.Goroutine) string { return g.Created.Func }},
}

const byLabel = "label:"

func dimensionNames() string {
	names := byLabel + "KEY"
	for _, d := range dimensions {
		names += ", " + d.name
	}
	return names
}

func checkDimension(by string) error {
	if key, ok := strings.CutPrefix(by, byLabel); ok && key != "" {
		return nil
	}
	if !slices.ContainsFunc(dimensions[:], func(d dimension) bool { return d.name == by }) {
		return usage.Errorf("no dimension %q: -by is one of %s", by, dimensionNames())
	}
	return nil
}

// maxRollup bounds how many values are told.
const maxRollup = 1000

// rollup counts the groups' goroutines by a dimension.
func rollup(by string, groups []unleak.Group) unleak.Rollup {
	counts := make(map[string]int)
	total := 0
	for i := range groups {
		g := &groups[i]
		total += g.Count
		if key, ok := strings.CutPrefix(by, byLabel); ok {
			for _, v := range g.Labels[key] {
				counts[v.Value] += v.Count
			}
			continue
		}
		sample := unleak.Goroutine{Wait: g.Wait, Stack: g.Stack}
		if g.Created != nil {
			sample.Created = *g.Created
		}
		for _, d := range dimensions {
			if value := d.of(&sample); d.name == by && value != "" {
				counts[value] += g.Count
			}
		}
	}
	r := unleak.Rollup{By: by, Values: sortedCounts(counts), Without: total}
	for _, v := range r.Values {
		r.Without -= v.Count
	}
	r.Values = r.Values[:min(len(r.Values), maxRollup)]
	return r
}

// sortedCounts lists counts, the largest first.
func sortedCounts(counts map[string]int) []unleak.ValueCount {
	var values []unleak.ValueCount
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		values = append(values, unleak.ValueCount{Value: value, Count: counts[value]})
	}
	slices.SortStableFunc(values, func(a, b unleak.ValueCount) int { return cmp.Compare(b.Count, a.Count) })
	return values
}

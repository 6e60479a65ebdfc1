// SPDX-License-Identifier: MIT

// Package turns holds what the benchmarks share that run programs side by side:
// the programs take turns, and those of one turn are compared with each other, so
// that a machine that slows down slows all sides.
package turns

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Seconds holds the times of one side's runs, in the order of the
// turns.
type Seconds []float64

func (s Seconds) String() string { return spread(s, "%.3f") }

// Over returns, turn by turn, the time of s less that of the other side.
func (s Seconds) Over(other Seconds) Seconds {
	diff := make(Seconds, len(s))
	for i := range s {
		diff[i] = s[i] - other[i]
	}
	return diff
}

// DividedBy returns, turn by turn, the time of s over that of the other side.
func (s Seconds) DividedBy(other Seconds) []float64 {
	ratio := make([]float64, len(s))
	for i := range s {
		ratio[i] = s[i] / other[i]
	}
	return ratio
}

// Megabytes holds an amount of memory of one side's runs.
type Megabytes []float64

func (m Megabytes) String() string { return spread(m, "%.1f") }

func spread[S ~[]float64](s S, verb string) string {
	return fmt.Sprintf(verb+" ("+verb+"–"+verb+")", Median(s), slices.Min(s), slices.Max(s))
}

// Median returns the middle of the values.
func Median[S ~[]float64](s S) float64 {
	sorted := slices.Sorted(slices.Values(s))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// A Side is what the runs of one program took.
type Side struct {
	Name  string
	Times Seconds
	Peaks Megabytes // nil where it is not asked for or not known
	// Allocated is what the runs allocated, or nil.
	Allocated Megabytes
}

// A Result is what a case found out, and whether that is as wanted.
type Result struct {
	Name, Measured, Wanted string
	Sides                  []Side
	OK                     bool
}

// A column is a kind of memory in a table. It is left out where no side has any.
type column struct {
	title string
	of    func(*Side) Megabytes
}

var memory = [...]column{
	{"peak MB", func(s *Side) Megabytes { return s.Peaks }},
	{"allocated MB", func(s *Side) Megabytes { return s.Allocated }},
}

// Report writes a table of the results. It is an error that one is not as wanted.
func Report(w io.Writer, results []Result, runs int) error {
	fmt.Fprintf(w, "Medians of up to %d runs a side, with the least and the most.\n\n", runs)
	var columns []column
	for _, c := range memory {
		if slices.ContainsFunc(results, func(r Result) bool { return c.of(&r.Sides[0]) != nil }) {
			columns = append(columns, c)
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, side, seconds, measured, wanted string, megabytes func(column) string) {
		for _, c := range columns {
			seconds += "\t" + megabytes(c)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t\n", name, side, seconds, measured, wanted)
	}
	row("case", "side", "seconds", "measured", "wanted", func(c column) string { return c.title })
	var over []string
	for _, r := range results {
		for i, s := range r.Sides {
			measured, wanted := "", ""
			if i == len(r.Sides)-1 {
				measured, wanted = r.Measured, r.Wanted
			}
			row(r.Name, s.Name, s.Times.String(), measured, wanted, func(c column) string {
				if m := c.of(&s); m != nil {
					return m.String()
				}
				return ""
			})
		}
		if !r.OK {
			over = append(over, r.Name)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("dearer than wanted: %s", strings.Join(over, ", "))
	}
	return nil
}

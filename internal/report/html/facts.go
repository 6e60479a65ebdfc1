// SPDX-License-Identifier: MIT

package html

import (
	"time"

	"github.com/unleak/unleak"
)

// A fact is one of the numbers at the top of a process's page.
type fact struct {
	Name, Value, Note string
	Trend             string // the points of a line
}

// facts returns what is known of the process as a whole.
func facts(r *unleak.Report) []fact {
	if len(r.Snapshots) == 0 {
		return nil
	}
	s := &r.Summary
	facts := []fact{goroutines(r)}
	if s.Goroutines > 0 && s.Total > 0 {
		cost := unleak.Impact{Share: float64(s.Goroutines) / float64(s.Total)}
		facts = append(facts, fact{Name: "In findings", Value: unleak.Number(s.Goroutines), Note: cost.Text()})
	}
	if f := s.Forecast; f != nil && f.PerHour != 0 {
		facts = append(facts, fact{Name: "Growth", Value: signed(f.PerHour), Note: "an hour, " + period(r.Snapshots)})
	}
	if m := r.Snapshots[len(r.Snapshots)-1].Memory; m != nil {
		facts = append(facts, fact{Name: "Stacks", Value: unleak.Bytes(m.Stack), Note: "of " + unleak.Bytes(m.Sys) + " from the system"})
	}
	return facts
}

// goroutines tells how many there are, and how that changed.
func goroutines(r *unleak.Report) fact {
	var counts []int
	for _, one := range r.Snapshots {
		counts = append(counts, one.Goroutines)
	}
	total := r.Summary.Total
	if total == 0 {
		total = counts[len(counts)-1]
	}
	f := fact{Name: "Goroutines", Value: unleak.Number(total), Trend: trend(counts)}
	stacks := 0
	for _, g := range r.Groups {
		if g.Count > 0 {
			stacks++
		}
	}
	if stacks > 0 {
		f.Note = "with " + unleak.Plural(stacks, "different stack")
	}
	return f
}

// period says over how long the snapshots tell a growth.
func period(list []unleak.Snapshot) string {
	first, last := list[0], list[len(list)-1]
	text := "by " + unleak.Plural(len(list), "snapshot")
	switch {
	case last.Delta > 0:
		return "counted for " + last.Delta.Round(time.Second).String()
	case first.Time.IsZero() || !last.Time.After(first.Time):
		return text
	}
	return text + " over " + last.Time.Sub(first.Time).Round(time.Second).String()
}

// SPDX-License-Identifier: MIT

package html

import "github.com/unleak/unleak"

// A fact is one of the numbers at the top of a process's page.
type fact struct {
	Name, Value, Note string
	Trend             *trend
}

// facts returns what is known of the process as a whole.
func (r *report) facts() []fact {
	if len(r.snapshots) == 0 {
		return nil
	}
	s := r.summary
	if s == nil {
		s = new(unleak.Summary)
	}
	facts := []fact{r.goroutines(s)}
	if s.Goroutines > 0 && s.Total > 0 {
		facts = append(facts, fact{Name: "In findings", Value: number(s.Goroutines), Note: share(float64(s.Goroutines)/float64(s.Total)) + " of all"})
	}
	if f := s.Forecast; f != nil && f.PerHour != 0 {
		facts = append(facts, fact{Name: "Growth", Value: signed(f.PerHour), Note: "an hour, by " + r.period()})
	}
	last := r.snapshots[len(r.snapshots)-1]
	if m := last.Memory; m != nil {
		facts = append(facts, fact{Name: "Stacks", Value: size(m.Stack), Note: "of " + size(m.Sys) + " from the system"})
	}
	if s.Forecast != nil && s.Forecast.Goroutines > 0 {
		facts = append(facts, limit(*s.Forecast, s.Total))
	}
	return facts
}

// goroutines tells how many there are, and how that changed.
func (r *report) goroutines(s *unleak.Summary) fact {
	var counts []int
	for _, one := range r.snapshots {
		counts = append(counts, one.Goroutines)
	}
	total := s.Total
	if total == 0 {
		total = counts[len(counts)-1]
	}
	f := fact{Name: "Goroutines", Value: number(total), Trend: newTrend(counts)}
	stacks := 0
	for _, g := range r.groups {
		if g.Count > 0 {
			stacks++
		}
	}
	if stacks > 0 {
		f.Note = "with " + plural(stacks, "different stack")
	}
	return f
}

// period says over how long the snapshots tell a growth.
func (r *report) period() string {
	first, last := r.snapshots[0], r.snapshots[len(r.snapshots)-1]
	text := plural(len(r.snapshots), "snapshot")
	switch {
	case last.Delta > 0:
		return "counted for " + span(last.Delta.Hours())
	case first.Time.IsZero() || !last.Time.After(first.Time):
		return text
	}
	return text + " over " + span(last.Time.Sub(first.Time).Hours())
}

// limit says when the process has as many goroutines as it can have.
func limit(f unleak.Forecast, total int) fact {
	room := number(f.Goroutines) + " goroutines"
	if f.Bytes > 0 {
		room += " in " + size(f.Bytes)
	}
	switch {
	case int64(total) >= f.Goroutines:
		return fact{Name: "Limit", Value: "reached", Note: room}
	case f.Hours > 0:
		return fact{Name: "Limit", Value: "in " + span(f.Hours), Note: room}
	case f.PerHour < 0:
		room += "; the number falls"
	}
	return fact{Name: "Limit", Value: share(float64(total) / float64(f.Goroutines)), Note: "of " + room}
}

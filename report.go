// SPDX-License-Identifier: MIT

package unleak

import "iter"

// A Report is a whole JSON stream, taken apart.
type Report struct {
	Config    Config
	Snapshots []Snapshot
	Findings  []Finding
	Groups    []Group
	Rollups   []Rollup
	Losses    []Loss
	Summary   Summary
}

// Messages returns the report as a stream. It counts the findings by grade, and
// the losses, for the summary.
func (r *Report) Messages() iter.Seq[Message] {
	s := r.Summary
	s.Proven, s.Likely, s.Suspect, s.Goroutines, s.Losses = 0, 0, 0, 0, len(r.Losses)
	for i := range r.Findings {
		s.Count(&r.Findings[i])
	}
	return func(yield func(Message) bool) {
		_ = yield(Message{Config: &r.Config}) &&
			each(r.Snapshots, func(s *Snapshot) bool { return yield(Message{Snapshot: s}) }) &&
			each(r.Findings, func(f *Finding) bool { return yield(Message{Finding: f}) }) &&
			each(r.Groups, func(g *Group) bool { return yield(Message{Group: g}) }) &&
			each(r.Rollups, func(p *Rollup) bool { return yield(Message{Rollup: p}) }) &&
			each(r.Losses, func(l *Loss) bool { return yield(Message{Loss: l}) }) &&
			yield(Message{Summary: &s})
	}
}

// Add adds a message to the report. What tells of progress is passed over.
func (r *Report) Add(m Message) {
	switch {
	case m.Config != nil:
		r.Config = *m.Config
	case m.Snapshot != nil:
		r.Snapshots = append(r.Snapshots, *m.Snapshot)
	case m.Finding != nil:
		r.Findings = append(r.Findings, *m.Finding)
	case m.Group != nil:
		r.Groups = append(r.Groups, *m.Group)
	case m.Rollup != nil:
		r.Rollups = append(r.Rollups, *m.Rollup)
	case m.Loss != nil:
		r.Losses = append(r.Losses, *m.Loss)
	case m.Summary != nil:
		r.Summary = *m.Summary
	}
}

// each calls f for the elements until it says no, and reports whether it did not.
func each[T any](list []T, f func(*T) bool) bool {
	for i := range list {
		if !f(&list[i]) {
			return false
		}
	}
	return true
}

// Drop takes the findings that known reports out of the report and counts them as
// ignored.
func (r *Report) Drop(known func(*Finding) bool) {
	var kept []Finding
	for i := range r.Findings {
		if known(&r.Findings[i]) {
			r.Summary.Ignored++
		} else {
			kept = append(kept, r.Findings[i])
		}
	}
	r.Findings = kept
}

// Hides reports whether a loss could hide a finding.
func (r *Report) Hides() bool {
	return !each(r.Losses, func(l *Loss) bool { return !l.Hides })
}

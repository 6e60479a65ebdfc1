// SPDX-License-Identifier: MIT

package search

import "github.com/unleak/unleak/vet/internal/model"

// A reach tells who can reach each object of a state.
type reach struct {
	of int32   // the state's number, 0 for none
	by []int32 // by object: nobody, one goroutine, or several
}

const (
	nobody  = -1
	several = -2 // or what outsiders may lead to
)

// private reports whether only goroutine g can reach an object. What the answers
// rest on holds as long as the goroutine keeps to itself: what it makes is its own,
// and what it finds elsewhere others can reach, too. Who lets others reach more, or
// asks for another goroutine, calls widen before.
func (m *machine) private(s *state, g int, o int32) bool {
	if s.objects[o].open {
		return false
	}
	if m.reach.of != s.number {
		m.survey(s)
	}
	if int(o) >= len(m.reach.by) { // made since
		return true
	}
	by := m.reach.by[o]
	return by == nobody || by == int32(g)
}

// widen makes the next question of privacy look again.
func (m *machine) widen() { m.reach.of = 0 }

// survey finds out who can reach what.
func (m *machine) survey(s *state) {
	r := &m.reach
	r.of, r.by = s.number, r.by[:0]
	for range s.objects {
		r.by = append(r.by, nobody)
	}
	for g, p := range s.procs {
		if !p.ended() {
			m.spread(s, p.digested(s.arena).names, int32(g))
		}
	}
	for _, f := range s.memory {
		switch v := f.value; {
		case v.Kind == model.Ref:
			m.mark(s, v.A, several)
		case v.Kind == model.Fn && v.B >= 0:
			m.mark(s, v.B, several)
		}
	}
}

// spread marks what the names lead to.
func (m *machine) spread(s *state, names []model.Value, by int32) {
	for _, v := range names {
		if v.Kind == model.Ref {
			m.mark(s, v.A, by)
		}
	}
}

func (m *machine) mark(s *state, o, by int32) {
	switch m.reach.by[o] {
	case by, several:
		return
	case nobody:
		m.reach.by[o] = by
	default:
		by = several
		m.reach.by[o] = several
	}
	m.spread(s, s.objects[o].digested(s.arena).names, by)
}

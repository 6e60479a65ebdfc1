// SPDX-License-Identifier: MIT

package search

import "iter"

// A successor is what became of one way on from a state.
type successor struct {
	state  *state
	out    outcome
	movers [2]int // noWay for none
}

// successors returns the ways on that goroutine g has in a state, always in the same
// order. While one is visited, trace holds its events.
func (x *searcher) successors(s *state, g int) iter.Seq2[int, successor] {
	return func(yield func(int, successor) bool) {
		before := run{machine: x.machine, s: s, g: g}
		in := x.next(s, g)
		if _, ok := ways(in); ok && !before.frame().leaving {
			for i, m := range before.channelMoves(in) {
				x.trace = x.trace[:0]
				x.note(s, g, m.way)
				if m.partner != noWay {
					x.meet(s, m.partner, m.its)
				}
				r := run{machine: x.machine, s: x.clone(s), g: g}
				if !yield(i, x.complete(r.s, r.exchange(m), g, m.partner)) {
					return
				}
			}
			return
		}
		x.trace = x.trace[:0]
		r := run{machine: x.machine, s: x.clone(s), g: g}
		switch out := x.step(&r); out {
		case waits:
		case chooses: // which is no event
			for i, v := range r.options {
				x.trace = x.trace[:0]
				if !yield(i, x.complete(x.decide(s, r.choice, v), done, g, noWay)) {
					return
				}
			}
		default:
			yield(0, x.complete(r.s, out, g, noWay))
		}
	}
}

// complete takes all safe steps that follow at once.
func (x *searcher) complete(s *state, out outcome, g, partner int) successor {
	if out == done {
		x.tidy(s, g)
		if partner != noWay {
			x.tidy(s, partner)
		}
		out = x.settle(s)
	}
	return successor{s, out, [2]int{g, partner}}
}

// step runs one instruction and notes it.
func (x *searcher) step(r *run) outcome {
	events, procs := len(x.trace), len(r.s.procs)
	x.note(r.s, r.g, noWay)
	out := r.step()
	switch {
	case out == waits || out == chooses:
		x.trace = x.trace[:events]
	case len(r.s.procs) > procs && len(x.trace) > events:
		x.meet(r.s, procs, noWay) // what it has started
	}
	return out
}

// settle takes the safe steps of all goroutines that need no choice.
func (x *searcher) settle(s *state) outcome {
	if x.limits.Plain {
		return done
	}
	for g := 0; g < len(s.procs); g++ { // some may be new
		if out := x.advance(s, g); out != done {
			return out
		}
	}
	return done
}

// advance takes the safe steps of goroutine g.
func (x *searcher) advance(s *state, g int) outcome {
	r := run{machine: x.machine, s: s, g: g}
	for steps := 0; !s.procs[g].ended() && x.safe(s, g); steps++ {
		if _, ok := ways(x.next(s, g)); ok {
			break // it may have several ways
		}
		if steps > x.limits.Steps {
			return lost
		}
		if steps == 0 {
			defer x.widen() // others may reach less now
		}
		switch out := x.step(&r); out {
		case waits, chooses:
			return done
		case done:
			x.tidy(s, g)
		default:
			return out
		}
	}
	return done
}

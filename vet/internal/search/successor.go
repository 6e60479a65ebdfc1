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
// order. While one is visited, trace holds its events. Its state is gone after the
// visit, unless that sets kept or is the last.
func (x *searcher) successors(s *state, g int) iter.Seq2[int, successor] {
	return func(yield func(int, successor) bool) {
		before := x.arena
		visit := func(way int, a successor) bool {
			x.kept = false
			if !yield(way, a) {
				return false
			}
			if !x.kept {
				x.arena = before
			}
			before = x.arena
			return true
		}
		at := run{machine: x.machine, s: s, g: g}
		in := x.next(s, g)
		if _, ok := ways(in); ok && !at.frame().leaving {
			for i, m := range at.channelMoves(in) {
				if !visit(i, x.move(s, m)) {
					return
				}
			}
			return
		}
		x.trace = x.trace[:0]
		r := run{machine: x.machine, s: x.clone(s), g: g}
		switch out := x.step(&r); out {
		case waits:
			x.arena = before
		case chooses: // which is no event
			x.arena = before
			for i, v := range r.options {
				x.trace = x.trace[:0]
				if !visit(i, x.complete(s, x.decide(s, r.choice, v), done, g, noWay)) {
					return
				}
			}
		default:
			visit(0, x.complete(s, r.s, out, g, noWay))
		}
	}
}

// move makes a move at a channel.
func (x *searcher) move(s *state, m move) successor {
	x.trace = x.trace[:0]
	x.note(s, m.g, m.way)
	if m.partner != noWay {
		x.meet(s, m.partner, m.its)
	}
	r := run{machine: x.machine, s: x.clone(s), g: m.g}
	return x.complete(s, r.s, r.exchange(m), m.g, m.partner)
}

// complete takes all safe steps that follow at once.
func (x *searcher) complete(before, s *state, out outcome, g, partner int) successor {
	if out == done {
		x.tidy(s, g)
		if partner != noWay {
			x.tidy(s, partner)
		}
		out = x.settle(s, len(before.procs), g, partner)
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

// settle takes the safe steps, as far as they need no choice, of two goroutines that
// have moved and of those that are new. What has become safe for others shows when
// the state is expanded: few states get that far.
func (x *searcher) settle(s *state, old, g, partner int) outcome {
	if x.limits.Plain {
		return done
	}
	for h := 0; h < len(s.procs); h++ { // there may be more and more
		if h < old && h != g && h != partner {
			continue
		}
		if out := x.advance(s, h); out != done {
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

// SPDX-License-Identifier: MIT

package search

import (
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// note writes the step that goroutine g is about to take into the trace, where a
// reader of the schedule wants to see it.
func (x *searcher) note(s *state, g, way int) {
	p := s.procs[g]
	if p.top().leaving {
		return
	}
	in := x.next(s, g)
	switch in.Op {
	case model.Go, model.GoInvoke, model.MakeChan, model.Send, model.Recv, model.Close, model.Select,
		model.Lock, model.Unlock, model.RLock, model.RUnlock, model.TryLock, model.TryRLock,
		model.Add, model.Wait, model.Park, model.Signal, model.Broadcast, model.Cancel:
	case model.Return:
		if len(p.frames) > 1 {
			return
		}
	case model.Branch:
		if in.Tag == 0 {
			return
		}
		r := run{machine: x.machine, s: s, g: g}
		if v := r.resolve(r.eval(in.Args[0])); v.Kind == model.Int && v.A == 0 {
			way = 1
		} else {
			way = 0
		}
	default:
		return
	}
	f := p.top()
	x.trace = append(x.trace, Event{Proc: g, At: Point{int(f.fn), int(f.pc)}, Frame: len(p.frames), Way: way, Peer: noWay})
}

// meet completes the last event with where another goroutine stands.
func (x *searcher) meet(s *state, peer, way int) {
	e, f := &x.trace[len(x.trace)-1], s.procs[peer].top()
	e.Peer, e.PeerAt, e.PeerWay = peer, Point{int(f.fn), int(f.pc)}, way
}

// replay runs the program again along the way that led to a node, and returns the
// node's state and the events before it. States and events are not kept for this:
// few nodes are asked, and all else runs the same way again.
func (x *searcher) replay(n int32) (*state, []Event) {
	var choices []choice
	for ; x.nodes[n].parent >= 0; n = x.nodes[n].parent {
		choices = append(choices, x.nodes[n].by)
	}
	s, _ := x.first()
	x.keyer.key(s) // and so cleaned up as it was then
	events := slices.Clone(x.trace)
	for _, by := range slices.Backward(choices) {
		for way, a := range x.successors(s, int(by.proc)) {
			if way == int(by.way) {
				s = a.state
				break
			}
		}
		x.keyer.key(s)
		events = append(events, x.trace...)
	}
	return s, events
}

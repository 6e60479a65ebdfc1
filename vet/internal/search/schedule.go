// SPDX-License-Identifier: MIT

package search

import (
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// event returns the step that goroutine g is about to take, where a reader of the
// schedule wants to see it.
func (x *searcher) event(s *state, g, way, peer int) []Event {
	p := &s.procs[g]
	if p.top().leaving {
		return nil
	}
	in := x.next(s, g)
	switch in.Op {
	case model.Go, model.GoInvoke, model.MakeChan, model.Send, model.Recv, model.Close, model.Select,
		model.Lock, model.Unlock, model.RLock, model.RUnlock, model.TryLock, model.TryRLock,
		model.Add, model.Wait, model.Park, model.Signal, model.Broadcast, model.Cancel:
	case model.Return:
		if len(p.frames) > 1 {
			return nil
		}
	default:
		return nil
	}
	f := p.top()
	return []Event{{Proc: g, At: Point{int(f.fn), int(f.pc)}, Frame: len(p.frames), Way: way, Peer: peer}}
}

// withPeer completes events with where another goroutine stands in a state.
func withPeer(events []Event, s *state, peer, way int) {
	for i := range events {
		f := s.procs[peer].top()
		events[i].PeerAt, events[i].PeerWay = Point{int(f.fn), int(f.pc)}, way
	}
}

// schedule returns the events that lead to a node.
func (x *searcher) schedule(n int32) []Event {
	var parts [][]Event
	for ; n >= 0; n = x.nodes[n].parent {
		parts = append(parts, x.nodes[n].events)
	}
	slices.Reverse(parts)
	return slices.Concat(parts...)
}

func (x *searcher) length(n int32) int {
	total := 0
	for ; n >= 0; n = x.nodes[n].parent {
		total += len(x.nodes[n].events)
	}
	return total
}

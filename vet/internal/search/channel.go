// SPDX-License-Identifier: MIT

package search

import (
	"github.com/unleak/unleak/vet/internal/model"
)

// make runs what makes channels and contexts, and what ends them.
func (r *run) make(in *model.Instr) outcome {
	a := r.resolve(r.eval(in.Args[0]))
	switch in.Op {
	case model.MakeChan:
		if a.Kind == model.Sym {
			return r.choose(a.A, upTo(most)[1:]...)
		}
		if a.Kind != model.Int {
			return lost
		}
		o := r.s.add(object{kind: channel, room: a.A})
		r.set(in, 0, model.Value{Kind: model.Ref, A: o})
	case model.Close:
		if a.Kind == model.Nil {
			return ends
		}
		if a.Kind == model.Ref {
			if o := r.s.objects[a.A]; o.closed && !o.open {
				return ends
			}
			r.s.object(a.A).closed = true
		}
	case model.MakeContext:
		if a.Kind == model.Nil {
			o := r.s.add(object{kind: contextual, cells: []model.Value{a, a}})
			r.set(in, 0, model.Value{Kind: model.Ref, A: o})
			return done
		}
		if a.Kind != model.Ref || r.s.objects[a.A].kind != contextual {
			r.set(in, 0, r.s.fresh())
			return done
		}
		open := r.s.objects[a.A].open
		end := r.s.add(object{kind: channel, closed: r.over(a.A), open: open})
		o := r.s.add(object{kind: contextual, open: open, cells: []model.Value{{Kind: model.Ref, A: end}, a}})
		r.set(in, 0, model.Value{Kind: model.Ref, A: o})
	case model.Cancel:
		if a.Kind == model.Ref && r.s.objects[a.A].kind == contextual {
			r.cancel(a)
		}
	case model.Done:
		switch {
		case a.Kind == model.Nil:
			return ends
		case a.Kind == model.Ref && r.s.objects[a.A].kind == contextual:
			r.set(in, 0, r.s.objects[a.A].cells[0])
		default:
			r.set(in, 0, r.s.fresh())
		}
	}
	return done
}

// over reports whether a context has ended.
func (r *run) over(ctx int32) bool {
	end := r.s.objects[ctx].cells[0]
	return end.Kind == model.Ref && r.s.objects[end.A].closed
}

// cancel ends a context and all below it.
func (r *run) cancel(ctx model.Value) {
	for i := range r.s.objects {
		if !r.under(model.Value{Kind: model.Ref, A: int32(i)}, ctx) {
			continue
		}
		if end := r.s.objects[i].cells[0]; end.Kind == model.Ref {
			r.s.object(end.A).closed = true
		}
	}
}

// ways returns how many cases a channel operation has: one for a send or a receive,
// none for what is no channel operation.
func ways(in *model.Instr) (n int, ok bool) {
	switch in.Op {
	case model.Send, model.Recv:
		return 1, true
	case model.Select:
		return len(in.Cases), true
	}
	return 0, false
}

// way returns a case of a channel operation.
func way(in *model.Instr, i int) model.Case {
	switch in.Op {
	case model.Send:
		return model.Case{Send: true, Chan: in.Args[0], Value: in.Args[1]}
	case model.Recv:
		return model.Case{Chan: in.Args[0]}
	}
	return in.Cases[i]
}

// A move is one way on for a goroutine. A send and a receive that meet are one
// move of two goroutines, which the sender makes.
type move struct {
	g, way       int // way is the case, or noWay
	partner, its int // the receiver and its case, or noWay
}

const (
	noWay      = -1
	defaultWay = -2
)

// channelMoves returns what the goroutine can do at a channel operation. A receive
// that meets a send is a move of the sender. The list is good until the next call.
func (r *run) channelMoves(in *model.Instr) []move {
	moves := r.moves[:0]
	ready := false
	n, _ := ways(in)
	for i := range n {
		c := way(in, i)
		ch := r.resolve(r.eval(c.Chan))
		if ch.Kind == model.Nil {
			continue
		}
		own := move{g: r.g, way: i, partner: noWay}
		if ch.Kind != model.Ref || r.s.objects[ch.A].open {
			if in.Op != model.Send || in.Class == 0 || ch.Kind != model.Ref {
				moves = append(moves, own)
			}
			continue
		}
		o := r.s.objects[ch.A]
		switch {
		case o.closed, c.Send && len(o.cells) < int(o.room), !c.Send && len(o.cells) > 0:
			moves = append(moves, own)
			ready = true
		case o.room == 0:
			// That a partner is there keeps no select from its default case: the
			// partner may as well come a moment later, and nobody can tell.
			if !c.Send {
				break
			}
			moves = r.partners(moves, own, ch)
		}
	}
	if in.Op == model.Select && in.N == 1 && !ready {
		moves = append(moves, move{g: r.g, way: defaultWay, partner: noWay})
	}
	r.moves = moves
	return moves
}

// partners adds the ways in which a send meets another goroutine that is about to
// receive.
func (r *run) partners(moves []move, send move, ch model.Value) []move {
	for g, p := range r.s.procs {
		if g == r.g || p.ended() || p.top().leaving {
			continue
		}
		other := run{machine: r.machine, s: r.s, g: g}
		in := r.next(r.s, g)
		n, _ := ways(in)
		for i := range n {
			if c := way(in, i); !c.Send && other.resolve(other.eval(c.Chan)) == ch {
				send.partner, send.its = g, i
				moves = append(moves, send)
			}
		}
	}
	return moves
}

// exchange makes a move at a channel.
func (r *run) exchange(m move) outcome {
	r.work++
	in := r.next(r.s, r.g)
	if m.way == defaultWay {
		r.finish(in, -1, model.Value{}, false)
		return done
	}
	c := way(in, m.way)
	ch := r.resolve(r.eval(c.Chan))
	switch {
	case m.partner >= 0:
		v := r.eval(c.Value)
		other := run{machine: r.machine, s: r.s, g: m.partner}
		other.finish(r.next(r.s, m.partner), m.its, v, true)
		r.finish(in, m.way, model.Value{}, false)
	case ch.Kind != model.Ref || r.s.objects[ch.A].open:
		if c.Send {
			r.open(r.eval(c.Value))
			r.finish(in, m.way, model.Value{}, false)
			break
		}
		r.arrive(in, m.way, r.s.fresh(), r.s.fresh())
	case c.Send:
		if r.s.objects[ch.A].closed {
			return ends // panic: send on closed channel
		}
		o := r.s.object(ch.A)
		o.cells = append(o.cells, r.eval(c.Value))
		r.finish(in, m.way, model.Value{}, false)
	default:
		if len(r.s.objects[ch.A].cells) == 0 { // closed
			zero := r.s.fresh()
			if len(in.Cells) > 0 {
				zero = in.Cells[0]
			}
			r.finish(in, m.way, zero, false)
			break
		}
		o := r.s.object(ch.A)
		v := o.cells[0]
		o.cells = o.cells[1:]
		r.finish(in, m.way, v, true)
	}
	return done
}

// finish ends a channel operation with a case that is known to have received.
func (r *run) finish(in *model.Instr, way int, v model.Value, ok bool) {
	r.arrive(in, way, v, model.Bool(ok))
}

// arrive writes a channel operation's results. A select's are the case, whether it
// received, and a value for each receiving case.
func (r *run) arrive(in *model.Instr, way int, v, ok model.Value) {
	switch in.Op {
	case model.Recv:
		r.set(in, 0, v)
		r.set(in, 1, ok)
	case model.Select:
		r.set(in, 0, model.Number(way))
		r.set(in, 1, ok)
		at := 2
		for i, c := range in.Cases {
			if c.Send {
				continue
			}
			if i == way {
				r.set(in, at, v)
			} else {
				r.set(in, at, model.Value{})
			}
			at++
		}
	}
	r.own().pc++
}

// SPDX-License-Identifier: MIT

package search

import "github.com/unleak/unleak/vet/internal/model"

// synchronise runs the operations on locks, WaitGroups and conditions. Their state
// stands in the cell that the first operand is the address of; where that address
// is unknown, with what is known of it. Outsiders who may reach a lock are taken to
// give it back.
func (r *run) synchronise(in *model.Instr) outcome {
	at := r.resolve(r.eval(in.Args[0]))
	if at.Kind == model.Nil {
		return ends
	}
	if in.Op == model.Enlist || in.Op == model.Park || in.Op == model.Signal || in.Op == model.Broadcast {
		return r.condition(in, at)
	}
	at, op := r.reader(at, in.Op)
	cell, ours := r.cell(at, in)
	if !ours && (in.Op == model.Add || in.Op == model.Wait || in.Class != 0) {
		return r.pass(in) // outsiders may count, too
	}
	if in.Op <= model.TryRLock && len(in.Cells) == 0 && !isLock(cell) {
		return r.pass(in) // a sync.Locker that is no lock itself, but has one inside
	}
	if cell.B == lent {
		return r.pass(in)
	}
	before := cell
	switch in.Op {
	case model.Add:
		n := r.resolve(r.eval(in.Args[1]))
		if n.Kind == model.Sym {
			if op := r.terms.at(n.A).op; op == "+" || op == "-" || op == "*" || op == "/" {
				r.setCell(at, model.Value{Kind: model.WaitGroup, B: lent})
				return done
			}
			return r.choose(n.A, upTo(most)[1:]...)
		}
		cell.Kind = model.WaitGroup
		if cell.A += n.A; cell.A < 0 || n.Kind != model.Int {
			return ends // a negative counter
		}
	case model.Wait:
		if cell.A > 0 {
			return waits
		}
		return done
	case model.TryLock, model.TryRLock:
		ok := cell.A == 0 && cell.B == 0 || in.Op == model.TryRLock && cell.B == 0
		r.set(in, 0, model.Bool(ok))
		if !ok {
			return done
		}
		cell = taken(cell, in.Op == model.TryRLock)
	default:
		var out outcome
		if cell, out = turn(cell, op, in.N == 1, ours); out != done {
			return out
		}
	}
	if cell != before {
		r.setCell(at, cell)
	}
	return done
}

// lent is what B is of a lock that the caller held when the search began, as its first
// operation is an Unlock: he will unlock it again. And of a WaitGroup to which a number
// was added that is reckoned from unknown ones: those are chosen one by one where loops
// count up to them, so that nothing is known of what they make together.
const lent = 3

// reader turns the operation of a Locker on the reading half of an RWMutex into one
// on that.
func (r *run) reader(at model.Value, op model.Op) (model.Value, model.Op) {
	if cells := r.cells(at, 1); cells == nil || cells[0].Kind != model.RLocker {
		return at, op
	}
	at.B--
	if op == model.Lock {
		return at, model.RLock
	}
	return at, model.RUnlock
}

// pass goes by an operation whose object is not followed.
func (r *run) pass(in *model.Instr) outcome {
	for i := range in.Dst {
		r.set(in, i, r.s.fresh())
	}
	return done
}

// taken returns a free lock that somebody holds now.
func taken(cell model.Value, reading bool) model.Value {
	switch {
	case cell.Kind == model.RWMutex && !reading:
		cell.B = 2
	default:
		cell.A++
	}
	return cell
}

// turn locks or unlocks. A writer takes two steps, as in sync.RWMutex.Lock: first
// it announces itself, which keeps later readers out, then it waits for the readers
// that are there.
func turn(cell model.Value, op model.Op, second, ours bool) (model.Value, outcome) {
	rw := cell.Kind == model.RWMutex
	switch op {
	case model.Lock:
		switch {
		case !rw && second: // a mutex is locked in one step
		case rw && !second && cell.B == 0:
			cell.B = 1
		case rw && second && cell.A == 0:
			cell.B = 2
		case !rw && cell.A == 0:
			cell.A = 1
		default:
			return cell, waits
		}
	case model.RLock:
		if second { // of a Locker's Lock: a reader takes one step
			return cell, done
		}
		if cell.B != 0 {
			return cell, waits
		}
		cell.A++
	case model.Unlock:
		switch {
		case rw && cell.B == 2:
			cell.B = 0
		case !rw && cell.A > 0:
			cell.A = 0
		case ours:
			return cell, ends // fatal error: unlock of unlocked mutex
		case cell.A == 0 && cell.B == 0:
			cell.B = lent
		}
	case model.RUnlock:
		switch {
		case cell.A > 0:
			cell.A--
		case ours:
			return cell, ends
		case cell.B == 0:
			cell.B = lent
		}
	}
	return cell, done
}

// cell returns the state at an address, and whether no outsider can reach it.
func (r *run) cell(at model.Value, in *model.Instr) (v model.Value, ours bool) {
	if cells := r.cells(at, 1); cells != nil {
		v, ours = cells[0], !r.s.objects[at.A].open
	} else {
		v, _ = lookup(r.s.memory, at.A)
	}
	if !isLock(v) && len(in.Cells) > 0 {
		return in.Cells[0], ours
	}
	return v, ours
}

func (r *run) setCell(at, v model.Value) {
	if r.cells(at, 1) != nil {
		r.write(at, 0, v)
		return
	}
	r.s.memory = remember(r.s.memory, at.A, v)
}

// condition runs what concerns a sync.Cond's queue: Signal wakes who came first.
func (r *run) condition(in *model.Instr, at model.Value) outcome {
	if at.Kind != model.Ref || r.s.objects[at.A].open {
		return r.pass(in)
	}
	switch in.Op {
	case model.Enlist:
		last := r.last(at)
		p := r.s.proc(r.g)
		p.queue, p.ticket = at, last+1
		return done
	case model.Park:
		if !r.s.procs[r.g].called {
			return waits
		}
		p := r.s.proc(r.g)
		p.queue, p.ticket, p.called = model.Value{}, 0, false
		return done
	}
	for {
		first := -1
		for g, q := range r.s.procs {
			if r.parked(g, at) && !q.called && (first < 0 || q.ticket < r.s.procs[first].ticket) {
				first = g
			}
		}
		if first < 0 {
			return done
		}
		r.s.proc(first).called = true
		if in.Op == model.Signal {
			return done
		}
	}
}

// parked reports whether goroutine g is in the queue of the condition.
func (r *run) parked(g int, at model.Value) bool {
	p := r.s.procs[g]
	return !p.ended() && p.ticket > 0 && p.queue == at
}

// last returns the highest ticket in the condition's queue.
func (r *run) last(at model.Value) int32 {
	var n int32
	for g := range r.s.procs {
		if r.parked(g, at) {
			n = max(n, r.s.procs[g].ticket)
		}
	}
	return n
}

// SPDX-License-Identifier: MIT

package search

import (
	"github.com/unleak/unleak/vet/internal/model"
)

// Limits bound a search. The zero value of a field stands for its default.
type Limits struct {
	States int // kept, 3,000 by default
	Bytes  int // of states written out, 1 MB by default
	Work   int // as Result.Work counts it, 500,000 by default
	Procs  int // goroutines alive at one time, 8 by default
	Depth  int // calls on a goroutine's stack, 24 by default
	Steps  int // of a goroutine between two states, 2,000 by default
	// Plain switches the reduction off: every step of every goroutine is a state.
	Plain bool
}

// perWork is how many bytes of a state are as much work as one instruction.
const perWork = 8

func (l Limits) filled() Limits {
	for _, d := range [...]struct {
		field *int
		value int
	}{{&l.States, 3000}, {&l.Bytes, 1 << 20}, {&l.Work, 500_000}, {&l.Procs, 8}, {&l.Depth, 24}, {&l.Steps, 2000}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return l
}

// A Result is what a search has found.
type Result struct {
	Stuck  []Stuck
	States int
	// Work is what the search has cost: instructions that were run, and states by
	// their size. It is the same on every machine.
	Work int
	// Over says that the search ran into its limit of states, and Lost how many
	// paths ended where the model could say no more.
	Over bool
	Lost int
}

// A Stuck is a group of goroutines that wait at one place and that nothing can wake.
type Stuck struct {
	// Stack holds where they wait, outermost function first.
	Stack []Point
	// Count is how many wait there, of the Of that started with the same function;
	// Procs are their numbers in the schedule.
	Count, Of int
	Procs     []int
	// Nil says that all channels that they wait for are nil.
	Nil bool
	// Object tells which object they wait for from others of the same state.
	Object model.Value
	// With lists the places at which others wait for ever at the same time.
	With []Stuck
	// Spawn is the site of the go statement, nil for the first goroutine.
	Spawn    any
	Schedule []Event
}

// A Point is an instruction of a function of the program.
type Point struct{ Func, PC int }

// An Event is one step of a schedule.
type Event struct {
	Proc  int
	At    Point
	Frame int // how deep the goroutine's stack is
	// Way is the case of a Select, the outcome of a Branch.
	Way int
	// Peer is the goroutine that a send meets, or that a go statement starts; -1 for
	// none. PeerAt is where it stands then, and PeerWay the case with which a
	// receiver goes on.
	Peer    int
	PeerAt  Point
	PeerWay int
}

// A node is a state in the graph of states.
type node struct {
	state  *state // until the node has been expanded
	parent int32
	events []Event // from the parent
	next   []int32
	moved  [][]Point // for each of next, the stacks that moved
	still  []waiting
	closed bool // expanded: next is all that can follow
}

// A waiting is a goroutine that cannot move in a state.
type waiting struct {
	stack  []Point
	key    string
	entry  int32
	of     int
	null   bool
	object model.Value
	spawn  any
	proc   int
}

// A searcher explores the states of one program.
type searcher struct {
	*machine
	nodes []node
	index map[string]int32
	bytes int
	lost  int
}

// Run searches a prepared program.
func Run(p *model.Program, limits Limits) Result {
	x := &searcher{
		machine: &machine{prog: p, limits: limits.filled()},
		index:   make(map[string]int32),
	}
	first := x.start()
	events, out := x.settle(first)
	if out != done {
		return Result{Lost: x.lost, Work: x.work}
	}
	x.add(first, -1, events)
	for i := 0; i < len(x.nodes) && !x.over(); i++ {
		x.expand(int32(i))
	}
	return Result{
		Stuck:  x.stuck(),
		States: len(x.nodes),
		Work:   x.work,
		Over:   x.over(),
		Lost:   x.lost,
	}
}

func (x *searcher) over() bool {
	return len(x.nodes) > x.limits.States || x.bytes > x.limits.Bytes || x.work > x.limits.Work
}

// add returns the node of a state, and whether it is new.
func (x *searcher) add(s *state, parent int32, events []Event) (int32, bool) {
	key := encode(s, &x.terms, x.prog.Globals)
	x.work += 1 + len(key)/perWork
	if n, ok := x.index[key]; ok {
		return n, false
	}
	n := int32(len(x.nodes))
	x.index[key] = n
	x.bytes += len(key)
	x.nodes = append(x.nodes, node{state: s, parent: parent, events: events})
	return n, true
}

// expand tries what can follow a state: where a goroutine's next step is safe, only
// that, unless it leads back to a state that is known. Otherwise a loop of such
// steps could put the others off for ever.
func (x *searcher) expand(n int32) {
	s := x.nodes[n].state
	if !x.limits.Plain {
		for g := range s.procs {
			if s.procs[g].ended() || !x.safe(s, g) {
				continue
			}
			if after, moves := x.successors(s, g); moves && x.follow(n, after, true) {
				x.close(n, nil)
				return
			}
		}
	}
	x.nodes[n].next, x.nodes[n].moved = nil, nil
	active := make([]bool, len(s.procs))
	for g := range s.procs {
		if s.procs[g].ended() {
			continue
		}
		after, moves := x.successors(s, g)
		if moves {
			active[g] = true
		}
		for _, a := range after {
			for _, h := range a.movers {
				active[h] = true
			}
		}
		x.follow(n, after, false)
	}
	x.close(n, active)
}

// close notes who waits in a state and lets go of it.
func (x *searcher) close(n int32, active []bool) {
	nd := &x.nodes[n]
	if active != nil {
		nd.still = x.waiting(nd.state, active)
	}
	nd.state, nd.closed = nil, true
}

// A successor is a state after a move, or nil where the path ends.
type successor struct {
	s      *state
	events []Event
	movers []int
	stacks [][]Point
}

// follow adds successors to the graph. With fresh set it gives up, and reports
// false, where one of them is known.
func (x *searcher) follow(n int32, after []successor, fresh bool) bool {
	for _, a := range after {
		to := int32(-1)
		if a.s != nil {
			var isNew bool
			to, isNew = x.add(a.s, n, a.events)
			if fresh && !isNew {
				return false
			}
		}
		x.nodes[n].next = append(x.nodes[n].next, to)
		x.nodes[n].moved = append(x.nodes[n].moved, a.stacks...)
	}
	return true
}

// successors returns what goroutine g can do in a state, and whether it can do
// anything. Deciding a term is nobody's move.
func (x *searcher) successors(s *state, g int) (list []successor, moves bool) {
	before := run{machine: x.machine, s: s, g: g}
	in := x.next(s, g)
	if _, ok := ways(in); ok && !before.frame().leaving {
		for _, m := range before.channelMoves(in) {
			c := s.clone()
			r := run{machine: x.machine, s: c, g: g}
			out := r.exchange(m)
			movers := []int{g}
			if m.partner >= 0 {
				movers = append(movers, m.partner)
			}
			events := x.event(s, g, m.way, m.partner)
			if m.partner >= 0 {
				withPeer(events, s, m.partner, m.its)
			}
			list = append(list, x.after(s, c, out, movers, events))
		}
		return list, len(list) > 0
	}
	c := s.clone()
	r := run{machine: x.machine, s: c, g: g}
	switch out := r.step(); out {
	case waits:
		return nil, false
	case chooses:
		for _, v := range r.options {
			c := x.decide(s, r.choice, v)
			list = append(list, x.after(s, c, done, []int{g}, nil))
		}
	default:
		peer := x.spawned(s, c)
		events := x.event(s, g, noWay, peer)
		if peer >= 0 {
			withPeer(events, c, peer, noWay)
		}
		list = append(list, x.after(s, c, out, []int{g}, events))
	}
	return list, true
}

// spawned returns the goroutine that a step has started, or noWay.
func (x *searcher) spawned(before, after *state) int {
	if len(after.procs) > len(before.procs) {
		return len(after.procs) - 1
	}
	return noWay
}

// after completes a successor: all safe steps that follow are taken at once.
func (x *searcher) after(before, c *state, out outcome, movers []int, events []Event) successor {
	a := successor{movers: movers, events: events}
	for _, g := range movers {
		a.stacks = append(a.stacks, stack(&before.procs[g]))
	}
	if out == done {
		for _, g := range movers {
			x.tidy(c, g)
		}
		var more []Event
		more, out = x.settle(c)
		a.events = append(a.events, more...)
	}
	if out == done {
		a.s = c
	} else if out == lost {
		x.lost++
	}
	return a
}

// settle takes the safe steps of all goroutines that need no choice.
func (x *searcher) settle(s *state) (events []Event, _ outcome) {
	if x.limits.Plain {
		return nil, done
	}
	for g := 0; g < len(s.procs); g++ {
		for steps := 0; !s.procs[g].ended() && x.safe(s, g); steps++ {
			in := x.next(s, g)
			if _, ok := ways(in); ok {
				break // it may have several ways
			}
			if steps > x.limits.Steps {
				x.lost++
				return nil, lost
			}
			event, many := x.event(s, g, noWay, noWay), len(s.procs)
			r := run{machine: x.machine, s: s, g: g}
			out := r.step()
			if out == waits || out == chooses {
				break
			}
			if len(s.procs) > many && len(event) > 0 {
				event[0].Peer = many
				withPeer(event, s, many, noWay)
			}
			events = append(events, event...)
			if out != done {
				return nil, out
			}
			x.tidy(s, g)
		}
	}
	return events, done
}

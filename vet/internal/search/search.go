// SPDX-License-Identifier: MIT

package search

import (
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// Limits bound a search. The zero value of a field stands for its default.
type Limits struct {
	Work  int // as Result.Work counts it, 500,000 by default, which is about 25 ms
	Procs int // goroutines alive at one time, 8 by default
	Depth int // calls on a goroutine's stack, 24 by default
	Steps int // of a goroutine between two states, 2,000 by default
	// Plain switches the reduction off: every step of every goroutine is a state.
	Plain bool
}

func (l Limits) filled() Limits {
	for _, d := range [...]struct {
		field *int
		value int
	}{{&l.Work, 500_000}, {&l.Procs, 8}, {&l.Depth, 24}, {&l.Steps, 2000}} {
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
	// Work is what the search has cost, in units of about 50 ns: an instruction that
	// was run counts for one, a state that was reached for a few, and for more where it
	// is new. It is the same on every machine.
	Work int
	// Over says that the search ran into its limit of work, and Lost how many
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
	// Spinning says that others go on for ever meanwhile, and come to no end and no wait.
	Spinning bool
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
	by     choice // what led here from the parent
	events int32  // how many a schedule has that ends here
	// closed says that the node has been expanded: its edges are all that can follow.
	// still lists the stacks of the goroutines that could not move, of nodes in which
	// all have been tried.
	closed bool
	quiet  bool // the client waits in it for what calls of its will do
	edges  span
	still  span
}

// A choice is one of the ways on from a state, by its place among the ways of one
// goroutine.
type choice struct{ proc, way int32 }

// A span is a part of one of a searcher's lists.
type span struct{ from, to int32 }

// An edge leads to a node, or to none where the path ends.
type edge struct {
	to    int32
	moved [2]int32 // the stacks that moved, from where they stood; 0 for none
	lost  bool     // nobody knows what follows
}

// A searcher explores the states of one program. What the nodes need of the way on
// and of who waits stands in few long lists: there are many nodes, and few of them
// are asked.
type searcher struct {
	*machine
	keyer  keyer
	nodes  []node
	index  map[hash]int32
	open   queue
	edges  []edge
	still  []int32
	stacks stacks
	active []bool  // by goroutine, while a state is expanded
	trace  []Event // of the step that was tried last
	kept   bool    // and whether its state is a new one
	lost   int
}

// Run searches a prepared program.
func Run(p *model.Program, limits Limits) Result {
	x := newSearcher(p, limits)
	switch first, out := x.first(); out {
	case lost:
		x.lost++
	case done:
		x.add(first, -1, choice{})
		for !x.over() {
			n, ok := x.open.next(x.work > x.limits.Work/2)
			if !ok {
				break
			}
			x.expand(n)
		}
	}
	return Result{
		Stuck:  x.stuck(),
		States: len(x.nodes),
		Work:   x.work,
		Over:   x.over(),
		Lost:   x.lost,
	}
}

func newSearcher(p *model.Program, limits Limits) *searcher {
	m := &machine{prog: p, terms: newTerms(p.Globals), limits: limits.filled()}
	return &searcher{machine: m, keyer: keyer{machine: m}, index: make(map[hash]int32), stacks: newStacks()}
}

func (x *searcher) over() bool { return x.work > x.limits.Work }

// first returns the state in which a program begins.
func (x *searcher) first() (*state, outcome) {
	s := x.start()
	x.trace = x.trace[:0]
	return s, x.settle(s, 0, noWay, noWay)
}

// add returns the node of a state.
func (x *searcher) add(s *state, parent int32, by choice) int32 {
	key := x.keyer.key(s)
	parts := len(s.procs) + len(s.objects)
	x.work += 1 + parts/4
	if n, ok := x.index[key]; ok {
		return n
	}
	x.work += 8 + parts
	x.kept = true
	n := int32(len(x.nodes))
	x.index[key] = n
	events := int32(len(x.trace))
	if parent >= 0 {
		events += x.nodes[parent].events
	}
	x.nodes = append(x.nodes, node{state: s, parent: parent, by: by, events: events})
	x.open.add(n)
	return n
}

// expand tries what can follow a state: where a goroutine's next step is safe, only
// that, unless it leads back to states that have been expanded. Otherwise a loop of
// such steps could put the others off for ever: so the last state of a loop that is
// expanded is expanded in full.
func (x *searcher) expand(n int32) {
	s := x.nodes[n].state
	from := int32(len(x.edges))
	x.nodes[n].closed = true
	x.active = slices.Grow(x.active[:0], len(s.procs))[:len(s.procs)]
	clear(x.active)
	if !x.limits.Plain {
		for g, p := range s.procs {
			if !p.ended() && x.safe(s, g) && x.follow(n, s, g) && x.leads(x.edges[from:]) {
				x.close(n, from)
				return
			}
			x.edges = x.edges[:from]
		}
	}
	for g, p := range s.procs {
		if !p.ended() && !x.refused(n, s, g) {
			x.follow(n, s, g)
		}
	}
	x.close(n, from)
	still := int32(len(x.still))
	for g, p := range s.procs {
		if !p.ended() && !x.active[g] {
			x.still = append(x.still, x.stacks.of(p))
		}
	}
	x.nodes[n].still = span{still, int32(len(x.still))}
}

// leads reports whether edges lead to a state that is still to be expanded, or to
// none at all.
func (x *searcher) leads(edges []edge) bool {
	ends := true
	for _, e := range edges {
		if e.to < 0 {
			continue
		}
		if !x.nodes[e.to].closed {
			return true
		}
		ends = false
	}
	return ends
}

// close lets go of a state that has been expanded.
func (x *searcher) close(n, from int32) {
	x.nodes[n].state = nil
	x.nodes[n].edges = span{from, int32(len(x.edges))}
}

// follow adds the ways on that goroutine g has in a node's state to the graph, and
// reports whether there are any.
func (x *searcher) follow(n int32, s *state, g int) bool {
	from := len(x.edges)
	for way, a := range x.successors(s, g) {
		e := edge{to: -1}
		if a.out == done {
			e.to = x.add(a.state, n, choice{int32(g), int32(way)})
		} else if a.out == lost {
			x.lost++
			e.lost = true
		}
		for i, h := range a.movers {
			if h != noWay {
				e.moved[i] = x.stacks.of(s.procs[h])
				x.active[h] = true
			}
		}
		x.edges = append(x.edges, e)
	}
	return len(x.edges) > from
}

// SPDX-License-Identifier: MIT

package search

import (
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// A group is the goroutines that wait in all states of a bottom component.
type group struct {
	stacks   []int32
	spinning bool  // others move there
	first    int32 // the component's node with the shortest schedule
	at       int32 // one in which they were seen
}

// stuck returns who waits in all states of a bottom component. Of the components in
// which a stack is stuck it takes the one with the shortest schedule.
func (x *searcher) stuck() []Stuck {
	var groups []*group
	if x.prog.Client {
		groups = x.abandoned()
	} else {
		for _, c := range x.bottoms() {
			groups = append(groups, x.group(c))
		}
	}
	best := make(map[int32]*group)
	var order []int32
	for _, g := range groups {
		for _, stack := range g.stacks {
			old, ok := best[stack]
			if !ok {
				order = append(order, stack)
			}
			if !ok || x.nodes[g.first].events < x.nodes[old.first].events {
				best[stack] = g
			}
		}
	}
	known := make(map[*group][]Stuck)
	var list []Stuck
	for _, stack := range order {
		g := best[stack]
		if known[g] == nil {
			known[g] = x.describe(g)
		}
		i := slices.Index(g.stacks, stack)
		s := known[g][i]
		s.With = slices.Delete(slices.Clone(known[g]), i, i+1)
		list = append(list, s)
	}
	return list
}

// group returns the goroutines that no step of a bottom component moves.
func (x *searcher) group(c []int32) *group {
	g := &group{first: c[0]}
	moving := make(map[int32]bool)
	for _, n := range c {
		if x.nodes[n].events < x.nodes[g.first].events {
			g.first = n
		}
		for _, e := range x.edgesOf(n) {
			moving[e.moved[0]], moving[e.moved[1]] = true, true
		}
	}
	g.spinning = len(moving) > 0
	// A state that was not expanded in full says nothing of who waits. One state of a
	// component was.
	for _, n := range c {
		for _, stack := range x.stillIn(n) {
			if !moving[stack] && !slices.Contains(g.stacks, stack) {
				g.stacks = append(g.stacks, stack)
			}
		}
		if g.at = n; len(g.stacks) > 0 {
			break
		}
	}
	return g
}

func (x *searcher) edgesOf(n int32) []edge {
	s := x.nodes[n].edges
	return x.edges[s.from:s.to]
}

func (x *searcher) stillIn(n int32) []int32 {
	s := x.nodes[n].still
	return x.still[s.from:s.to]
}

// describe tells of the goroutines of a group, in the order of its stacks.
func (x *searcher) describe(group *group) []Stuck {
	_, events := x.replay(group.first)
	s, _ := x.replay(group.at)
	var list []Stuck
	for _, stack := range group.stacks {
		is := func(p *proc) bool { return !p.ended() && x.stacks.of(p) == stack }
		g := slices.IndexFunc(s.procs, is)
		p := s.procs[g]
		found := Stuck{Stack: x.stacks.points(stack), Spinning: group.spinning, Spawn: p.spawn, Schedule: events}
		for i, other := range s.procs {
			if is(other) {
				found.Count++
				found.Procs = append(found.Procs, i)
			}
			if other.entry == p.entry && (i == 0) == (g == 0) {
				found.Of++
			}
		}
		r := run{machine: x.machine, s: s, g: g}
		found.Object, found.Nil = r.target()
		list = append(list, found)
	}
	return list
}

// target returns what the goroutine waits for, where that is one thing, and whether
// all channels that it waits for are nil.
func (r *run) target() (object model.Value, null bool) {
	in := r.next(r.s, r.g)
	n, ok := ways(in)
	if !ok {
		if len(in.Args) > 0 {
			object = r.resolve(r.eval(in.Args[0]))
		}
		return object, false
	}
	for i := range n {
		if r.resolve(r.eval(way(in, i).Chan)).Kind != model.Nil {
			return object, false
		}
	}
	return object, true
}

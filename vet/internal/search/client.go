// SPDX-License-Identifier: MIT

package search

import (
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// refused reports whether goroutine g is a client that may begin no more calls for
// now. Where it may, the state is one to ask who is abandoned.
func (x *searcher) refused(n int32, s *state, g int) bool {
	in := x.next(s, g)
	if in.Op != model.Idle || s.procs[g].top().leaving {
		return false
	}
	alive := 0
	for _, p := range s.procs {
		if !p.ended() {
			alive++
		}
	}
	x.nodes[n].quiet = in.Tag == 1 && alive < in.N
	return alive >= in.N
}

// A future is what can follow the states of a component.
type future struct {
	moved []bool // the stacks that move in it
	known bool   // all of it has been tried
}

// abandoned returns who waits while the client may still call and moves in nothing that can follow,
// whatever the client calls. Unlike in a bottom component the client need not have
// done all the harm it can: it may call what helps.
func (x *searcher) abandoned() []*group {
	c := components{of: make([]int32, len(x.nodes))}
	x.components(&c)
	futures := make([]future, len(c.list)) // components come after those that they lead to
	var groups []*group
	for i, nodes := range c.list {
		f := x.future(&c, futures, nodes)
		futures[i] = f
		if !f.known {
			continue
		}
		for _, n := range nodes {
			if !x.nodes[n].quiet {
				continue
			}
			g := &group{first: n, at: n}
			for _, stack := range x.stillIn(n) {
				if !f.moved[stack] {
					g.stacks = append(g.stacks, stack)
				}
			}
			if len(g.stacks) > 0 {
				groups = append(groups, g)
			}
		}
	}
	return x.causes(groups)
}

// causes drops who only waits because others do that were found before.
func (x *searcher) causes(groups []*group) []*group {
	slices.SortStableFunc(groups, func(a, b *group) int { return int(x.nodes[a.at].events - x.nodes[b.at].events) })
	known := make(map[int32]bool)
	var list []*group
	for _, g := range groups {
		if slices.ContainsFunc(g.stacks, func(stack int32) bool { return known[stack] }) {
			continue
		}
		for _, stack := range g.stacks {
			known[stack] = true
		}
		list = append(list, g)
	}
	return list
}

func (x *searcher) future(c *components, futures []future, nodes []int32) future {
	f := future{moved: make([]bool, len(x.stacks.list)), known: true}
	for _, n := range nodes {
		f.known = f.known && x.nodes[n].closed
		for _, e := range x.edgesOf(n) {
			f.known = f.known && !e.lost
			f.moved[e.moved[0]], f.moved[e.moved[1]] = true, true
			if e.to >= 0 && c.of[e.to] != c.of[nodes[0]] {
				next := futures[c.of[e.to]]
				f.known = f.known && next.known
				for i, moved := range next.moved {
					f.moved[i] = f.moved[i] || moved
				}
			}
		}
		if !f.known {
			return future{}
		}
	}
	return f
}

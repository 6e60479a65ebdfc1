// SPDX-License-Identifier: MIT

package search

import (
	"encoding/binary"
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// stack returns where a goroutine is, outermost function first.
func stack(p *proc) []Point {
	points := make([]Point, len(p.frames))
	for i, f := range p.frames {
		points[i] = Point{int(f.fn), int(f.pc)}
	}
	return points
}

func keyOf(entry int32, stack []Point) string {
	key := binary.AppendVarint(nil, int64(entry))
	for _, p := range stack {
		key = binary.AppendVarint(binary.AppendVarint(key, int64(p.Func)), int64(p.PC))
	}
	return string(key)
}

// waiting describes the goroutines that take part in no move.
func (x *searcher) waiting(s *state, active []bool) []waiting {
	var list []waiting
	for g := range s.procs {
		p := &s.procs[g]
		if p.ended() || active[g] {
			continue
		}
		points := stack(p)
		w := waiting{stack: points, key: keyOf(p.entry, points), entry: p.entry, spawn: p.spawn, proc: g}
		for i := range s.procs {
			if s.procs[i].entry == p.entry && (i == 0) == (g == 0) {
				w.of++
			}
		}
		r := run{machine: x.machine, s: s, g: g}
		in := x.next(s, g)
		if cases, ok := ways(in); ok {
			w.null = true
			for _, c := range cases {
				w.null = w.null && r.resolve(r.eval(c.Chan)).Kind == model.Nil
			}
		} else if len(in.Args) > 0 {
			w.object = r.resolve(r.eval(in.Args[0]))
		}
		list = append(list, w)
	}
	return list
}

// stuck returns who waits in all states of a bottom component: those that nothing
// leaves, and of which everything that follows is known.
func (x *searcher) stuck() []Stuck {
	found := make(map[string]int)
	var list []Stuck
	for _, c := range x.components() {
		if !x.bottom(c) {
			continue
		}
		first := slices.Min(c)
		groups := x.groups(c)
		for i, s := range groups {
			key := keyOf(int32(s.Stack[0].Func), s.Stack)
			s.With = slices.Delete(slices.Clone(groups), i, i+1)
			at, ok := found[key]
			if ok && len(list[at].Schedule) <= x.length(first) {
				continue
			}
			s.Schedule = x.schedule(first)
			if ok {
				list[at] = s
			} else {
				found[key] = len(list)
				list = append(list, s)
			}
		}
	}
	return list
}

// groups returns the goroutines that no step of the component moves.
func (x *searcher) groups(c []int32) []Stuck {
	moving := make(map[string]bool)
	for _, n := range c {
		for _, points := range x.nodes[n].moved {
			moving[keyOf(0, points)] = true
		}
	}
	var list []Stuck
	at := make(map[string]int)
	// Reduced states say nothing of who waits; where the component is a loop, one
	// of its states is not reduced.
	for _, n := range c {
		if len(list) > 0 {
			break
		}
		for _, w := range x.nodes[n].still {
			if moving[keyOf(0, w.stack)] {
				continue
			}
			i, ok := at[w.key]
			if !ok {
				i = len(list)
				at[w.key] = i
				list = append(list, Stuck{Stack: w.stack, Of: w.of, Nil: w.null, Object: w.object, Spawn: w.spawn})
			}
			list[i].Count++
			list[i].Procs = append(list[i].Procs, w.proc)
		}
	}
	return list
}

// bottom reports whether everything that follows the component's states is known
// and in it.
func (x *searcher) bottom(c []int32) bool {
	in := make(map[int32]bool, len(c))
	for _, n := range c {
		in[n] = true
	}
	for _, n := range c {
		if !x.nodes[n].closed {
			return false
		}
		for _, to := range x.nodes[n].next {
			if to < 0 || !in[to] {
				return false
			}
		}
	}
	return true
}

// components returns the strongly connected components of the graph of states, by
// Tarjan's algorithm without recursion.
func (x *searcher) components() [][]int32 {
	const none = -1
	n := len(x.nodes)
	order, low, edge := make([]int32, n), make([]int32, n), make([]int, n)
	on := make([]bool, n)
	for i := range order {
		order[i] = none
	}
	var list [][]int32
	var path, open []int32
	var count int32
	enter := func(v int32) {
		order[v], low[v] = count, count
		count++
		path, open = append(path, v), append(open, v)
		on[v] = true
	}
	for root := range int32(n) {
		if order[root] != none {
			continue
		}
		enter(root)
		for len(path) > 0 {
			v := path[len(path)-1]
			if edge[v] < len(x.nodes[v].next) {
				w := x.nodes[v].next[edge[v]]
				edge[v]++
				switch {
				case w < 0:
				case order[w] == none:
					enter(w)
				case on[w]:
					low[v] = min(low[v], order[w])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				up := path[len(path)-1]
				low[up] = min(low[up], low[v])
			}
			if low[v] != order[v] {
				continue
			}
			var c []int32
			for {
				w := open[len(open)-1]
				open = open[:len(open)-1]
				on[w] = false
				c = append(c, w)
				if w == v {
					break
				}
			}
			list = append(list, c)
		}
	}
	return list
}

// SPDX-License-Identifier: MIT

package search

// bottoms returns the bottom components of the graph of states: the strongly
// connected ones that no edge leaves, and of which everything that follows is known.
func (x *searcher) bottoms() [][]int32 {
	c := components{of: make([]int32, len(x.nodes))}
	x.components(&c)
	var list [][]int32
	for i, nodes := range c.list {
		bottom := true
		for _, n := range nodes {
			bottom = bottom && x.nodes[n].closed
			for _, e := range x.edgesOf(n) {
				bottom = bottom && e.to >= 0 && c.of[e.to] == int32(i)
			}
		}
		if bottom {
			list = append(list, nodes)
		}
	}
	return list
}

// components are the strongly connected components of a graph.
type components struct {
	list [][]int32
	of   []int32 // the number of a node's component
}

// A visit is a node whose edges are being followed.
type visit struct{ node, edge int32 }

// components finds the strongly connected components by Tarjan's algorithm without
// recursion.
func (x *searcher) components(c *components) {
	// low is 0 for what was not met. For what is met and in no component yet it is the
	// lowest order of what can be reached; in a component it is done.
	const done = -1
	low := make([]int32, len(x.nodes))
	var path []visit
	var open []int32
	var count int32
	enter := func(n int32) {
		count++
		low[n] = count
		path, open = append(path, visit{node: n}), append(open, n)
	}
	order := make([]int32, len(x.nodes))
	for root := range int32(len(x.nodes)) {
		if low[root] != 0 {
			continue
		}
		enter(root)
		order[root] = count
		for len(path) > 0 {
			v := &path[len(path)-1]
			if edges := x.edgesOf(v.node); int(v.edge) < len(edges) {
				to := edges[v.edge].to
				v.edge++
				switch {
				case to < 0 || low[to] == done:
				case low[to] == 0:
					enter(to)
					order[to] = count
				default:
					low[v.node] = min(low[v.node], order[to])
				}
				continue
			}
			n := v.node
			path = path[:len(path)-1]
			if len(path) > 0 {
				up := path[len(path)-1].node
				low[up] = min(low[up], low[n])
			}
			if low[n] != order[n] {
				continue
			}
			at := len(open) - 1
			for open[at] != n {
				at--
			}
			nodes := append([]int32(nil), open[at:]...)
			open = open[:at]
			for _, m := range nodes {
				low[m], c.of[m] = done, int32(len(c.list))
			}
			c.list = append(c.list, nodes)
		}
	}
}

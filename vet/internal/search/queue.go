// SPDX-License-Identifier: MIT

package search

// A queue holds the nodes that are to be expanded.
type queue struct {
	nodes []int32
	head  int
}

func (q *queue) add(n int32) { q.nodes = append(q.nodes, n) }

// next takes out the node that waits longest, which makes schedules short. When time
// runs out it takes the one that came last: of a search that cannot try all, the
// most is learnt where some ways are followed to their ends.
func (q *queue) next(late bool) (n int32, ok bool) {
	if q.head == len(q.nodes) {
		return 0, false
	}
	if late {
		last := len(q.nodes) - 1
		n, q.nodes = q.nodes[last], q.nodes[:last]
		return n, true
	}
	q.head++
	return q.nodes[q.head-1], true
}

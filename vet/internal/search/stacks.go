// SPDX-License-Identifier: MIT

package search

import "slices"

// stacks numbers stacks, from 1: a stack is a place in a function above another
// stack.
type stacks struct {
	list  []place
	index map[place]int32
}

// A place is the top frame of a stack.
type place struct{ below, fn, pc int32 }

func newStacks() stacks { return stacks{list: make([]place, 1), index: make(map[place]int32)} }

// of returns the number of a goroutine's stack.
func (t *stacks) of(p *proc) int32 {
	if p.stack == 0 {
		for i := range p.frames {
			at := place{p.stack, p.frames[i].fn, p.frames[i].pc}
			n, ok := t.index[at]
			if !ok {
				n = int32(len(t.list))
				t.list = append(t.list, at)
				t.index[at] = n
			}
			p.stack = n
		}
	}
	return p.stack
}

// points returns the places of a stack, outermost function first.
func (t *stacks) points(n int32) []Point {
	var points []Point
	for ; n != 0; n = t.list[n].below {
		points = append(points, Point{int(t.list[n].fn), int(t.list[n].pc)})
	}
	slices.Reverse(points)
	return points
}

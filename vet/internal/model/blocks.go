// SPDX-License-Identifier: MIT

package model

import "slices"

// A block is a piece of code that is entered at its first instruction only.
type block struct {
	from, to    int // its instructions
	next, prev  []int
	live        []int // those of next that may come in a process that goes on
	after       int   // its immediate post-dominator: -1 is the function's end
	controllers []int // the branches that decide whether it runs
	dead        bool  // the process ends here, whatever happens
	reached     bool
	endless     bool // no end of the function comes after it
}

// blocks cuts a function into its blocks and works out which branches decide on
// which of them. A block in which the process ends counts for no way on, so that
// an assertion decides on nothing.
func (f *Func) blocks(ends func(pc int) bool) []block {
	list, at := f.cut()
	for i := range list {
		b := &list[i]
		f.successors(b.to-1, func(pc int) {
			if n := at[pc]; n >= 0 && !slices.Contains(b.next, n) {
				b.next = append(b.next, n)
			}
		})
	}
	f.markDead(list, ends)
	for i := range list {
		list[i].findLive(list)
	}
	var mark func(n int)
	mark = func(n int) {
		list[n].reached = true
		for _, m := range list[n].next {
			list[m].prev = append(list[m].prev, n)
			if !list[m].reached {
				mark(m)
			}
		}
	}
	if len(list) > 0 {
		mark(0)
	}
	postDominators(list)
	for i := range list {
		b := &list[i]
		if !b.reached || len(b.live) < 2 {
			continue
		}
		for _, n := range b.live {
			for ; n != b.after && n >= 0; n = list[n].after {
				list[n].controllers = append(list[n].controllers, b.to-1)
			}
		}
	}
	return list
}

// findLive finds the blocks that may come next in a process that goes on.
func (b *block) findLive(list []block) {
	dead := func(n int) bool { return list[n].dead }
	if b.live = b.next; slices.ContainsFunc(b.next, dead) {
		b.live = slices.DeleteFunc(slices.Clone(b.next), dead)
	}
}

// ends reports whether no way on from a block is one of a process that goes on.
func (b *block) ends(list []block) bool {
	return !slices.ContainsFunc(b.next, func(n int) bool { return !list[n].dead })
}

// cut returns the blocks, and for each instruction the block that begins with it, or
// -1.
func (f *Func) cut() ([]block, []int) {
	starts := make([]bool, len(f.Code)+1)
	starts[0], starts[len(f.Code)] = true, true
	for pc := range f.Code {
		switch in := &f.Code[pc]; in.Op {
		case Jump:
			starts[in.Then], starts[pc+1] = true, true
		case Branch:
			starts[in.Then], starts[in.Else], starts[pc+1] = true, true, true
		case Return, Goexit, Exit, Lost:
			starts[pc+1] = true
		}
	}
	n := 0
	for _, starts := range starts {
		if starts {
			n++
		}
	}
	list := make([]block, 0, n)
	at := make([]int, len(f.Code)+1)
	at[len(f.Code)] = -1
	for pc := range f.Code {
		at[pc] = -1
		if starts[pc] {
			at[pc] = len(list)
			list = append(list, block{from: pc})
		}
		list[len(list)-1].to = pc + 1
	}
	return list, at
}

// markDead finds the blocks after which the process ends, with nothing before that
// could keep it.
func (f *Func) markDead(list []block, ends func(pc int) bool) {
	for changed := true; changed; {
		changed = false
		for i := len(list) - 1; i > 0; i-- {
			b := &list[i]
			if b.dead || f.Code[b.to-1].Op != Exit && (len(b.next) == 0 || !b.ends(list)) {
				continue
			}
			ok := true
			for pc := b.from; pc < b.to; pc++ {
				ok = ok && ends(pc)
			}
			if ok {
				b.dead, changed = true, true
			}
		}
	}
}

// postDominators finds for each block the first one that comes after it on all
// ways, by Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm" (2001),
// on the edges turned round. Of an endless loop, the block by which it is entered
// counts as a last one.
func postDominators(list []block) {
	const none = -2
	n := len(list)
	exits := make([]bool, n)
	for i := range list {
		exits[i] = len(list[i].live) == 0
	}
	var order []int // with the turned edges, in post-order
	seen := make([]bool, n)
	var walk func(i int)
	walk = func(i int) {
		seen[i] = true
		for _, p := range list[i].prev {
			if !seen[p] && !list[i].dead {
				walk(p)
			}
		}
		order = append(order, i)
	}
	for i := range list {
		if exits[i] && list[i].reached && !list[i].dead && !seen[i] {
			walk(i)
		}
	}
	for i := range list { // the first of what is left is where a loop begins
		if list[i].reached && !list[i].dead && !seen[i] {
			exits[i] = true
			from := len(order)
			walk(i)
			for _, j := range order[from:] {
				list[j].endless = true
			}
		}
	}
	rank := make([]int, n)
	for r, i := range order {
		rank[i] = r
	}
	for i := range list {
		list[i].after = none
	}
	meet := func(a, b int) int {
		for a != b {
			if a == -1 || b == -1 {
				return -1
			}
			if rank[a] < rank[b] {
				a = list[a].after
			} else {
				b = list[b].after
			}
		}
		return a
	}
	for changed := true; changed; {
		changed = false
		for _, i := range slices.Backward(order) {
			after := none
			if exits[i] {
				after = -1
			}
			for _, s := range list[i].live {
				switch {
				case list[s].after == none:
				case after == none:
					after = s
				default:
					after = meet(after, s)
				}
			}
			if after != list[i].after {
				list[i].after, changed = after, true
			}
		}
	}
}

// SPDX-License-Identifier: MIT

package dump

import "github.com/unleak/unleak"

// maxCached bounds a cache's entries, and so its memory, against input in which
// nothing repeats.
const maxCached = 1 << 18

// A cache keeps what was read once, so that memory and allocations go with the
// number of distinct stacks and not with that of goroutines.
type cache struct {
	names  table[string]
	places table[place]
	labels map[string]map[string]string
	waits  map[string]unleak.Wait

	// steps is a tree of all stacks, from the innermost frame outwards; stacks
	// has for each of its nodes the stack that ends there, or nil.
	steps  map[step]uint32
	stacks [][]unleak.Frame
}

// A place is a file and a line.
type place struct {
	file string
	line int
}

// A call is one frame: indices of names and places.
type call struct{ name, place uint32 }

// A step leads from a node of the tree of stacks to the next.
type step struct {
	from uint32
	call call
}

func newCache() *cache {
	return &cache{
		names:  table[string]{ids: make(map[string]uint32)},
		places: table[place]{ids: make(map[string]uint32)},
		labels: make(map[string]map[string]string),
		waits:  make(map[string]unleak.Wait),
		steps:  make(map[step]uint32),
		stacks: make([][]unleak.Frame, 1), // the root
	}
}

func (c *cache) full() bool {
	return len(c.names.all)+len(c.places.all)+len(c.labels)+len(c.waits)+len(c.steps) > maxCached
}

func (c *cache) frame(k call) unleak.Frame {
	at := c.places.all[k.place]
	return unleak.Frame{Func: c.names.all[k.name], File: at.file, Line: at.line}
}

// stack returns the one copy of a stack.
func (c *cache) stack(calls []call) []unleak.Frame {
	node := uint32(0)
	for _, k := range calls {
		s := step{node, k}
		next, ok := c.steps[s]
		if !ok {
			next = uint32(len(c.stacks))
			c.steps[s] = next
			c.stacks = append(c.stacks, nil)
		}
		node = next
	}
	if c.stacks[node] == nil && len(calls) > 0 {
		frames := make([]unleak.Frame, len(calls))
		for i, k := range calls {
			frames[i] = c.frame(k)
		}
		c.stacks[node] = Visible(frames)
	}
	return c.stacks[node]
}

func (c *cache) wait(status []byte) unleak.Wait {
	w, ok := c.waits[string(status)]
	if !ok {
		w = unleak.ParseWait(string(status))
		c.waits[string(status)] = w
	}
	return w
}

// A table numbers texts and keeps for each what was made of it.
type table[V any] struct {
	ids map[string]uint32
	all []V
}

func (t *table[V]) add(text string, v V) uint32 {
	id := uint32(len(t.all))
	t.ids[text] = id
	t.all = append(t.all, v)
	return id
}

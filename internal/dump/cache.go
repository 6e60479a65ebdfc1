// SPDX-License-Identifier: MIT

package dump

import (
	"strings"

	"github.com/unleak/unleak"
)

// maxCached bounds what a cache holds, in bytes and roughly, against input in
// which nothing repeats.
const maxCached = 16 << 20

// guessBits makes room for the forks on the way to some thousand stacks.
const guessBits = 12

// A cache keeps what was read once, so that memory and allocations go with the
// number of distinct stacks and not with that of goroutines.
type cache struct {
	names  table[name]
	places table[place]
	waits  map[string]status
	labels map[string]map[string]string

	// nodes is a tree of all stacks, from the innermost frame outwards; the
	// first is its root. steps finds a node's children.
	nodes []node
	steps map[step]uint32

	// guesses has for the fast path a node, by a hash of the node before and of
	// what is ahead.
	guesses [1 << guessBits]uint32

	shared *stacks // of several caches; nil is none

	size, max int
}

// A status is what the first part of a header says.
type status struct {
	wait   unleak.Wait
	leaked bool
}

// A name is the text before a function's arguments, or a line "created by F"
// without the number of the goroutine.
type name struct {
	text  string
	shown string // the function's name
	plain bool
}

// A place is a file and a line.
type place struct {
	text  string
	file  string
	line  int
	plain bool
}

// A call is one frame: indices of names and places.
type call struct{ name, place uint32 }

// A node is a frame, called by nothing yet: the stack from here to the root's
// child is one that was read, or the start of one. What created a goroutine is a
// node too, a last one.
type node struct {
	parent uint32
	call   call
	next   uint32 // the child that the fast path last went to; 0 is none
	plain  bool   // the fast path may go here
	maker  bool   // this is what created the goroutine
	name   string // the texts of call
	place  string
	tail   string         // what once followed the arguments: a call's offset seldom changes
	stack  []unleak.Frame // what ends here; nil until a goroutine's does
}

// A step leads from a node to the next.
type step struct {
	from uint32
	call call
}

func newCache(max int) *cache {
	return &cache{
		max:    max,
		names:  table[name]{ids: make(map[string]uint32)},
		places: table[place]{ids: make(map[string]uint32)},
		waits:  make(map[string]status),
		labels: make(map[string]map[string]string),
		nodes:  make([]node, 1),
		steps:  make(map[step]uint32),
	}
}

// grow notes that an entry was made: so many bytes of text, and what holds them.
func (c *cache) grow(text int) { c.size += text + 128 }

// withRoom returns the cache, or an empty one in its place.
func (c *cache) withRoom() *cache {
	if c.size <= c.max {
		return c
	}
	next := newCache(c.max)
	next.shared = c.shared
	return next
}

// share makes the cache one of several that keep one copy of equal stacks.
func (c *cache) share(s *stacks) {
	c.shared = s
	for i := range c.nodes {
		if stack := c.nodes[i].stack; stack != nil {
			s.one(stack)
		}
	}
}

func (c *cache) frame(k call) unleak.Frame {
	at := &c.places.all[k.place]
	return unleak.Frame{Func: c.names.all[k.name].shown, File: at.file, Line: at.line}
}

// child returns the node that a call leads to from another.
func (c *cache) child(from uint32, k call) uint32 {
	s := step{from, k}
	to, ok := c.steps[s]
	if !ok {
		to = uint32(len(c.nodes))
		c.steps[s] = to
		name, place := &c.names.all[k.name], &c.places.all[k.place]
		c.nodes = append(c.nodes, node{
			parent: from, call: k, name: name.text, place: place.text,
			plain: name.plain && place.plain,
			maker: strings.HasPrefix(name.text, createdBy),
		})
		c.grow(2 * len(place.text)) // for tail, too
	}
	return to
}

// stack returns the one copy of the stack that ends at a node.
func (c *cache) stack(at uint32) []unleak.Frame {
	if c.nodes[at].stack == nil && at != 0 {
		depth := 0
		for n := at; n != 0; n = c.nodes[n].parent {
			depth++
		}
		frames := make([]unleak.Frame, depth)
		for n := at; n != 0; n = c.nodes[n].parent {
			depth--
			frames[depth] = c.frame(c.nodes[n].call)
		}
		stack := Visible(frames)
		if c.shared != nil {
			stack = c.shared.one(stack)
		}
		c.nodes[at].stack = stack
		c.grow(len(frames) * 64)
	}
	return c.nodes[at].stack
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

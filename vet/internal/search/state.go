// SPDX-License-Identifier: MIT

package search

import (
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// A state is one instant of the program: its memory, its goroutines, and what has
// been decided about symbols. States are copied before they change.
type state struct {
	objects []object
	procs   []proc
	known   []fact // values that were chosen for terms
	memory  []fact // contents of cells whose address is a term
	// epoch counts how often outsiders may have changed what they can reach: what is
	// loaded in two epochs are two values.
	epoch int32
}

// An object is a piece of memory, a channel or a context.
type object struct {
	kind   objectKind
	typ    int32
	open   bool // outsiders may operate on it
	closed bool
	room   int32
	cells  []model.Value // a channel's queue; a context's channel and parent
}

type objectKind uint8

const (
	plain objectKind = iota
	channel
	captured
	contextual
	table // a map: a key and a value, and so on
)

// A fact says what a term stands for.
type fact struct {
	term  int32
	value model.Value
}

// A proc is a goroutine.
type proc struct {
	entry  int32
	frames []frame // outermost first; none when it has ended
	spawn  any     // the site of the go statement
	// queue is the condition that it waits for, ticket its place there, from 1;
	// called means that a Signal has met it.
	queue  model.Value
	ticket int32
	called bool
}

type frame struct {
	fn, pc  int32
	regs    []model.Value
	defers  []deferred
	leaving bool // by runtime.Goexit
}

type deferred struct {
	fn   model.Value
	args []model.Value
}

func (p *proc) ended() bool { return len(p.frames) == 0 }

func (p *proc) top() *frame { return &p.frames[len(p.frames)-1] }

func (s *state) clone() *state {
	c := &state{
		objects: slices.Clone(s.objects),
		procs:   slices.Clone(s.procs),
		known:   slices.Clone(s.known),
		memory:  slices.Clone(s.memory),
		epoch:   s.epoch,
	}
	for i := range c.objects {
		c.objects[i].cells = slices.Clone(c.objects[i].cells)
	}
	for i := range c.procs {
		frames := slices.Clone(c.procs[i].frames)
		for j := range frames {
			frames[j].regs = slices.Clone(frames[j].regs)
			frames[j].defers = slices.Clone(frames[j].defers)
		}
		c.procs[i].frames = frames
	}
	return c
}

// each calls visit with every value that the state holds, to read or change it.
func (s *state) each(visit func(*model.Value)) {
	for i := range s.objects {
		for j := range s.objects[i].cells {
			visit(&s.objects[i].cells[j])
		}
	}
	for i := range s.procs {
		s.procs[i].each(visit)
	}
	for i := range s.memory {
		visit(&s.memory[i].value)
	}
}

// each calls visit with every value on the goroutine's stack.
func (p *proc) each(visit func(*model.Value)) {
	visit(&p.queue)
	for i := range p.frames {
		f := &p.frames[i]
		for j := range f.regs {
			visit(&f.regs[j])
		}
		for j := range f.defers {
			visit(&f.defers[j].fn)
			for k := range f.defers[j].args {
				visit(&f.defers[j].args[k])
			}
		}
	}
}

func lookup(facts []fact, term int32) (model.Value, bool) {
	for _, f := range facts {
		if f.term == term {
			return f.value, true
		}
	}
	return model.Value{}, false
}

func remember(facts []fact, term int32, v model.Value) []fact {
	for i := range facts {
		if facts[i].term == term {
			facts[i].value = v
			return facts
		}
	}
	return append(facts, fact{term, v})
}

// objectsOf calls visit with the objects that a value leads to directly.
func objectsOf(v model.Value, visit func(int32)) {
	switch {
	case v.Kind == model.Ref:
		visit(v.A)
	case v.Kind == model.Fn && v.B >= 0:
		visit(v.B)
	}
}

// reach marks all objects that the values lead to.
func (s *state) reach(seen []bool, from ...model.Value) {
	for _, v := range from {
		objectsOf(v, func(o int32) {
			if !seen[o] {
				seen[o] = true
				s.reach(seen, s.objects[o].cells...)
			}
		})
	}
}

// private reports whether only goroutine g can reach an object.
func (s *state) private(g int, o int32) bool {
	if s.objects[o].open {
		return false
	}
	seen := make([]bool, len(s.objects))
	for i := range s.procs {
		if i != g {
			s.procs[i].each(func(v *model.Value) { s.reach(seen, *v) })
		}
	}
	for _, f := range s.memory {
		s.reach(seen, f.value)
	}
	return !seen[o]
}

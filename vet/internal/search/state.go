// SPDX-License-Identifier: MIT

package search

import (
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// A state is one instant of the program: its memory, its goroutines, and what has
// been decided about terms.
//
// States share their parts, since a step changes one or two of many. A part that
// carries the state's own number belongs to it alone and is written in place; any
// other is copied first. So a state may be written until it is cloned, and not
// after: proc, registers and object give what may be written.
type state struct {
	*arena
	number  int32
	objects []*object // nil is free: nothing leads there
	procs   []*proc
	known   []fact // values that were chosen for terms
	memory  []fact // contents of cells whose address is a term
	// epoch counts how often outsiders may have changed what they can reach: what is
	// loaded in two epochs are two values.
	epoch int32
	// symbols is how many symbols have been made; see fresh.
	symbols int32
}

// An object is a piece of memory, a channel or a context.
type object struct {
	digest
	owner  int32 // the number of the state that may write it
	typ    int32
	room   int32
	kind   objectKind
	open   bool // outsiders may operate on it
	closed bool
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

// A fact says what a term stands for. Lists of facts are never written in place.
type fact struct {
	term  int32
	value model.Value
}

// A proc is a goroutine.
type proc struct {
	digest
	owner  int32
	entry  int32
	stack  int32   // the number of its stack in stacks, 0 while nobody has asked
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
	owner   int32 // of the registers
	leaving bool  // by runtime.Goexit
	regs    []model.Value
	defers  []deferred // never written in place
}

type deferred struct {
	fn   model.Value
	args []model.Value
}

func (p *proc) ended() bool { return len(p.frames) == 0 }

func (p *proc) top() *frame { return &p.frames[len(p.frames)-1] }

// clone returns a state that may be written.
func (m *machine) clone(s *state) *state {
	m.states++
	c := m.arena.states.new(*s)
	c.arena, c.number = &m.arena, m.states
	c.objects = c.places.copy(s.objects, 1)
	c.procs = c.runners.copy(s.procs, 1)
	return c
}

// proc returns goroutine g to be written.
func (s *state) proc(g int) *proc {
	p := s.procs[g]
	if p.owner != s.number {
		p = s.arena.procs.new(*p)
		p.owner = s.number
		p.frames = s.frames.copy(p.frames, 0)
		s.procs[g] = p
	}
	p.stack, p.digest = 0, digest{}
	return p
}

// registers returns the registers of a frame of a goroutine that may be written.
func (s *state) registers(f *frame) []model.Value {
	if f.owner != s.number {
		f.regs, f.owner = s.values.copy(f.regs, 0), s.number
	}
	return f.regs
}

// object returns object o to be written.
func (s *state) object(o int32) *object {
	x := s.objects[o]
	if x.owner != s.number {
		x = s.arena.objects.new(*x)
		x.owner = s.number
		x.cells = s.values.copy(x.cells, 0)
		s.objects[o] = x
	}
	x.digest = digest{}
	return x
}

// add gives an object a number that is free.
func (s *state) add(x object) int32 {
	x.owner = s.number
	if i := slices.Index(s.objects, nil); i >= 0 {
		s.objects[i] = s.arena.objects.new(x)
		return int32(i)
	}
	s.objects = append(s.objects, s.arena.objects.new(x))
	return int32(len(s.objects) - 1)
}

// fresh returns a new symbol. States that do not follow each other use the same
// numbers again, so that the terms made of them are the same, too.
func (s *state) fresh() model.Value {
	s.symbols++
	return model.Value{Kind: model.Sym, A: -s.symbols}
}

// replace puts v wherever the state holds the term as a value.
func (s *state) replace(t int32, v model.Value) {
	swap := func(list []model.Value) {
		for i := range list {
			if list[i].Kind == model.Sym && list[i].A == t {
				list[i] = v
			}
		}
	}
	for o, x := range s.objects {
		if x != nil && x.digested(s.arena).mentions(t) {
			swap(s.object(int32(o)).cells)
		}
	}
	for g, p := range s.procs {
		if !p.digested(s.arena).mentions(t) {
			continue
		}
		p = s.proc(g)
		for i := range p.frames {
			f := &p.frames[i]
			swap(s.registers(f))
			f.defers = slices.Clone(f.defers)
			for j := range f.defers {
				d := &f.defers[j]
				d.args = append([]model.Value{d.fn}, d.args...)
				swap(d.args)
				d.fn, d.args = d.args[0], d.args[1:]
			}
		}
	}
	for _, f := range s.memory {
		if f.value.Kind == model.Sym && f.value.A == t {
			s.memory = remember(s.memory, f.term, v)
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

// remember returns the facts with one more, or another.
func remember(facts []fact, term int32, v model.Value) []fact {
	facts = slices.Clone(facts)
	for i := range facts {
		if facts[i].term == term {
			facts[i].value = v
			return facts
		}
	}
	return append(facts, fact{term, v})
}

// SPDX-License-Identifier: MIT

package search

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// An encoder writes a state so that two states with the same future have the same
// text as far as that is cheap: without garbage and dead registers, objects and
// symbols numbered as they are met, goroutines sorted.
type encoder struct {
	s       *state
	terms   *terms
	globals int
	out     []byte
	objects map[int32]int
	queue   []int32 // the objects that were met, in that order
	written int     // how many of them are written
	symbols map[int32]int
}

func encode(s *state, t *terms, globals int) string {
	e := &encoder{s: s, terms: t, globals: globals, objects: make(map[int32]int), symbols: make(map[int32]int)}
	for _, g := range e.order() {
		e.proc(&s.procs[g])
	}
	e.reached()
	e.facts('m', s.memory)
	e.reached()
	e.facts('k', s.known)
	return string(e.out)
}

// reached writes the objects that have been met and are not written yet.
func (e *encoder) reached() {
	for ; e.written < len(e.queue); e.written++ {
		e.object(&e.s.objects[e.queue[e.written]])
	}
}

// order sorts the goroutines by what can be told of each alone. Ended ones are
// alike.
func (e *encoder) order() []int {
	var alive []int
	for g := range e.s.procs {
		if !e.s.procs[g].ended() {
			alive = append(alive, g)
		}
	}
	if len(alive) < 2 {
		return alive
	}
	type keyed struct {
		g   int
		key []byte
	}
	var list []keyed
	for _, g := range alive {
		alone := &encoder{s: e.s, terms: e.terms, globals: e.globals, objects: make(map[int32]int), symbols: make(map[int32]int)}
		alone.proc(&e.s.procs[g])
		list = append(list, keyed{g, alone.out})
	}
	slices.SortStableFunc(list, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	order := make([]int, len(list))
	for i, k := range list {
		order[i] = k.g
	}
	return order
}

func (e *encoder) int(n int32) { e.out = binary.AppendVarint(e.out, int64(n)) }

func (e *encoder) proc(p *proc) {
	e.int(int32(len(p.frames)))
	e.value(p.queue)
	e.int(p.ticket)
	e.bool(p.called)
	for i := range p.frames {
		f := &p.frames[i]
		e.int(f.fn)
		e.int(f.pc)
		e.bool(f.leaving)
		for r, v := range f.regs { // most are dead
			if v.Kind != model.Zero {
				e.int(int32(r))
				e.value(v)
			}
		}
		e.int(-1)
		e.int(int32(len(f.defers)))
		for _, d := range f.defers {
			e.value(d.fn)
			e.values(d.args)
		}
	}
}

func (e *encoder) object(o *object) {
	e.out = append(e.out, byte(o.kind))
	e.int(o.typ)
	e.bool(o.open)
	e.bool(o.closed)
	e.int(o.room)
	e.int(int32(len(o.cells)))
	e.values(o.cells)
}

func (e *encoder) bool(b bool) {
	if b {
		e.out = append(e.out, 1)
	} else {
		e.out = append(e.out, 0)
	}
}

func (e *encoder) values(list []model.Value) {
	for _, v := range list {
		e.value(v)
	}
}

func (e *encoder) value(v model.Value) {
	e.out = append(e.out, byte(v.Kind))
	switch v.Kind {
	case model.Sym, model.Set:
		e.term(v.A)
	case model.Ref:
		e.ref(v.A)
		e.int(v.B)
	case model.Fn:
		e.int(v.A)
		if v.B >= 0 {
			e.ref(v.B)
		}
	default:
		e.int(v.A)
		e.int(v.B)
	}
}

func (e *encoder) ref(o int32) {
	n, ok := e.objects[o]
	if !ok {
		n = len(e.objects)
		e.objects[o] = n
		e.queue = append(e.queue, o)
	}
	e.int(int32(n))
}

func (e *encoder) term(i int32) {
	t := e.terms.list[i]
	if t.op == "" && int(i) < e.globals {
		e.int(-1 - i)
		return
	}
	if e.basic(t) {
		n, ok := e.symbols[i]
		if !ok {
			n = len(e.symbols)
			e.symbols[i] = n
		}
		e.int(int32(n))
		return
	}
	e.out = append(e.out, t.op...)
	e.value(t.a)
	e.value(t.b)
}

// facts writes what is known of terms that can still be computed.
func (e *encoder) facts(mark byte, facts []fact) {
	for _, f := range facts {
		if !e.met(f.term) {
			continue
		}
		e.out = append(e.out, mark)
		e.term(f.term)
		e.value(f.value)
	}
}

// basic reports whether a term cannot be computed again from others: it is unknown
// as such, or was loaded in an epoch that is over.
func (e *encoder) basic(t term) bool { return t.op == "" || t.op == "load" && t.n != e.s.epoch }

// met reports whether a term's symbols stand in the state.
func (e *encoder) met(i int32) bool {
	t := e.terms.list[i]
	if e.basic(t) {
		_, ok := e.symbols[i]
		return ok || int(i) < e.globals
	}
	for _, v := range [...]model.Value{t.a, t.b} {
		if (v.Kind == model.Sym || v.Kind == model.Set) && !e.met(v.A) {
			return false
		}
	}
	return true
}

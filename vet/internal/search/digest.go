// SPDX-License-Identifier: MIT

package search

import (
	"math/bits"
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// A hash is 128 bits that stand for a state. A search of a million states takes two
// of them for one with a chance of less than one to 10^26, so what is behind equal
// hashes is not compared. It is the same in every run: the order of goroutines, and
// with it the schedule that is reported, hangs on it.
type hash struct{ a, b uint64 }

// mix takes in two words: one step of wyhash in each half, with constants of its
// own. (The constants are wyhash's; no x or y that occurs here is one of them, which
// would wipe out what was taken in before.)
func (h *hash) mix(x, y uint64) {
	h.a = fold(x^0xa0761d6478bd642f, y^h.a^0xe7037ed1a0b428db)
	h.b = fold(y^0x8ebc6af09c88c6e3, x^h.b^0x589965cc75374cc3)
}

func fold(x, y uint64) uint64 {
	high, low := bits.Mul64(x, y)
	return high ^ low
}

func pair(a, b int32) uint64 { return uint64(uint32(a))<<32 | uint64(uint32(b)) }

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// A digest is what can be told of a goroutine or an object alone, whatever the
// objects and terms that it mentions: these stand in it by their places in a list.
// It is worked out when it is asked for, and kept until its part is written.
type digest struct {
	hash  hash
	names []model.Value // {Ref, object} and {Sym, term}, each once, as they are met
	ready bool
}

// mentions reports whether the part holds the term.
func (d *digest) mentions(t int32) bool {
	return slices.Contains(d.names, model.Value{Kind: model.Sym, A: t})
}

// name returns the place of an object or a term in the list of names.
func (d *digest) name(kind model.Kind, n int32) int32 {
	v := model.Value{Kind: kind, A: n}
	i := slices.Index(d.names, v)
	if i < 0 {
		i = len(d.names)
		d.names = append(d.names, v)
	}
	return int32(i)
}

// value takes in the value at a place.
func (d *digest) value(place int, v model.Value) {
	x := pair(v.A, v.B)
	switch v.Kind {
	case model.Sym, model.Set:
		x = uint64(d.name(model.Sym, v.A))
	case model.Ref:
		x = pair(d.name(model.Ref, v.A), v.B)
	case model.Fn:
		if v.B >= 0 {
			x = pair(v.A, d.name(model.Ref, v.B))
		}
	}
	d.hash.mix(x, uint64(place)<<8|uint64(v.Kind))
}

// values takes in a list of values. What a register holds no longer, and there is
// much of that, has no place.
func (d *digest) values(list []model.Value) {
	d.hash.mix(uint64(len(list)), 0)
	for i := range list {
		if list[i].Kind != model.Zero {
			d.value(i, list[i])
		}
	}
}

// begin and end stand around the work on a digest: its names grow in a list that is
// used again.
func (d *digest) begin(a *arena) { d.names = a.names[:0] }

func (d *digest) end(a *arena) {
	a.names = d.names
	d.names, d.ready = a.values.copy(d.names, 0), true
}

// digested returns the object's digest, ready.
func (o *object) digested(a *arena) *digest {
	d := &o.digest
	if d.ready {
		return d
	}
	d.begin(a)
	d.hash.mix(pair(o.typ, o.room), uint64(o.kind)|bit(o.open)<<8|bit(o.closed)<<9)
	d.values(o.cells)
	d.end(a)
	return d
}

// digested returns the goroutine's digest, ready.
func (p *proc) digested(a *arena) *digest {
	d := &p.digest
	if d.ready {
		return d
	}
	d.begin(a)
	d.hash.mix(pair(p.ticket, int32(len(p.frames))), bit(p.called))
	d.value(0, p.queue)
	for i := range p.frames {
		f := &p.frames[i]
		d.hash.mix(pair(f.fn, f.pc), pair(int32(len(f.defers)), int32(bit(f.leaving))))
		d.values(f.regs)
		for _, x := range f.defers {
			d.value(0, x.fn)
			d.values(x.args)
		}
	}
	d.end(a)
	return d
}

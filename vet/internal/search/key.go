// SPDX-License-Identifier: MIT

package search

import (
	"cmp"
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// A keyer works out the key of a state so that two states with the same future have
// the same key as far as that is cheap: without garbage and dead registers, objects
// and symbols numbered as they are met, goroutines sorted. Its tables are used again
// for each state.
type keyer struct {
	*machine
	s     *state
	hash  hash
	order []*proc
	// objects and symbols number what was met; queue holds the objects in that order,
	// of which so many are taken in.
	objects, symbols numbering
	queue            []int32
	taken            int
	// loaded is the last epoch of which something that was loaded is left, low the
	// last symbol.
	loaded, low int32
}

// A numbering numbers things in the order in which they are met. To begin again it
// goes on from a higher base: what is below was met before.
type numbering struct {
	numbers    []int64
	base, next int64
}

func (n *numbering) restart() {
	n.next++
	n.base = n.next
}

// met reports whether a thing has a number.
func (n *numbering) met(i int) bool { return i < len(n.numbers) && n.numbers[i] >= n.base }

// of returns the number of a thing, and whether it was given now.
func (n *numbering) of(i int) (number int64, first bool) {
	if i >= len(n.numbers) {
		n.numbers = append(n.numbers, make([]int64, i+1-len(n.numbers))...)
	}
	if first = n.numbers[i] < n.base; first {
		n.numbers[i] = n.next
		n.next++
	}
	return n.numbers[i] - n.base, first
}

// key returns the key of a state, and takes out of the state what it leaves out.
func (k *keyer) key(s *state) hash {
	k.s, k.hash, k.order = s, hash{}, k.order[:0]
	k.queue, k.taken, k.loaded, k.low = k.queue[:0], 0, -1, 0
	k.objects.restart()
	k.symbols.restart()
	for _, p := range s.procs {
		if !p.ended() {
			p.digested(k.s.arena)
			k.order = append(k.order, p)
		}
	}
	// Goroutines are sorted by what can be told of each alone.
	slices.SortStableFunc(k.order, func(p, q *proc) int {
		return cmp.Or(cmp.Compare(p.hash.a, q.hash.a), cmp.Compare(p.hash.b, q.hash.b))
	})
	k.hash.mix(uint64(len(k.order)), 0)
	for _, p := range k.order {
		k.part(&p.digest)
	}
	k.reached()
	k.facts()
	k.contexts()
	k.collect()
	return k.hash
}

// part takes in a goroutine or an object.
func (k *keyer) part(d *digest) {
	k.hash.mix(d.hash.a, d.hash.b)
	for _, v := range d.names {
		if v.Kind == model.Ref {
			k.hash.mix(uint64(k.object(v.A)), uint64(model.Ref))
		} else {
			k.term(&k.hash, v.A)
		}
	}
}

// reached takes in the objects that have been met.
func (k *keyer) reached() {
	for ; k.taken < len(k.queue); k.taken++ {
		k.part(k.s.objects[k.queue[k.taken]].digested(k.s.arena))
	}
}

func (k *keyer) object(o int32) int64 {
	n, first := k.objects.of(int(o))
	if first {
		k.queue = append(k.queue, o)
	}
	return n
}

// slot makes an index of the number of a term.
func slot(t int32) int {
	if t < 0 {
		return -2*int(t) - 1
	}
	return 2 * int(t)
}

// What stands for a term is told from other values by these marks.
const (
	global = 0x100 + iota
	symbol
	composite
)

func (k *keyer) term(h *hash, i int32) {
	t := k.terms.at(i)
	if t.op == load {
		k.loaded = max(k.loaded, t.n)
	}
	switch {
	case k.global(i):
		h.mix(uint64(i), global)
	case k.basic(i):
		k.low = min(k.low, i)
		n, _ := k.symbols.of(slot(i))
		h.mix(uint64(n), symbol)
	default:
		h.mix(letters(t.op), composite)
		k.operand(h, t.a)
		k.operand(h, t.b)
	}
}

func (k *keyer) operand(h *hash, v model.Value) {
	x := pair(v.A, v.B)
	switch {
	case isTerm(v):
		h.mix(0, uint64(v.Kind))
		k.term(h, v.A)
		return
	case v.Kind == model.Ref:
		x = pair(int32(k.object(v.A)), v.B)
	case v.Kind == model.Fn && v.B >= 0:
		x = pair(v.A, int32(k.object(v.B)))
	}
	h.mix(x, uint64(v.Kind))
}

func (k *keyer) global(i int32) bool { return 0 <= i && int(i) < k.prog.Globals }

// letters makes a number of an operator's name, which has eight letters at most.
func letters(op string) uint64 {
	var n uint64
	for i := range len(op) {
		n = n<<8 | uint64(op[i])
	}
	return n
}

// basic reports whether a term cannot be computed again from others: it is unknown
// as such, or was loaded in an epoch that is over.
func (k *keyer) basic(i int32) bool {
	t := k.terms.at(i)
	return t.op == "" || t.op == load && t.n != k.s.epoch && t.n != always
}

// met reports whether all that a term is made of stands in the state: only then it
// can be computed again.
func (k *keyer) met(v model.Value) bool {
	switch {
	case v.Kind == model.Ref:
		return k.objects.met(int(v.A))
	case v.Kind == model.Fn && v.B >= 0:
		return k.objects.met(int(v.B))
	case !isTerm(v):
		return true
	case k.basic(v.A):
		return k.global(v.A) || k.symbols.met(slot(v.A))
	}
	t := k.terms.at(v.A)
	return k.met(t.a) && k.met(t.b)
}

// contexts takes in the contexts that nobody holds any more, though somebody waits
// for their end and somebody else may end one above.
func (k *keyer) contexts() {
	for i, o := range k.s.objects {
		if o == nil || o.kind != contextual || k.objects.met(i) {
			continue
		}
		if end := o.cells[0]; !k.objects.met(int(end.A)) || k.s.objects[end.A].closed {
			continue
		}
		for up := o.cells[1]; up.Kind == model.Ref; up = k.s.objects[up.A].cells[1] {
			if k.objects.met(int(up.A)) {
				k.object(int32(i))
				k.reached()
				break
			}
		}
	}
}

// facts takes in what is known of terms that can be computed again, and forgets the
// rest. What a cell holds may lead to more of them; the order in which values were
// chosen does not matter.
func (k *keyer) facts() {
	about := func(f fact) bool { return k.met(model.Value{Kind: model.Sym, A: f.term}) }
	left := k.s.memory
	for more := len(left) > 0; more; {
		var later []fact
		for _, f := range left {
			if !about(f) {
				later = append(later, f)
				continue
			}
			k.term(&k.hash, f.term)
			k.operand(&k.hash, f.value)
		}
		k.reached()
		more = len(later) > 0 && len(later) < len(left)
		left = later
	}
	if len(left) > 0 {
		k.s.memory = slices.DeleteFunc(slices.Clone(k.s.memory), func(f fact) bool { return !about(f) })
	}
	unknown := func(f fact) bool { return !about(f) }
	if slices.ContainsFunc(k.s.known, unknown) {
		k.s.known = slices.DeleteFunc(slices.Clone(k.s.known), unknown)
	}
	var sum hash
	for _, f := range k.s.known {
		var h hash
		k.term(&h, f.term)
		if f.value.Kind != model.Set {
			k.operand(&h, f.value)
		}
		sum.a, sum.b = sum.a+h.a, sum.b+h.b
	}
	k.hash.mix(sum.a, sum.b)
}

// collect frees the objects that were not met, and the numbers of epochs and symbols
// behind the last that were: a loop that makes something new each time comes back to
// the same state.
func (k *keyer) collect() {
	s := k.s
	if k.taken < len(s.objects) {
		for o := range s.objects {
			if !k.objects.met(o) {
				s.objects[o] = nil
			}
		}
	}
	s.symbols = -k.low
	s.epoch = min(s.epoch, k.loaded+1)
}

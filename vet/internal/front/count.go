// SPDX-License-Identifier: MIT

package front

import (
	"maps"
	"math"
	"slices"

	"github.com/unleak/unleak/vet/internal/model"
)

// A loop that counts to 100 does nothing that one to 2 does not, as long as all that
// counts with it does so too. So the large numbers of a program are made small: their
// order stays, and so does a small distance between two of them. Where they say
// something together that this would lose (a sum, a product, a remainder), or a
// WaitGroup counts what no loop does, they stay as they are.

const (
	small   = 3  // larger numbers are marked
	near    = 3  // the distances that stay
	tooMany = 24 // numbers of a program that has tables rather than counts
)

// whole64 returns the value of a whole number of the source, if it is not too large.
// The mark goes before the program is searched.
func whole64(n int64) (model.Value, bool) {
	if n <= -model.MaxNumber || n >= model.MaxNumber {
		return model.Value{}, false
	}
	v := model.Number(int(n))
	if n > small {
		v.B = 1
	}
	return v, true
}

// A census is what a program's marked numbers are used for.
type census struct {
	values map[int32]int  // compared, passed on, kept: how often
	adds   map[int32]bool // given to WaitGroup.Add
	rooms  map[int32]bool // of channels
	bounds map[int32]bool // small numbers that are compared
	last   int32          // the largest of the small ones
	sends  int32
	fixed  bool // some are reckoned with
}

// shrink makes the marked numbers of the program small, and takes off the marks.
func (b *builder) shrink() {
	c := census{
		values: make(map[int32]int), adds: make(map[int32]bool), rooms: make(map[int32]bool), bounds: make(map[int32]bool),
		last: 1, sends: b.sends(),
	}
	b.eachNumber(c.count)
	to := c.small()
	b.eachNumber(func(in *model.Instr, v *model.Value) {
		if v.B == 0 {
			return
		}
		if n, ok := to[v.A]; ok && in.Op != model.Index {
			v.A = n
		}
		v.B = 0
	})
}

// eachNumber visits the program's constant numbers.
func (b *builder) eachNumber(visit func(*model.Instr, *model.Value)) {
	for _, f := range b.prog.Funcs {
		for i := range f.Code {
			in := &f.Code[i]
			for j := range in.Args {
				if o := &in.Args[j]; o.Reg < 0 && o.Const.Kind == model.Int {
					visit(in, &o.Const)
				}
			}
			for j := range in.Cases {
				if o := &in.Cases[j].Value; o.Reg < 0 && o.Const.Kind == model.Int {
					visit(in, &o.Const)
				}
			}
		}
	}
}

func (c *census) count(in *model.Instr, v *model.Value) {
	switch {
	case v.B == 0:
		if v.A <= small {
			c.last = max(c.last, v.A)
			c.bounds[v.A] = c.bounds[v.A] || in.Op == model.Bin && compares(in.Name)
		}
	case in.Op == model.Make, in.Op == model.Index:
	case in.Op == model.MakeChan:
		c.rooms[v.A] = true
	case in.Op == model.Add:
		c.adds[v.A] = true
	case in.Op == model.Bin && !compares(in.Name):
		c.fixed = true
	default:
		c.values[v.A]++
	}
}

func compares(op string) bool {
	switch op {
	case "==", "!=", "<", "<=", ">", ">=":
		return true
	}
	return false
}

// small returns what becomes of each number, or nil where they stay.
func (c *census) small() map[int32]int32 {
	list := slices.Sorted(maps.Keys(c.values))
	if c.fixed || len(list) == 0 || len(list) > tooMany || c.related(list) {
		return nil
	}
	last, next := c.last, c.last
	for n := range c.rooms {
		switch {
		case c.values[n] > 0: // that it is a loop's bound as well may be chance: leave room for each send
			next = max(next, c.sends)
		case n < list[len(list)-1]:
			return nil
		}
	}
	to := make(map[int32]int32)
	for _, n := range list {
		gap := n - last
		if gap > near {
			gap = 1
		}
		next += gap
		to[n], last = next, n
	}
	return to
}

// related reports whether some of the numbers may be made of others.
func (c *census) related(list []int32) bool {
	for n := range c.adds {
		if c.values[n] == 0 {
			return true
		}
	}
	has := func(n int64) bool { return n <= math.MaxInt32 && c.values[int32(n)] > 0 }
	for i, x := range list {
		if c.values[x] > 1 && has(2*int64(x)) {
			return true
		}
		for k := range c.bounds {
			if k > 1 && c.bounds[k] && has(int64(k)*int64(x)) {
				return true
			}
		}
		for j, y := range list[i:] {
			if j > 0 && has(int64(x)+int64(y)) || has(int64(x)*int64(y)) {
				return true
			}
		}
	}
	return false
}

// sends counts the places that send.
func (b *builder) sends() (n int32) {
	for _, f := range b.prog.Funcs {
		for i := range f.Code {
			if f.Code[i].Op == model.Send {
				n++
			}
			for _, cs := range f.Code[i].Cases {
				if cs.Send {
					n++
				}
			}
		}
	}
	return n
}

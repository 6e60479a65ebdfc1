// SPDX-License-Identifier: MIT

package front

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/unleak/unleak/vet/internal/model"
)

// A loop that counts to 100 does nothing that one to 2 does not, as long as all that
// counts with it does so too. So the large numbers of a program are made small: their
// order stays, and so does a small distance between two of them. Where they say
// something together that this would lose (a sum, a product, a remainder), or a
// WaitGroup counts what no loop does, they stay as they are.

const (
	small    = 3  // larger numbers are marked
	near     = 3  // the distances that stay
	tooMany  = 24 // numbers of a program that has tables rather than counts
	fromText = 1000
)

// number64 returns the value of a whole number of the source. The mark goes before the
// program is searched.
func number64(n int64) (model.Value, bool) {
	if n < -fromText || n > math.MaxInt32 {
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
	values map[int32]bool // compared, passed on, kept
	adds   map[int32]bool // given to WaitGroup.Add
	next   int32          // the largest of the small ones
	fixed  bool           // some are reckoned with
}

// shrink makes the marked numbers of the program small, and takes off the marks.
func (b *builder) shrink() {
	c := census{values: make(map[int32]bool), adds: make(map[int32]bool), next: 1}
	b.eachNumber(c.count)
	to := c.small()
	b.eachNumber(func(in *model.Instr, v *model.Value) {
		if v.B == 0 {
			return
		}
		n, ok := to[v.A]
		switch {
		case ok && in.Op != model.Index:
			v.A = n
		case v.A >= fromText: // large numbers are told apart as strings are
			v.A = b.text(strconv.Itoa(int(v.A))).A
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
			c.next = max(c.next, v.A)
		}
	case in.Op == model.MakeChan, in.Op == model.Make, in.Op == model.Index:
	case in.Op == model.Add:
		c.adds[v.A] = true
	case in.Op == model.Bin && !compares(in.Name):
		c.fixed = true
	default:
		c.values[v.A] = true
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
	if c.fixed || len(list) > tooMany {
		return nil
	}
	for n := range c.adds {
		if !c.values[n] {
			return nil
		}
	}
	for i, x := range list {
		for _, y := range list[i:] {
			if c.values[x+y] || int64(x)*int64(y) <= math.MaxInt32 && c.values[x*y] {
				return nil
			}
		}
	}
	to := make(map[int32]int32)
	last, next := c.next, c.next
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

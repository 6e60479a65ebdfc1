// SPDX-License-Identifier: MIT

package model

// A Value is what a register or a cell holds.
type Value struct {
	Kind Kind
	A, B int32
}

// A Kind tells values apart.
type Kind uint8

// The kinds of values. The last five stand only in cells.
const (
	Zero Kind = iota // of a type that the model does not look into; nothing in a dead register
	Nil              // any nil
	Int              // A; a bool is 0 or 1
	Sym              // the term number A: not known yet
	Set              // not nil, and otherwise unknown; the term number A
	Ref              // the address of cell B of object A
	Fn               // the function A, with what object B captured; B < 0 is nothing

	Mutex     // A: 1 while locked
	RWMutex   // A: readers; B: 1 while a writer waits or holds, 2 while it holds
	WaitGroup // A: the counter
	Cond      // no state: who waits knows
	RLocker   // what RWMutex.RLocker returns the address of: the cell before is the lock
)

// Bool returns the value of a bool.
func Bool(b bool) Value {
	if b {
		return Value{Kind: Int, A: 1}
	}
	return Value{Kind: Int}
}

// Number returns the value of an integer below MaxNumber and above its negative.
func Number(n int) Value { return Value{Kind: Int, A: int32(n)} }

// MaxNumber is the first integer that is too large to calculate with.
const MaxNumber = 1 << 28

// Text returns the value of the n-th constant of which nothing is known but that
// it differs from the others: a string, or a number that is too large.
func Text(n int) Value { return Value{Kind: Int, A: int32(MaxNumber + n)} }

// IsText reports whether Text made the value.
func (v Value) IsText() bool { return v.Kind == Int && v.A >= MaxNumber }

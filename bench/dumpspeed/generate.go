// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
)

// A shape says what dump to make. The same shape makes the same dump.
type shape struct {
	goroutines, stacks int
	seed               uint64
}

// standard makes 290 MB.
var standard = shape{goroutines: 100_000, stacks: 300, seed: 1}

// write writes the dump as /debug/pprof/goroutine?debug=2 serves it: every
// goroutine with a stack drawn at random and arguments of its own.
func (s shape) write(w io.Writer) error {
	r := rand.New(rand.NewPCG(s.seed, 0))
	stacks := s.draw(r)
	var b []byte
	for i := range s.goroutines {
		if i > 0 {
			b = append(b, '\n')
		}
		b = stacks[r.IntN(len(stacks))].append(b, uint64(i*3+1), r)
		if len(b) > 1<<20 || i == s.goroutines-1 {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	return nil
}

// A stack is the text of a goroutine's frames without what varies.
type stack struct {
	wait    string
	frames  []frame
	creator frame
}

type frame struct {
	name   string
	args   []arg
	place  string // with the offset
	inline bool
}

// An arg is an argument as the runtime prints it.
type arg int

const (
	pointer arg = iota
	number
	slice // {0xc000123456, 0x12, 0x20}
	iface // {0x1a2b3c8, 0xc000123456}
	unsure
)

func (s *stack) append(b []byte, id uint64, r *rand.Rand) []byte {
	b = fmt.Appendf(b, "goroutine %d [%s", id, s.wait)
	if minutes := r.IntN(600); minutes > 0 {
		b = fmt.Appendf(b, ", %d minutes", minutes)
	}
	b = append(b, "]:\n"...)
	for i := range s.frames {
		b = s.frames[i].append(b, r)
	}
	b = append(b, "created by "...)
	b = append(b, s.creator.name...)
	b = append(b, " in goroutine "...)
	b = strconv.AppendInt(b, 1+r.Int64N(1e6), 10)
	return append(append(b, "\n\t"...), s.creator.place...)
}

func (f *frame) append(b []byte, r *rand.Rand) []byte {
	b = append(append(b, f.name...), '(')
	if f.inline {
		b = append(b, "..."...)
	} else {
		for i, a := range f.args {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = a.append(b, r)
		}
	}
	return append(append(b, ")\n\t"...), f.place...)
}

func (a arg) append(b []byte, r *rand.Rand) []byte {
	hex := func(n uint64) { b = strconv.AppendUint(append(b, "0x"...), n, 16) }
	heap := func() { hex(0xc000000000 + r.Uint64N(1<<30)&^7) }
	switch a {
	case pointer:
		heap()
	case number:
		hex(r.Uint64N(1 << 12))
	case unsure:
		hex(r.Uint64N(1 << 24))
		b = append(b, '?')
	case slice:
		b = append(b, '{')
		heap()
		b = append(b, ", "...)
		hex(r.Uint64N(64))
		b = append(b, ", "...)
		hex(r.Uint64N(1 << 10))
		b = append(b, '}')
	case iface:
		b = append(b, '{')
		hex(0x1a00000 + r.Uint64N(1<<16)&^7)
		b = append(b, ", "...)
		heap()
		b = append(b, '}')
	}
	return b
}

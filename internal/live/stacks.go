// SPDX-License-Identifier: MIT

package live

import (
	"runtime"
	"slices"

	"github.com/unleak/unleak"
)

// A Stack is where a goroutine is: the counters of its innermost calls, as many as
// fit, and zeros after them. Goroutines with equal Stacks do the same.
type Stack [len(runtime.StackRecord{}.Stack0)]uintptr

// Stacks counts the goroutines of the process by what they do. It is for looks that
// are taken again and again: a tenth of what Records takes and allocates, and no
// labels. The world is held as shortly.
func (r *Reader) Stacks() map[Stack]int {
	n := runtime.NumGoroutine()
	for ok := false; !ok; {
		r.room(n + n/8 + 16)
		n, ok = runtime.GoroutineProfile(r.records)
	}
	counts := make(map[Stack]int)
	for i := range r.records[:n] {
		counts[r.records[i].Stack0]++
	}
	return counts
}

// room makes place for so many records. They are kept for the next time, but not
// after a crowd has gone.
func (r *Reader) room(n int) {
	if len(r.records) < n || len(r.records) > 8*n {
		r.records = make([]runtime.StackRecord, n)
	}
}

// Goroutine returns what count goroutines with the same stack do, as a traceback
// would. Stack is shared with other goroutines: never write to it.
func (r *Reader) Goroutine(stack Stack, count int) *unleak.Goroutine {
	s, ok := r.read[stack]
	if !ok {
		if r.read == nil || len(r.read) > maxKnown {
			r.read = make(map[Stack]symbols)
		}
		pcs := stack[:]
		if end := slices.Index(pcs, 0); end >= 0 {
			pcs = pcs[:end]
		}
		s = symbolsOf(pcs)
		if len(pcs) == len(stack) {
			s.elided = -1
		}
		r.read[stack] = s
	}
	return &unleak.Goroutine{Count: count, Wait: s.wait, Stack: s.stack, Elided: s.elided}
}

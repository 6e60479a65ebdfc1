// SPDX-License-Identifier: MIT

package leak

import (
	"iter"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/search"
)

// A pair of calls needs little work, and of types with many methods not all can be
// tried.
const (
	perPair  = 4_000
	forPairs = 256_000
)

// searchPairs looks for calls of two methods of an object that end in its locks.
func (w *worker) searchPairs(pairs iter.Seq[front.Pair]) {
	left := forPairs
	alone := make(map[*ssa.Function]bool) // those that a second call of their own waits for
	for p := range pairs {
		f, g := p.Calls[0], p.Calls[1]
		if left <= 0 {
			return
		}
		if alone[f] || alone[g] {
			continue
		}
		leaks := len(w.list)
		left -= w.searchPair(p)
		alone[f] = f == g && len(w.list) > leaks
	}
}

// searchPair searches one pair and returns how much work that was.
func (w *worker) searchPair(p front.Pair) (work int) {
	defer w.survive(p.Calls[0], nil)
	m := w.pkg.BuildPair(p)
	if m == nil {
		return 0
	}
	if m.Program == nil {
		return m.Cost * perInstr
	}
	m.Program = m.Slice()
	known := w.places()
	found := search.Run(m.Program, search.Limits{Work: perPair})
	for _, s := range found.Stuck {
		if w.callLeaks(m, s, known) && !slices.ContainsFunc(append(slices.Clone(s.With), s), handed(m)) {
			s.Spawn = nil
			w.add(m, nil, s)
		}
	}
	return m.Cost*perInstr + found.Work
}

// handed returns a function that reports whether a goroutine waits for a lock that
// some function unlocks without having locked it: a third call may do so.
func handed(m *front.Model) func(search.Stuck) bool {
	return func(s search.Stuck) bool {
		at := s.Stack[len(s.Stack)-1]
		return m.Funcs[at.Func].Code[at.PC].Class != 0
	}
}

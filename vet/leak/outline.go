// SPDX-License-Identifier: MIT

package leak

import "github.com/unleak/unleak/vet/internal/search"

// Scopes that are too much to search to their end have more turns without the calls
// that need not be followed. Those have work of their own, for the package may have
// used up all of its.
const forOutlines = 768_000

// outlineRounds holds how much work an outline gets each time.
var outlineRounds = [...]int{16_000, 64_000}

// searchOutlines looks for leaks in outlines of the scopes whose search went over
// its limits, and those that are too large to begin with. That no leak is found there
// says little of a scope: it stays unfinished.
func (w *worker) searchOutlines(scopes []*scope) {
	left := forOutlines
	done := make(map[*scope]bool)
	for _, work := range outlineRounds {
		for _, s := range scopes {
			if (s.end == over || s.end == large) && !done[s] && left > 0 {
				took, again := w.searchOutline(s, min(left, work))
				left -= took
				done[s] = !again
			}
		}
	}
}

// searchOutline searches one. It returns how much work that was, and whether there is
// more to search.
func (w *worker) searchOutline(s *scope, limit int) (work int, again bool) {
	defer w.survive(s.root, &s.end)
	m := w.pkg.BuildOutline(s.root)
	work = m.Cost * perInstr
	if m.Program == nil || m.Alone {
		return work, false
	}
	m.Program = m.Slice()
	found := search.Run(m.Program, search.Limits{Work: limit})
	s.searched = true
	for _, stuck := range found.Stuck {
		// Who spins may do so only because what a call has changed is not known.
		if !stuck.Spinning {
			w.add(m, s.root, stuck)
		}
	}
	return work + found.Work, found.Over
}

// SPDX-License-Identifier: MIT

package leak

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/model"
	"github.com/unleak/unleak/vet/internal/search"
)

// Types have work of their own, for the functions of a package may use up all of
// theirs.
const (
	perClient  = 64_000
	forClients = 512_000
)

// searchClients looks for leaks of types: goroutines that their methods start and
// that no call can end, whatever the client does. It returns the types that it has
// searched to the end.
func (w *worker) searchClients(clients []front.Client) map[*types.Named]bool {
	done := make(map[*types.Named]bool)
	left := forClients
	for _, c := range clients {
		if left <= 0 {
			w.unfinishClient(c)
			continue
		}
		unfinished := len(w.result.Unfinished)
		left -= w.searchClient(c)
		done[c.Type] = len(w.result.Unfinished) == unfinished
	}
	return done
}

// searchClient searches one type and returns how much work that was.
func (w *worker) searchClient(c front.Client) (work int) {
	defer w.survive(c.Methods[0], nil)
	m := w.pkg.BuildClient(c)
	if m == nil {
		return 0
	}
	if m.Program == nil {
		w.unfinishClient(c)
		return m.Cost * perInstr
	}
	m.Program = m.Slice()
	known := w.places()
	found := search.Run(m.Program, search.Limits{Work: perClient})
	w.result.Scopes++
	if found.Over {
		w.unfinishClient(c)
	}
	for _, s := range found.Stuck {
		if m.IsClient(s.Stack[0].Func) {
			if !w.callLeaks(m, s, known) {
				continue
			}
			s.Spawn = nil
		}
		w.add(m, nil, s)
	}
	return m.Cost*perInstr + found.Work
}

// places returns where leaks have been found so far.
func (r *reporter) places() map[token.Pos]bool {
	known := make(map[token.Pos]bool)
	for _, l := range r.list {
		known[l.pos] = true
	}
	return known
}

func (w *worker) unfinishClient(c front.Client) {
	why := "is a method of a type that is too much to search to its end: leaks of the type may have been missed"
	w.result.Unfinished = append(w.result.Unfinished, w.unfinished(c.Methods[0], "over-budget", why))
}

// callLeaks reports whether a call of the client's that waits for ever is a leak to
// tell of. That it waits may be what its contract says, but not for a lock. Where
// somebody waits for something else as well, or has been found waiting before, the
// lock is only what he holds.
func (r *reporter) callLeaks(m *front.Model, s search.Stuck, known map[token.Pos]bool) bool {
	for _, w := range append(slices.Clone(s.With), s) {
		if !m.IsClient(w.Stack[0].Func) || !locked(m, w) || known[r.place(m, w)] {
			return false
		}
	}
	return true
}

// place returns where a goroutine waits in the source.
func (r *reporter) place(m *front.Model, s search.Stuck) token.Pos {
	for _, p := range slices.Backward(s.Stack) {
		if f := m.Funcs[p.Func]; !f.Inner {
			_, pos := r.text.at(f.Code[p.PC].Site.(*front.Site).Pos)
			return pos
		}
	}
	return token.NoPos
}

// locked reports whether a goroutine waits for a lock.
func locked(m *front.Model, s search.Stuck) bool {
	at := s.Stack[len(s.Stack)-1]
	op := m.Funcs[at.Func].Code[at.PC].Op
	return op == model.Lock || op == model.RLock
}

// SPDX-License-Identifier: MIT

package leak

import (
	"cmp"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/report"
)

// A package gets so much work, as the search counts it, that go vet would take
// about as long: a part for itself and one for each instruction of its code. To
// write down an instruction of a model, and to slice it, is some work as well.
const (
	perPackage = 500_000
	perCode    = 150
	most       = 4_000_000 // for a package of whatever size
	perInstr   = 6
	alone      = 20_000 // at most for a scope that starts no goroutine
)

// rounds holds how much work a scope gets each time: most need little, and those
// that need more wait until all others have had that.
var rounds = [...]int{4_000, 16_000, 64_000, 256_000}

// memory is how many instructions of models are kept from one round to the next.
const memory = 100_000

func budget(all []*ssa.Function) int {
	n := 0
	for _, f := range all {
		for _, blk := range f.Blocks {
			n += len(blk.Instrs)
		}
	}
	return min(most, perPackage+perCode*n)
}

// A scope is a function that a model begins with.
type scope struct {
	root *ssa.Function
	// within is the scope of which this one is a part: a literal that only its own
	// function calls or starts. It is searched where that one cannot be to its end.
	within   *scope
	size     int          // about how many instructions the model will have
	model    *front.Model // while it is kept
	searched bool
	end      end
}

// An end is how the search of a scope went.
type end uint8

const (
	waiting  end = iota // for its turn
	over                // it needs more work
	lost                // some paths could not be followed
	large               // too large to be searched at all
	failed              // by a mistake of ours
	complete            // nothing is left to look for, here and in the scopes within
)

// scopesOf returns the scopes of a package, small ones first. A literal may be a
// part of the function that it stands in.
func scopesOf(pkg *front.Package, all []*ssa.Function) []*scope {
	of := make(map[*ssa.Function]*scope)
	var list []*scope
	for _, f := range all {
		if pkg.Quiet(f) {
			continue
		}
		s := &scope{root: f}
		var big bool
		if s.size, big = pkg.Extent(f); big {
			s.end = large
		}
		of[f] = s
		list = append(list, s)
	}
	for _, s := range list {
		if outer := s.root.Parent(); outer != nil && onlyCalled(s.root) {
			s.within = of[outer]
		}
	}
	slices.SortStableFunc(list, func(a, b *scope) int { return cmp.Compare(a.size, b.size) })
	return list
}

// onlyCalled reports whether all that a function does with a literal in it is to
// call or start it, now or in the end.
func onlyCalled(literal *ssa.Function) bool {
	calls := func(in ssa.Instruction, v ssa.Value) bool {
		call, ok := in.(ssa.CallInstruction)
		return ok && call.Common().Value == v && !slices.Contains(call.Common().Args, v)
	}
	for _, blk := range literal.Parent().Blocks {
		for _, in := range blk.Instrs {
			for _, o := range in.Operands(nil) {
				if *o != literal {
					continue
				}
				closure, ok := in.(*ssa.MakeClosure)
				if !ok {
					if !calls(in, literal) {
						return false
					}
					continue
				}
				for _, use := range *closure.Referrers() {
					if _, debug := use.(*ssa.DebugRef); !debug && !calls(use, closure) {
						return false
					}
				}
			}
		}
	}
	return true
}

// A worker searches a package's scopes.
type worker struct {
	*reporter
	pkg    *front.Package
	left   int // work
	kept   int // instructions of models
	result report.Result
}

// model returns the slice of a scope's model.
func (w *worker) model(s *scope) *front.Model {
	if m := s.model; m != nil {
		s.model = nil
		w.kept -= m.Size()
		return m
	}
	m := w.pkg.Build(s.root)
	if m == nil {
		return nil
	}
	w.left -= m.Cost * perInstr
	if m.Program != nil {
		m.Program = m.Slice()
	}
	return m
}

// keep keeps a model for the scope's next turn, where there is room.
func (w *worker) keep(s *scope, m *front.Model) {
	if n := m.Size(); s.end == over && w.kept+n <= memory {
		s.model = m
		w.kept += n
	}
}

// searchAll searches the scopes for as long as there is work left.
func (w *worker) searchAll(scopes []*scope) {
	for _, work := range rounds {
		for _, s := range scopes {
			if w.left > 0 && s.due() {
				w.search(s, min(work, w.left))
			}
		}
	}
	w.searchOutlines(scopes)
	for _, s := range scopes {
		if s.searched {
			w.result.Scopes++
		}
		switch s.outcome() {
		case waiting, over, large:
			w.unfinish(s, "over-budget", "is too much to search to its end: leaks there may have been missed")
		case lost:
			w.unfinish(s, "in-part", "has paths that the model cannot follow: leaks there may have been missed")
		}
	}
}

func (w *worker) unfinish(s *scope, kind, why string) {
	w.result.Unfinished = append(w.result.Unfinished, w.unfinished(s.root, kind, why))
}

// due reports whether a scope is to be searched, or searched again. One within
// another waits for that.
func (s *scope) due() bool {
	if s.end == waiting && s.within != nil {
		outer := s.within.outcome()
		return outer != waiting && outer != complete
	}
	return s.end == waiting || s.end == over
}

// outcome returns how the search of a scope went, or of one that includes it.
func (s *scope) outcome() end {
	if s.end == waiting && s.within != nil && s.within.outcome() == complete {
		return complete
	}
	return s.end
}

// SPDX-License-Identifier: MIT

// Package leak defines an analyzer that finds goroutines which wait for ever. It
// makes a small model of each function, with the goroutines that it starts, and
// searches the model's states for goroutines that nothing can wake any more.
package leak

import (
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/report"
	"github.com/unleak/unleak/vet/internal/search"
)

// Analyzer reports leaks. Its result is what vet.ResultOf reads.
var Analyzer = &analysis.Analyzer{
	Name:       "leak",
	Doc:        "report goroutines that wait for ever\n\nA model of each function, with the goroutines that it starts, is searched for\ngoroutines that nothing can wake any more. What cannot be modelled is passed over.",
	URL:        "https://github.com/unleak/unleak",
	Requires:   []*analysis.Analyzer{buildssa.Analyzer},
	ResultType: reflect.TypeFor[*report.Result](),
	Run:        run,
}

func run(pass *analysis.Pass) (any, error) {
	code := pass.ResultOf[buildssa.Analyzer].(*buildssa.SSA)
	all := code.SrcFuncs // with their literals
	r := &reporter{pass: pass, text: newText(pass), started: started(all)}
	w := &worker{pkg: front.New(code.Pkg, all), reporter: r, left: budget(all)}
	w.searchAll(scopesOf(w.pkg, all))
	done := w.searchClients(w.pkg.Clients(all))
	w.searchPairs(w.pkg.Pairs(w.pkg.Locked(done), all))
	w.result.Findings = r.report()
	return &w.result, nil
}

// search looks for leaks in one scope with so much work, and notes in the scope how
// far it has come. A mistake of ours there loses that scope only.
func (w *worker) search(s *scope, work int) {
	defer w.survive(s.root, &s.end)
	m := w.model(s)
	switch {
	case m == nil:
		s.end = complete
		return
	case m.Program == nil:
		s.end = large
		return
	}
	if m.Alone { // what one goroutine does to itself shows soon
		work = min(work, alone)
	}
	found := search.Run(m.Program, search.Limits{Work: work})
	w.left -= found.Work
	switch {
	case found.Over && m.Alone && work == alone:
		s.end = large
	case found.Over:
		s.end = over
	case found.Lost > 0:
		s.end = lost
	default:
		s.end = complete
	}
	s.searched = true
	w.keep(s, m)
	for _, stuck := range found.Stuck {
		w.add(m, s.root, stuck)
	}
}

// survive is deferred around all that is done for a function: a panic loses that alone,
// and is told as a loss. Where the function is a scope, its end says so too.
func (w *worker) survive(f *ssa.Function, e *end) {
	if p := recover(); p != nil {
		if e != nil {
			*e = failed
		}
		w.result.Failed = append(w.result.Failed, failure(f, p))
	}
}

// started returns the functions that a go statement names.
func started(funcs []*ssa.Function) map[*ssa.Function]bool {
	set := make(map[*ssa.Function]bool)
	for _, f := range funcs {
		for _, blk := range f.Blocks {
			for _, in := range blk.Instrs {
				if g, ok := in.(*ssa.Go); ok {
					set[g.Call.StaticCallee()] = true
				}
			}
		}
	}
	return set
}

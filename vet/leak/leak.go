// SPDX-License-Identifier: MIT

// Package leak defines an analyzer that finds goroutines which wait for ever. It
// makes a small model of each function, with the goroutines that it starts, and
// searches the model's states for goroutines that nothing can wake any more.
package leak

import (
	"reflect"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/search"
)

// Analyzer reports leaks. Its result is a *Result.
var Analyzer = &analysis.Analyzer{
	Name:       "leak",
	Doc:        "report goroutines that wait for ever\n\nA model of each function, with the goroutines that it starts, is searched for\ngoroutines that nothing can wake any more. What cannot be modelled is passed over.",
	URL:        "https://github.com/unleak/unleak",
	Requires:   []*analysis.Analyzer{buildssa.Analyzer},
	ResultType: reflect.TypeFor[*Result](),
	Run:        run,
}

// A Result is what the analysis of one package has found.
type Result struct {
	Findings []unleak.Finding
	// Scopes counts the functions whose models were searched, Over those that had
	// too many states to try them all, and Lost those in which some path could not be
	// followed to its end; Unfinished names both. Failed lists functions whose
	// analysis failed.
	Scopes, Over, Lost int
	Unfinished, Failed []unleak.Loss
}

func run(pass *analysis.Pass) (any, error) {
	code := pass.ResultOf[buildssa.Analyzer].(*buildssa.SSA)
	all := withLiterals(code.SrcFuncs)
	pkg := front.New(code.Pkg, all)
	r := &reporter{pass: pass, text: newText(pass), started: started(all)}
	result := new(Result)
	for _, f := range all {
		result.search(pkg, f, r)
	}
	result.Findings = r.report()
	return result, nil
}

// search looks for leaks in one scope. A mistake of ours there loses that scope
// only.
func (result *Result) search(pkg *front.Package, f *ssa.Function, r *reporter) {
	defer func() {
		if p := recover(); p != nil {
			result.Failed = append(result.Failed, failure(f, p))
		}
	}()
	m := pkg.Build(f)
	if m == nil {
		return
	}
	m.Program = m.Slice()
	var limits search.Limits
	if m.Alone { // what one goroutine does to itself shows soon
		limits = search.Limits{Work: 20_000}
	}
	found := search.Run(m.Program, limits)
	result.Scopes++
	if found.Over {
		result.Over++
		result.Unfinished = append(result.Unfinished, r.unfinished(f, "over-budget", "has more states than the search tries: leaks there may have been missed"))
	} else if found.Lost > 0 {
		result.Unfinished = append(result.Unfinished, r.unfinished(f, "in-part", "has paths that the model cannot follow: leaks there may have been missed"))
	}
	if found.Lost > 0 {
		result.Lost++
	}
	for _, s := range found.Stuck {
		r.add(m, f, s)
	}
}

// withLiterals adds the function literals of the functions, each once.
func withLiterals(funcs []*ssa.Function) []*ssa.Function {
	var all []*ssa.Function
	var add func(f *ssa.Function)
	add = func(f *ssa.Function) {
		if slices.Contains(all, f) {
			return
		}
		all = append(all, f)
		for _, literal := range f.AnonFuncs {
			add(literal)
		}
	}
	for _, f := range funcs {
		add(f)
	}
	return all
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

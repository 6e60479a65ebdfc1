// SPDX-License-Identifier: MIT

// Package iterpull defines an analyzer that finds iterators from iter.Pull which
// are not stopped on every way out.
package iterpull

import (
	"fmt"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/lifetime"
	"github.com/unleak/unleak/vet/internal/report"
	"github.com/unleak/unleak/vet/internal/symbol"
)

const doc = `report iterators from iter.Pull that are not stopped

"If the caller no longer needs any more values, it must call stop" (package iter).
Until then, or until next has said that the sequence is at its end, the sequence
stays suspended in a coroutine, which is a goroutine (runtime/coro.go).

Reported is a function with a way from iter.Pull or iter.Pull2 to a return, or back
to the call, that passes neither a call of stop nor a next whose ok is false. Where
stop or next goes to other code, nothing is reported.`

// Analyzer reports iterators. Its result is a *Result.
var Analyzer = &analysis.Analyzer{
	Name:       "iterpull",
	Doc:        doc,
	URL:        "https://github.com/unleak/unleak",
	Requires:   []*analysis.Analyzer{buildssa.Analyzer},
	ResultType: reflect.TypeFor[*report.Result](),
	Run:        run,
}

func run(pass *analysis.Pass) (any, error) {
	r := report.NewReporter(pass)
	lifetime.EachCall(pass, r, func(call *ssa.Call, callee *types.Func) {
		if symbol.Is(callee, "iter", "", "Pull", "Pull2") {
			check(pass, r, call)
		}
	})
	return r.Done(), nil
}

func check(pass *analysis.Pass, r *report.Reporter, call *ssa.Call) {
	next, stop := lifetime.Result(call, 0), lifetime.Result(call, 1)
	var ends []ssa.Value
	if next != nil {
		fate := lifetime.Follow(lifetime.Object{Make: call, Value: next, Use: func(in ssa.Instruction, v ssa.Value) lifetime.Effect {
			c, ok := in.(ssa.CallInstruction)
			if !ok || c.Common().Value != v {
				return lifetime.Unknown
			}
			if c, ok := in.(*ssa.Call); ok {
				last := c.Type().(*types.Tuple).Len() - 1
				if v := lifetime.Result(c, last); v != nil {
					ends = append(ends, v)
				}
			}
			return lifetime.Keeps
		}})
		if fate.Escapes {
			return
		}
	}
	fate := lifetime.Follow(lifetime.Object{Make: call, Value: stop, Ends: ends, Use: func(in ssa.Instruction, v ssa.Value) lifetime.Effect {
		if c, ok := in.(ssa.CallInstruction); ok && c.Common().Value == v {
			return lifetime.Releases
		}
		return lifetime.Unknown
	}})
	if fate.Escapes || fate.Out == nil {
		return
	}
	r.Add(leak(pass, r, call, stop != nil, fate))
}

func leak(pass *analysis.Pass, r *report.Reporter, call *ssa.Call, named bool, fate lifetime.Fate) report.Leak {
	pull := call.Call.StaticCallee().Object().Name()
	at := r.Start(call.Pos())
	own := r.Frame(front.Name(call.Parent()), at)
	entry := "iter." + pull + "[...].func1"
	l := report.Leak{
		Pos: at, Cause: unleak.CauseIterPull, Grade: unleak.Likely, Wait: unleak.WaitCoroutine,
		Stack: []unleak.Frame{own, {Func: entry}}, Created: &own,
		Message: fmt.Sprintf("the stop of this iter.%s is never called", pull),
	}
	// The sequence itself is what stays suspended, where it is known.
	if f, ok := sequence(call.Call.Args[0]); ok {
		l.Stack[0] = r.Frame(front.Name(f), f.Pos())
		l.Own = &own
	}
	if fate.Released {
		line := pass.Fset.Position(fate.Out.Pos()).Line
		l.Message = fmt.Sprintf("the stop of this iter.%s is not called on the way to line %d", pull, line)
		l.Related = []analysis.RelatedInformation{{Pos: fate.Out.Pos(), Message: "control leaves here without stop"}}
	}
	l.Explanation = fmt.Sprintf("iter.%s runs the sequence as a coroutine, and nothing ends that when the function leaves before the sequence's end: %s.", pull, l.Message)
	title := fmt.Sprintf("After line %d, write defer stop()", own.Line)
	if !named {
		title = fmt.Sprintf("In line %d, name the second result stop, and write defer stop() on the next line", own.Line)
	}
	l.Fixes = []unleak.Fix{{Title: title}}
	return l
}

// sequence returns the function that a sequence is.
func sequence(v ssa.Value) (*ssa.Function, bool) {
	for {
		switch x := v.(type) {
		case *ssa.ChangeType:
			v = x.X
		case *ssa.MakeClosure:
			v = x.Fn
		case *ssa.Function:
			return x, x.Synthetic == ""
		default:
			return nil, false
		}
	}
}

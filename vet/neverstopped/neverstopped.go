// SPDX-License-Identifier: MIT

// Package neverstopped defines an analyzer that finds objects with a goroutine of
// their own that go out of use without the call that ends it.
package neverstopped

import (
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/index"
	"github.com/unleak/unleak/vet/internal/lifetime"
	"github.com/unleak/unleak/vet/internal/report"
)

const doc = `report objects with a goroutine that are never stopped

A function that makes an object, or a method of it, may start a goroutine which
ends only when the object is told to: it waits for a channel in a field that one of
the object's methods closes, or for the end of a context that only such a method
cancels. That is the function's contract, known to other packages as a fact. It is
taken from functions that start the goroutine on every call, and only where no
other way leads out of the goroutine.

Reported is who makes such an object and drops it: no way through the function
calls a method that ends the goroutine, and the object goes to no other code, that
is, it is not returned, stored, sent, captured, or passed on. Functions that run
once in a process, such as main, and tests are passed over.

Of the standard library, sql.DB (its connectionOpener ends with Close) and
http.Server (ListenAndServe ends with Close or Shutdown) have such contracts.
time.NewTicker has none: no goroutine belongs to it, and since Go 1.23 the garbage
collector takes tickers that were not stopped.`

// Analyzer reports objects. Its result is a *Result.
var Analyzer = &analysis.Analyzer{
	Name:       "neverstopped",
	Doc:        doc,
	URL:        "https://github.com/unleak/unleak",
	Requires:   []*analysis.Analyzer{buildssa.Analyzer, index.Analyzer, Contracts},
	ResultType: reflect.TypeFor[*report.Result](),
	Run:        run,
}

func run(pass *analysis.Pass) (any, error) {
	c := checker{
		Reporter: report.NewReporter(pass),
		pass:     pass,
		starts:   pass.ResultOf[Contracts].(map[*types.Func]*Starts),
	}
	idx := pass.ResultOf[index.Analyzer].(*index.Package)
	for _, f := range pass.ResultOf[buildssa.Analyzer].(*buildssa.SSA).SrcFuncs {
		if often(idx, f) {
			c.Try(front.Name(f), func() { c.function(f) })
		}
	}
	return c.Done(), nil
}

// often reports whether a function may run any number of times.
func often(idx *index.Package, f *ssa.Function) bool {
	var known *index.Func
	switch syntax := f.Syntax().(type) {
	case *ast.FuncDecl:
		obj, _ := f.Object().(*types.Func)
		known = idx.FuncOf(obj)
	case *ast.FuncLit:
		known = idx.Literal(syntax)
	}
	return known != nil && known.Often
}

// A checker looks at the callers of one package.
type checker struct {
	*report.Reporter
	pass   *analysis.Pass
	starts map[*types.Func]*Starts
}

func (c *checker) function(f *ssa.Function) {
	for _, b := range f.Blocks {
		for _, in := range b.Instrs {
			call, ok := in.(ssa.CallInstruction)
			if !ok {
				continue
			}
			callee := call.Common().StaticCallee()
			if callee == nil {
				continue
			}
			if s := c.contract(callee, call); s != nil && c.callable(callee, s) {
				c.check(call, s)
			}
		}
	}
}

// contract returns what a call starts.
func (c *checker) contract(callee *ssa.Function, call ssa.CallInstruction) *Starts {
	obj, ok := callee.Object().(*types.Func)
	if !ok {
		return nil
	}
	_, spawned := call.(*ssa.Go)
	if s := standard(obj, spawned); s != nil {
		return s
	}
	if _, ok := call.(*ssa.Call); !ok {
		return nil
	}
	return c.starts[obj.Origin()]
}

// callable reports whether this package may call what ends the goroutine.
func (c *checker) callable(callee *ssa.Function, s *Starts) bool {
	if callee.Object().Pkg() == c.pass.Pkg {
		return true
	}
	return slices.ContainsFunc(s.Stops, func(name string) bool { return name[0] >= 'A' && name[0] <= 'Z' })
}

func (c *checker) check(call ssa.CallInstruction, s *Starts) {
	o := lifetime.Object{Make: call, Use: s.use}
	if s.Result < 0 {
		o.Value = call.Common().Args[0]
		switch v := o.Value.(type) {
		case *ssa.Alloc: // made here
		case *ssa.Call: // by a constructor of the same type
			if v.Call.StaticCallee() == nil || v.Call.StaticCallee().Pkg != call.Common().StaticCallee().Pkg {
				return
			}
		default:
			return
		}
	} else if made, ok := call.(*ssa.Call); ok {
		o.Value, o.Err = lifetime.Result(made, s.Result), lifetime.Error(made)
	}
	fate := lifetime.Follow(o)
	if fate.Escapes || fate.Released || fate.Out == nil {
		return
	}
	c.Add(c.leak(call, s))
}

// use says what an instruction does to an object.
func (s *Starts) use(in ssa.Instruction, v ssa.Value) lifetime.Effect {
	switch in := in.(type) {
	case *ssa.FieldAddr:
		f := in.X.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct).Field(in.Field)
		if f.Embedded() {
			return lifetime.Escapes
		}
		switch f.Type().Underlying().(type) {
		case *types.Chan, *types.Signature:
			if !fresh(in) {
				return lifetime.Releases // by hand, or by who has the channel
			}
		}
		return lifetime.Keeps
	case ssa.CallInstruction:
		c := in.Common()
		name := ""
		switch {
		case c.IsInvoke() && c.Value == v && !slices.Contains(c.Args, v):
			name = c.Method.Name()
		case c.StaticCallee() != nil && c.StaticCallee().Signature.Recv() != nil && c.Args[0] == v && !slices.Contains(c.Args[1:], v):
			name = c.StaticCallee().Name()
		}
		switch {
		case slices.Contains(s.Stops, name):
			return lifetime.Releases
		case slices.Contains(s.Keeps, name):
			return lifetime.Keeps
		}
	}
	return lifetime.Unknown
}

// fresh reports whether all that happens to a field is that a new channel goes into
// it.
func fresh(field *ssa.FieldAddr) bool {
	for _, in := range *field.Referrers() {
		store, ok := in.(*ssa.Store)
		if !ok || store.Addr != field {
			return false
		}
		if _, ok := store.Val.(*ssa.MakeChan); !ok {
			return false
		}
	}
	return true
}

func (c *checker) leak(call ssa.CallInstruction, s *Starts) report.Leak {
	at := c.Start(call.Pos())
	own := c.Frame(front.Name(call.Parent()), at)
	stops := s.stops(call.Common().StaticCallee().Object().Pkg() == c.pass.Pkg)
	created := s.Created
	return report.Leak{
		Pos: at, Cause: unleak.CauseNeverStopped, Grade: unleak.Likely, Wait: s.Wait,
		Stack: s.Stack, Own: &own, Created: &created,
		Message: fmt.Sprintf("nobody calls %s of this %s, whose goroutine goes on", strings.Join(stops, " or "), s.Type),
		Explanation: fmt.Sprintf("%s makes a %s, which has a goroutine that ends only with %s, and drops it in line %d without that call.",
			unleak.ShortFunc(own.Func), s.Type, strings.Join(stops, " or "), own.Line),
		Fixes: []unleak.Fix{{Title: fmt.Sprintf("After line %d, defer %s of the %s", own.Line, stops[0], s.Type)}},
	}
}

// stops lists the methods to call: outside of the package the exported ones.
func (s *Starts) stops(inside bool) []string {
	var names []string
	for _, name := range s.Stops {
		if inside || name[0] >= 'A' && name[0] <= 'Z' {
			names = append(names, name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { // exported ones first
		return int(a[0]&0x20) - int(b[0]&0x20)
	})
	return names
}

// SPDX-License-Identifier: MIT

// Package lifetime follows an object through the function that makes it, to find
// ways out on which nobody gives it back. What it cannot follow counts as given
// back: the object that goes to other code, and the way on which a test says that
// there is none.
package lifetime

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/report"
)

// EachCall visits the calls in a package, tests aside, whose functions are known. A
// mistake of ours loses the function that a call stands in.
func EachCall(pass *analysis.Pass, r *report.Reporter, visit func(call *ssa.Call, callee *types.Func)) {
	for _, f := range pass.ResultOf[buildssa.Analyzer].(*buildssa.SSA).SrcFuncs {
		if report.IsTest(pass.Fset, f.Pos()) {
			continue
		}
		r.Try(front.Name(f), func() {
			for _, b := range f.Blocks {
				for _, in := range b.Instrs {
					call, ok := in.(*ssa.Call)
					if !ok {
						continue
					}
					if callee := call.Call.StaticCallee(); callee != nil {
						if obj, ok := callee.Object().(*types.Func); ok {
							visit(call, obj)
						}
					}
				}
			}
		})
	}
}

// An Effect is what an instruction does to the object.
type Effect int

// The effects.
const (
	Unknown  Effect = iota // what Follow makes of it, which for calls is Escapes
	Keeps                  // nothing to its life
	Releases               // it is given back
	Escapes                // other code has it
	Derives                // the instruction's value stands for it as well
)

// An Object is what a call makes and somebody has to give back.
type Object struct {
	// Make is the call, Value its result, or nil where that is thrown away.
	Make  ssa.Instruction
	Value ssa.Value
	// Err is the error that comes with it: where that is not nil there is none.
	Err ssa.Value
	// Ends has further results, of other calls: where one is false, the object has
	// come to its end by itself.
	Ends []ssa.Value
	// Use says what an instruction does to v, which stands for the object.
	Use func(in ssa.Instruction, v ssa.Value) Effect
}

// A Fate is what becomes of an object.
type Fate struct {
	// Escapes says that other code has it. Nothing else is known then.
	Escapes bool
	// Released says that something gives it back, on some way at least.
	Released bool
	// Out is where control leaves the object behind: a return, or the call that
	// makes the next one. It is nil where each way gives it back.
	Out ssa.Instruction
}

// Follow tells what becomes of an object.
func Follow(o Object) Fate {
	f := follower{Object: o, alias: make(map[ssa.Value]bool), release: make(map[ssa.Instruction]bool)}
	if o.Value != nil {
		f.follow(o.Value, nil)
	}
	if f.escapes {
		return Fate{Escapes: true}
	}
	f.errs = spread(o.Err)
	f.ends = spread(o.Ends...)
	return Fate{Released: len(f.release) > 0, Out: f.search()}
}

type follower struct {
	Object
	alias   map[ssa.Value]bool
	errs    map[ssa.Value]bool
	ends    map[ssa.Value]bool
	release map[ssa.Instruction]bool
	escapes bool
}

// follow looks at all that uses v. Within literals of functions, at is the
// instruction of the outer function that makes the literal.
func (f *follower) follow(v ssa.Value, at ssa.Instruction) {
	if f.alias[v] || f.escapes {
		return
	}
	f.alias[v] = true
	for _, in := range *v.Referrers() {
		where := at
		if where == nil {
			where = in
		}
		switch f.effect(in, v) {
		case Releases:
			f.release[where] = true
		case Escapes:
			f.escapes = true
		case Derives:
			f.follow(in.(ssa.Value), at)
		}
		switch in := in.(type) {
		case *ssa.Store:
			f.cell(in, v, at)
		case *ssa.MakeClosure:
			fn := in.Fn.(*ssa.Function)
			for i, b := range in.Bindings {
				if b == v {
					f.follow(fn.FreeVars[i], where)
				}
			}
		}
	}
}

// cell follows a variable that the object is stored in.
func (f *follower) cell(in *ssa.Store, v ssa.Value, at ssa.Instruction) {
	if in.Val != v {
		return
	}
	switch addr := in.Addr.(type) {
	case *ssa.Alloc:
		f.follow(addr, at)
	case *ssa.FreeVar:
		f.escapes = true // a variable of an outer function
	}
}

func (f *follower) effect(in ssa.Instruction, v ssa.Value) Effect {
	if e := f.Use(in, v); e != Unknown {
		return e
	}
	switch in := in.(type) {
	case *ssa.Phi, *ssa.ChangeType, *ssa.ChangeInterface, *ssa.MakeInterface, *ssa.TypeAssert:
		return Derives
	case *ssa.Extract:
		if in.Index == 0 {
			return Derives
		}
		return Keeps
	case *ssa.UnOp:
		if in.Op == token.MUL && isCell(v) {
			return Derives
		}
		return Keeps
	case *ssa.BinOp, *ssa.If, *ssa.DebugRef, *ssa.FieldAddr, *ssa.Field, *ssa.MakeClosure:
		return Keeps
	case *ssa.Store:
		switch in.Addr.(type) {
		case *ssa.Alloc, *ssa.FreeVar:
			return Keeps // cell looks
		}
		if in.Addr == v {
			return Keeps
		}
	}
	return Escapes
}

// isCell reports whether v is a variable that holds the object, by its address.
func isCell(v ssa.Value) bool {
	switch v.(type) {
	case *ssa.Alloc, *ssa.FreeVar:
		return true
	}
	return false
}

// spread returns the values and all that they become without change.
func spread(values ...ssa.Value) map[ssa.Value]bool {
	set := make(map[ssa.Value]bool)
	var add func(v ssa.Value)
	add = func(v ssa.Value) {
		if v == nil || set[v] {
			return
		}
		set[v] = true
		if v.Referrers() == nil {
			return
		}
		for _, in := range *v.Referrers() {
			switch in := in.(type) {
			case *ssa.Phi:
				add(in)
			case *ssa.ChangeInterface:
				add(in)
			case *ssa.MakeInterface:
				add(in)
			case *ssa.Store:
				if cell, ok := in.Addr.(*ssa.Alloc); ok && in.Val == v {
					add(cell)
				}
			case *ssa.UnOp:
				if in.Op == token.MUL {
					add(in)
				}
			}
		}
	}
	for _, v := range values {
		add(v)
	}
	return set
}

// search looks for a way from the call to an exit.
func (f *follower) search() ssa.Instruction {
	seen := make(map[*ssa.BasicBlock]bool)
	var walk func(b *ssa.BasicBlock, from int) ssa.Instruction
	walk = func(b *ssa.BasicBlock, from int) ssa.Instruction {
		for _, in := range b.Instrs[from:] {
			switch {
			case f.release[in]:
				return nil
			case in == f.Make:
				return in
			}
			if ret, ok := in.(*ssa.Return); ok {
				return ret
			}
		}
		gone := [2]bool{}
		if test, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
			gone[0], gone[1] = f.gone(test.Cond)
		}
		for i, s := range b.Succs {
			if i < 2 && gone[i] || seen[s] {
				continue
			}
			seen[s] = true
			if out := walk(s, 0); out != nil {
				return out
			}
		}
		return nil
	}
	b := f.Make.Block()
	for i, in := range b.Instrs {
		if in == f.Make {
			return walk(b, i+1)
		}
	}
	return nil
}

// gone says on which outcomes of a condition there is no object.
func (f *follower) gone(cond ssa.Value) (onTrue, onFalse bool) {
	if f.ends[cond] {
		return false, true
	}
	switch c := cond.(type) {
	case *ssa.UnOp:
		if c.Op == token.NOT {
			onFalse, onTrue = f.gone(c.X)
		}
	case *ssa.BinOp:
		onTrue = f.none(c.X, c.Y) || f.none(c.Y, c.X)
		if c.Op == token.NEQ && onTrue {
			return false, true
		}
		if isNil(c.X) && f.errs[c.Y] || isNil(c.Y) && f.errs[c.X] {
			return c.Op == token.NEQ, c.Op == token.EQL
		}
	case *ssa.Call: // errors.Is(err, …)
		for _, a := range c.Call.Args {
			onTrue = onTrue || f.errs[a]
		}
	case *ssa.Extract: // _, ok := err.(…)
		switch tuple := c.Tuple.(type) {
		case *ssa.TypeAssert:
			onTrue = f.errs[tuple.X]
		case *ssa.Call:
			return f.gone(tuple)
		}
	}
	return onTrue, onFalse
}

// none reports whether a == b says that there is no object: it is nil, or its
// error is one of note.
func (f *follower) none(a, b ssa.Value) bool {
	return isNil(b) && f.alias[a] || f.errs[a] && !isNil(b)
}

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

// Result returns a result of a call that gives several, or nil where it is thrown
// away.
func Result(call *ssa.Call, i int) ssa.Value {
	if _, tuple := call.Type().(*types.Tuple); !tuple {
		if i == 0 && len(*call.Referrers()) > 0 {
			return call
		}
		return nil
	}
	for _, in := range *call.Referrers() {
		if x, ok := in.(*ssa.Extract); ok && x.Index == i {
			return x
		}
	}
	return nil
}

// Error returns the error among a call's results, or nil.
func Error(call *ssa.Call) ssa.Value {
	tuple, ok := call.Type().(*types.Tuple)
	if !ok {
		return nil
	}
	for i := range tuple.Len() {
		if types.Identical(tuple.At(i).Type(), types.Universe.Lookup("error").Type()) {
			if v := Result(call, i); v != nil {
				return v
			}
		}
	}
	return nil
}

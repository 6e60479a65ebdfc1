// SPDX-License-Identifier: MIT

package front

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// parameters returns the parameters to which all calls give the same constant. The
// calls are known of a function that is not exported, whose value goes nowhere, and
// that is no method which a call through an interface may mean.
func parameters(pkg *ssa.Package, funcs []*ssa.Function) map[*ssa.Parameter]*ssa.Const {
	c := &callers{calls: make(map[*ssa.Function][]*ssa.CallCommon), open: make(map[*ssa.Function]bool), invoked: make(map[string]bool)}
	for _, f := range funcs {
		c.read(f)
	}
	if start := pkg.Func("init"); start != nil { // of the package's variables
		c.read(start)
		for _, literal := range start.AnonFuncs {
			c.within(literal)
		}
	}
	given := make(map[*ssa.Parameter]*ssa.Const)
	for changed := true; changed; { // constants that are passed on
		changed = false
		for f, calls := range c.calls {
			if !c.known(f) {
				continue
			}
			for i, p := range f.Params {
				if given[p] != nil || !plain(p.Type()) {
					continue
				}
				if v := same(calls, i, p, given); v != nil {
					given[p], changed = v, true
				}
			}
		}
	}
	return given
}

// callers is what a package does with its functions.
type callers struct {
	calls   map[*ssa.Function][]*ssa.CallCommon
	open    map[*ssa.Function]bool // their values go somewhere
	invoked map[string]bool        // methods that are called through interfaces
}

func (c *callers) within(f *ssa.Function) {
	c.read(f)
	for _, literal := range f.AnonFuncs {
		c.within(literal)
	}
}

func (c *callers) read(f *ssa.Function) {
	for _, blk := range f.Blocks {
		for _, in := range blk.Instrs {
			if _, debug := in.(*ssa.DebugRef); debug {
				continue
			}
			call, ok := in.(ssa.CallInstruction)
			if ok && call.Common().IsInvoke() {
				c.invoked[call.Common().Method.Name()] = true
			}
			for i, o := range in.Operands(nil) {
				callee, isFunc := (*o).(*ssa.Function)
				switch {
				case !isFunc:
				case ok && i == 0 && !call.Common().IsInvoke(): // what is called comes first
					c.calls[callee] = append(c.calls[callee], call.Common())
				default:
					c.take(callee)
				}
			}
		}
	}
}

// take notes that a function's value goes somewhere: for a method's value, that is
// the method's.
func (c *callers) take(f *ssa.Function) {
	c.open[f] = true
	if m, ok := f.Object().(*types.Func); ok && f.Synthetic != "" {
		if declared := f.Prog.FuncValue(m); declared != nil {
			c.open[declared] = true
		}
	}
}

// known reports whether all calls of a function are known.
func (c *callers) known(f *ssa.Function) bool {
	if f.Object() == nil || f.Object().Exported() || f.Synthetic != "" || f.TypeParams().Len() > 0 || f.Origin() != nil {
		return false
	}
	return !c.open[f] && !(f.Signature.Recv() != nil && c.invoked[f.Name()])
}

// plain reports whether values of the type are numbers, strings or bools.
func plain(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsBoolean|types.IsInteger|types.IsString) != 0
}

// same returns the constant that all calls give for the i-th parameter, or nil.
func same(calls []*ssa.CallCommon, i int, p *ssa.Parameter, given map[*ssa.Parameter]*ssa.Const) *ssa.Const {
	var one *ssa.Const
	for _, call := range calls {
		v := call.Args[i]
		if v == p { // a function that calls itself
			continue
		}
		if passed, ok := v.(*ssa.Parameter); ok && given[passed] != nil {
			v = given[passed]
		}
		k, ok := v.(*ssa.Const)
		if !ok || one != nil && !constant.Compare(one.Value, token.EQL, k.Value) {
			return nil
		}
		one = k
	}
	return one
}

// given writes the constants that parameters stand for of the function that a model
// begins with.
func (c *coder) given() {
	for _, p := range c.f.Params {
		if v := c.params[p]; v != nil {
			c.emit(model.Instr{Op: model.Move, Dst: c.dst(p), Args: []model.Operand{c.constant(v)}})
		}
	}
}

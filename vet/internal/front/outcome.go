// SPDX-License-Identifier: MIT

package front

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// maxOutcomes is how many ways a call that is not followed may end in.
const maxOutcomes = 6

// An outcome is what a function returns in one place: constants, what is not nil, and
// what is not known.
type outcome []result

type result struct {
	known  *ssa.Const
	notNil bool
}

// outcomes returns the operand for a function that stands for the calls of another
// one: it returns what that may return. That an error comes with no value, say, is not
// lost.
func (c *coder) outcomes(f *ssa.Function) model.Operand {
	name := "outcomes of " + f.String()
	return c.shared(name, len(f.Params), func(p *coder) {
		p.f = f
		params := make([]ssa.Value, len(f.Params))
		for i, v := range f.Params {
			params[i], p.regs[v] = v, i
		}
		p.escape(params)
		list := outcomesOf(f)
		for i, o := range list {
			next := -1
			if i < len(list)-1 {
				p.emit(model.Instr{Op: model.Fresh, Dst: []int{p.fresh(1)}})
				next = len(p.out.Code)
				p.emit(model.Instr{Op: model.Branch, Args: reg(p.out.Regs - 1), Then: next + 1})
			}
			p.emit(model.Instr{Op: model.Return, Args: p.results(f, o)})
			if next >= 0 {
				p.out.Code[next].Else = len(p.out.Code)
			}
		}
	})
}

func (c *coder) results(f *ssa.Function, o outcome) []model.Operand {
	args := make([]model.Operand, len(o))
	for i, r := range o {
		if r.known != nil {
			args[i] = c.constant(r.known)
			continue
		}
		v := model.Instr{Op: model.Fresh, Dst: []int{c.fresh(1)}}
		if r.notNil {
			v.N = 1
		}
		c.emit(v)
		args[i] = model.Reg(v.Dst[0])
	}
	return args
}

// outcomesOf returns the ways in which a function may end: one of which nothing is
// known where there are too many, or none.
func outcomesOf(f *ssa.Function) []outcome {
	var list []outcome
	for _, blk := range f.Blocks {
		ret, ok := blk.Instrs[len(blk.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		o := make(outcome, len(ret.Results))
		for i, v := range ret.Results {
			if o[i] = resultOf(v, blk); !o[i].notNil && o[i].known == nil {
				o[i].notNil = madeError(v)
			}
		}
		if !slices.ContainsFunc(list, func(other outcome) bool { return other.same(o) }) {
			list = append(list, o)
		}
	}
	if len(list) == 0 || len(list) > maxOutcomes {
		return []outcome{make(outcome, f.Signature.Results().Len())}
	}
	return list
}

func (o outcome) same(other outcome) bool {
	return slices.EqualFunc(o, other, func(a, b result) bool {
		if a.known == nil || b.known == nil {
			return a == b
		}
		if a.known.Value == nil || b.known.Value == nil {
			return a.known.Value == b.known.Value
		}
		return constant.Compare(a.known.Value, token.EQL, b.known.Value)
	})
}

// resultOf returns what is known of a value at the end of a block.
func resultOf(v ssa.Value, blk *ssa.BasicBlock) result {
	switch v := v.(type) {
	case *ssa.Const:
		return result{known: v}
	case *ssa.MakeInterface, *ssa.Alloc, *ssa.MakeClosure, *ssa.MakeMap, *ssa.FieldAddr:
		return result{notNil: true}
	case *ssa.Call:
		switch calledName(v.Common()) {
		case "errors.New", "fmt.Errorf":
			return result{notNil: true}
		}
	}
	for b := blk; b.Idom() != nil; b = b.Idom() {
		test, ok := b.Idom().Instrs[len(b.Idom().Instrs)-1].(*ssa.If)
		if !ok || len(b.Preds) != 1 {
			continue
		}
		cond, ok := test.Cond.(*ssa.BinOp)
		if !ok || cond.X != v {
			continue
		}
		if null, ok := cond.Y.(*ssa.Const); !ok || !null.IsNil() {
			continue
		}
		switch yes := b.Idom().Succs[0] == b; {
		case cond.Op == token.NEQ && yes, cond.Op == token.EQL && !yes:
			return result{notNil: true}
		case cond.Op == token.NEQ, cond.Op == token.EQL:
			return result{known: ssa.NewConst(nil, v.Type())}
		}
	}
	return result{}
}

// madeError reports whether a value is read from an error variable of the package that
// is made where it is declared: such are not meant to change.
func madeError(v ssa.Value) bool {
	load, ok := v.(*ssa.UnOp)
	if !ok || load.Op != token.MUL || v.Type() != types.Universe.Lookup("error").Type() {
		return false
	}
	global, ok := load.X.(*ssa.Global)
	if !ok || global.Pkg.Func("init") == nil {
		return false
	}
	for _, blk := range global.Pkg.Func("init").Blocks {
		for _, in := range blk.Instrs {
			if st, ok := in.(*ssa.Store); ok && st.Addr == global {
				return resultOf(st.Val, blk).notNil
			}
		}
	}
	return false
}

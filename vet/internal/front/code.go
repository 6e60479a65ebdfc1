// SPDX-License-Identifier: MIT

package front

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// A coder writes the code of one function.
type coder struct {
	*builder
	f      *ssa.Function
	inTest bool
	out    *model.Func
	site   *Site // of the last instruction that has nothing but a place
	regs   map[ssa.Value]int
	starts []int           // by block: where its code begins
	ending []model.Operand // what outsiders get when the function returns
	jumps  []jump
	pos    token.Pos
}

// A jump is an instruction whose target is a block's code; it comes by an edge of
// its own, which sets the block's phis.
type jump struct {
	at        int
	otherwise bool
	to        int
}

func (b *builder) translate(f *ssa.Function, out *model.Func) {
	c := &coder{builder: b, f: f, inTest: inTest(f), out: out}
	c.reserve()
	for _, p := range f.Params {
		c.reg(p)
	}
	for _, v := range f.FreeVars {
		c.reg(v)
	}
	if usesTestContext(f) {
		c.ending = reg(c.fresh(1))
	}
	if out == b.prog.Funcs[0] { // who is called in the model gets what that call gives
		c.given()
	}
	c.starts = make([]int, len(f.Blocks))
	for i := range c.starts {
		c.starts[i] = -1
	}
	for _, blk := range f.Blocks {
		c.starts[blk.Index] = len(out.Code)
		for _, in := range blk.Instrs {
			if p := in.Pos(); p.IsValid() {
				c.pos = p
			}
			c.instr(in)
		}
	}
	for _, j := range c.jumps {
		if j.otherwise {
			out.Code[j.at].Else = c.starts[j.to]
		} else {
			out.Code[j.at].Then = c.starts[j.to]
		}
	}
}

// reserve makes room for about as much code as there will be.
func (c *coder) reserve() {
	n := 0
	for _, blk := range c.f.Blocks {
		n += len(blk.Instrs) + 2
	}
	if cap(c.out.Code) < n {
		c.out.Code = make([]model.Instr, 0, n+n/4)
	}
	c.regs = make(map[ssa.Value]int, n/2)
}

func (c *coder) emit(in model.Instr) {
	if in.Site == nil {
		if c.site == nil || c.site.Pos != c.pos {
			c.site = &Site{Pos: c.pos}
		}
		in.Site = c.site
	}
	c.out.Code = append(c.out.Code, in)
}

// fresh returns n registers in a row.
func (c *coder) fresh(n int) int {
	c.out.Regs += n
	return c.out.Regs - n
}

// width returns how many registers a value takes.
func width(v ssa.Value) int {
	if t, ok := v.Type().(*types.Tuple); ok {
		return t.Len()
	}
	if _, ok := v.(*ssa.Range); ok {
		return rangeWidth
	}
	return 1
}

func (c *coder) reg(v ssa.Value) int {
	r, ok := c.regs[v]
	if !ok {
		r = c.fresh(width(v))
		c.regs[v] = r
	}
	return r
}

// dst returns the registers of a value's parts.
func (c *coder) dst(v ssa.Value) []int {
	if v == nil {
		return nil
	}
	first := c.reg(v)
	list := make([]int, width(v))
	for i := range list {
		list[i] = first + i
	}
	return list
}

// arg returns the operand for a value.
func (c *coder) arg(v ssa.Value) model.Operand {
	switch v := v.(type) {
	case nil: // what a call does not get
		return model.Const(model.Value{Kind: model.Nil})
	case *ssa.Const:
		return c.constant(v)
	case *ssa.Function:
		if c.ours(v) {
			return model.Const(model.Value{Kind: model.Fn, A: int32(c.function(v)), B: -1})
		}
		r := c.fresh(1)
		c.emit(model.Instr{Op: model.Fresh, Dst: []int{r}})
		return model.Reg(r)
	case *ssa.Global:
		n, ok := c.globals[v]
		if !ok {
			n = len(c.globals)
			c.globals[v] = n
		}
		return model.Const(model.Value{Kind: model.Set, A: int32(n)})
	case *ssa.Builtin:
		return model.Const(model.Value{})
	}
	return model.Reg(c.reg(v))
}

func (c *coder) args(list []ssa.Value) []model.Operand {
	out := make([]model.Operand, len(list))
	for i, v := range list {
		out[i] = c.arg(v)
	}
	return out
}

func (c *coder) constant(v *ssa.Const) model.Operand {
	switch {
	case c.whole(v.Type()):
		r := c.fresh(1)
		c.emit(model.Instr{Op: model.New, Dst: []int{r}, Cells: c.zero(v.Type())})
		return model.Reg(r)
	case v.Value == nil:
		if z := c.zero(v.Type()); len(z) == 1 {
			return model.Const(z[0])
		}
	case v.Value.Kind() == constant.Bool:
		return model.Const(model.Bool(constant.BoolVal(v.Value)))
	case v.Value.Kind() == constant.String:
		return model.Const(c.text(constant.StringVal(v.Value)))
	case v.Value.Kind() == constant.Int:
		if n, ok := constant.Int64Val(v.Value); ok {
			if x, ok := whole64(n); ok {
				return model.Const(x)
			}
		}
		// Larger numbers are told apart as strings are.
		return model.Const(c.text(v.Value.ExactString()))
	}
	return model.Const(model.Value{})
}

// edge writes the jump from a block to its successor: first the phis' moves, which
// happen all at once.
func (c *coder) edge(from *ssa.BasicBlock, to *ssa.BasicBlock) {
	pred := 0
	for i, p := range to.Preds {
		if p == from {
			pred = i
		}
	}
	var phis []*ssa.Phi
	for _, in := range to.Instrs {
		if phi, ok := in.(*ssa.Phi); ok {
			phis = append(phis, phi)
		}
	}
	first := c.fresh(len(phis))
	for i, phi := range phis {
		c.emit(model.Instr{Op: model.Move, Dst: []int{first + i}, Args: []model.Operand{c.arg(phi.Edges[pred])}})
	}
	for i, phi := range phis {
		c.emit(model.Instr{Op: model.Move, Dst: c.dst(phi), Args: []model.Operand{model.Reg(first + i)}})
	}
	if to.Dominates(from) && !counts(to) && c.looksOut(to, from) {
		c.emit(model.Instr{Op: model.Again})
	}
	c.jumps = append(c.jumps, jump{at: len(c.out.Code), to: to.Index})
	c.emit(model.Instr{Op: model.Jump})
}

// fieldClass is the class of memory of a field of all structures of a type.
func (c *coder) memory(addr ssa.Value) int {
	switch a := addr.(type) {
	case *ssa.FieldAddr:
		if f := fieldOf(a); f != nil {
			return c.class(f)
		}
	case *ssa.Alloc:
		return c.class(a)
	case *ssa.Global:
		return c.class(a)
	case *ssa.FreeVar:
		if made := binding(a); made != nil {
			return c.memory(made)
		}
	}
	return 0
}

// binding returns what a closure's variable stands for, where the closure is made
// in one place.
func binding(v *ssa.FreeVar) ssa.Value {
	f := v.Parent()
	if f.Parent() == nil {
		return nil
	}
	at := -1
	for i, fv := range f.FreeVars {
		if fv == v {
			at = i
		}
	}
	var found ssa.Value
	for _, blk := range f.Parent().Blocks {
		for _, in := range blk.Instrs {
			if mk, ok := in.(*ssa.MakeClosure); ok && mk.Fn == f {
				if found != nil && found != mk.Bindings[at] {
					return nil
				}
				found = mk.Bindings[at]
			}
		}
	}
	return found
}

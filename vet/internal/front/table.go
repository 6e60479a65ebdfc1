// SPDX-License-Identifier: MIT

package front

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// mapped returns the type of a map whose entries are followed: keys that are
// structures are not told apart.
func (c *coder) mapped(v ssa.Value) (*types.Map, bool) {
	m, ok := v.Type().Underlying().(*types.Map)
	return m, ok && !c.whole(m.Key())
}

// entries is the class of memory of the entries of all maps of a type.
func (c *coder) entries(m *types.Map) int { return c.class("map " + types.TypeString(m, nil)) }

func (c *coder) lookup(in *ssa.Lookup) {
	m, ok := c.mapped(in.X)
	if !ok {
		c.unknown(in, nil)
		return
	}
	zero := c.zero(m.Elem())
	out := model.Instr{Op: model.Lookup, Dst: c.dst(in), Args: c.args([]ssa.Value{in.X, in.Index}), Cells: zero, Class: c.entries(m)}
	if c.whole(m.Elem()) {
		out.N = 1
	}
	c.emit(out)
}

func (c *coder) mapUpdate(in *ssa.MapUpdate) {
	m, ok := c.mapped(in.Map)
	if !ok {
		c.unknown(nil, []ssa.Value{in.Map, in.Key, in.Value})
		return
	}
	args := c.args([]ssa.Value{in.Map, in.Key, in.Value})
	c.emit(model.Instr{Op: model.Update, Args: args, Class: c.entries(m)})
}

func (c *coder) mapDelete(x, key ssa.Value) {
	m, ok := c.mapped(x)
	if !ok {
		c.unknown(nil, []ssa.Value{x})
		return
	}
	c.emit(model.Instr{Op: model.Delete, Args: c.args([]ssa.Value{x, key}), Class: c.entries(m)})
}

// rangeWidth is how many registers a loop over a map or a string has: how many
// entries are done, of how many, the keys, and the map.
const rangeWidth = 4

func (c *coder) rangeOver(in *ssa.Range) {
	r := c.reg(in)
	c.emit(model.Instr{Op: model.Move, Dst: []int{r}, Args: []model.Operand{model.Const(model.Number(0))}})
	c.emit(c.length([]int{r + 1}, in.X))
	if m, ok := c.mapped(in.X); ok {
		c.emit(model.Instr{Op: model.Keys, Dst: []int{r + 2}, Args: []model.Operand{c.arg(in.X)}, Class: c.entries(m)})
		c.emit(model.Instr{Op: model.Move, Dst: []int{r + 3}, Args: []model.Operand{c.arg(in.X)}})
	}
}

func (c *coder) next(in *ssa.Next) {
	r, dst := c.reg(in.Iter), c.dst(in)
	if m, ok := c.mapped(in.Iter.(*ssa.Range).X); ok {
		args := []model.Operand{model.Reg(r + 3), model.Reg(r + 2), model.Reg(r), model.Reg(r + 1)}
		c.emit(model.Instr{Op: model.Next, Dst: append(dst, r), Args: args, Class: c.entries(m)})
		return
	}
	c.emit(model.Instr{Op: model.Bin, Name: "<", Dst: dst[:1], Args: []model.Operand{model.Reg(r), model.Reg(r + 1)}})
	c.emit(model.Instr{Op: model.Bin, Name: "+", Dst: []int{r}, Args: []model.Operand{model.Reg(r), model.Const(model.Number(1))}})
	c.emit(model.Instr{Op: model.Fresh, Dst: dst[1:]})
}

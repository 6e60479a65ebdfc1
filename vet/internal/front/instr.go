// SPDX-License-Identifier: MIT

package front

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

func (c *coder) instr(in ssa.Instruction) {
	switch in := in.(type) {
	case *ssa.Phi, *ssa.DebugRef:
	case *ssa.Alloc:
		t := in.Type().Underlying().(*types.Pointer).Elem()
		c.emit(model.Instr{Op: model.New, Dst: c.dst(in), Cells: c.zero(t), N: c.tag(t)})
	case *ssa.MakeClosure:
		fn := in.Fn.(*ssa.Function)
		if !c.ours(fn) {
			c.unknown(in, in.Bindings)
			break
		}
		c.emit(model.Instr{Op: model.Closure, Dst: c.dst(in), N: c.function(fn), Args: c.args(in.Bindings)})
	case *ssa.FieldAddr:
		t := in.X.Type().Underlying().(*types.Pointer).Elem()
		c.field(in, in.X, t, in.Field)
	case *ssa.Field:
		at := c.fresh(1)
		n, ok := c.offset(in.X.Type(), in.Field)
		switch {
		case !ok:
			c.unknown(in, nil)
		case c.whole(in.Type()):
			c.emit(model.Instr{Op: model.Addr, Dst: c.dst(in), Args: []model.Operand{c.arg(in.X)}, N: n})
		default:
			c.emit(model.Instr{Op: model.Addr, Dst: []int{at}, Args: []model.Operand{c.arg(in.X)}, N: n})
			c.emit(model.Instr{Op: model.Load, Dst: c.dst(in), Args: []model.Operand{model.Reg(at)}, Class: c.class(in)})
		}
	case *ssa.IndexAddr:
		c.index(in)
	case *ssa.UnOp:
		c.unary(in)
	case *ssa.BinOp:
		c.binary(in)
	case *ssa.Store:
		c.store(in.Addr, c.arg(in.Val), in.Val.Type())
	case *ssa.ChangeType, *ssa.ChangeInterface, *ssa.MakeInterface, *ssa.Convert, *ssa.SliceToArrayPointer, *ssa.MultiConvert:
		c.convert(in.(ssa.Value), *in.Operands(nil)[0])
	case *ssa.TypeAssert:
		c.typeAssert(in)
	case *ssa.Extract:
		c.emit(model.Instr{Op: model.Move, Dst: c.dst(in), Args: []model.Operand{model.Reg(c.reg(in.Tuple) + in.Index)}})
	case *ssa.Slice:
		if c.slice(in) {
			break
		}
		c.unknown(in, []ssa.Value{in.X})
	case *ssa.Range:
		c.rangeOver(in)
	case *ssa.Next:
		c.next(in)
	case *ssa.MakeMap:
		c.emit(model.Instr{Op: model.MakeMap, Dst: c.dst(in)})
	case *ssa.MapUpdate:
		c.mapUpdate(in)
	case *ssa.Lookup:
		c.lookup(in)
	case *ssa.MakeSlice:
		c.makeSlice(in)
	case ssa.CallInstruction:
		c.call(in)
	default:
		c.control(in)
	}
}

// control writes jumps and the operations on channels.
func (c *coder) control(in ssa.Instruction) {
	switch in := in.(type) {
	case *ssa.Jump:
		c.edge(in.Block(), in.Block().Succs[0])
	case *ssa.If:
		c.emit(model.Instr{Op: model.Branch, N: c.passing(in.Block()), Args: []model.Operand{c.arg(in.Cond)}})
		at := len(c.out.Code) - 1
		c.out.Code[at].Then = len(c.out.Code)
		c.edge(in.Block(), in.Block().Succs[0])
		c.out.Code[at].Else = len(c.out.Code)
		c.edge(in.Block(), in.Block().Succs[1])
	case *ssa.Return:
		if len(c.ending) > 0 {
			c.emit(model.Instr{Op: model.Escape, Args: c.ending})
		}
		c.emit(model.Instr{Op: model.Return, Args: c.args(in.Results)})
	case *ssa.RunDefers:
		c.emit(model.Instr{Op: model.RunDefers})
	case *ssa.Panic:
		c.emit(model.Instr{Op: model.Exit})
	case *ssa.MakeChan:
		c.emit(model.Instr{Op: model.MakeChan, Dst: c.dst(in), Args: []model.Operand{c.arg(in.Size)}})
	case *ssa.Send:
		c.send(in)
	case *ssa.Select:
		c.selects(in)
	default:
		if v, ok := in.(ssa.Value); ok {
			c.unknown(v, operands(in))
			break
		}
		c.emit(model.Instr{Op: model.Lost})
	}
}

func operands(in ssa.Instruction) []ssa.Value {
	var list []ssa.Value
	for _, o := range in.Operands(nil) {
		if *o != nil {
			list = append(list, *o)
		}
	}
	return list
}

// unknown gives up following a value, and what it is made of.
func (c *coder) unknown(v ssa.Value, from []ssa.Value) {
	c.escape(from)
	if v != nil && width(v) > 0 {
		c.emit(model.Instr{Op: model.Fresh, Dst: c.dst(v)})
	}
}

// escape lets outsiders have the values. What they only lead to plain data may
// have changed afterwards.
func (c *coder) escape(values []ssa.Value) {
	var list []model.Operand
	for _, v := range values {
		if _, ok := v.(*ssa.Const); ok || v == nil {
			continue
		}
		if c.opaque(v.Type()) {
			continue
		}
		if !c.inert(v.Type()) {
			list = append(list, c.arg(v))
			continue
		}
		if p, ok := v.Type().Underlying().(*types.Pointer); ok {
			r := c.fresh(1)
			c.emit(model.Instr{Op: model.Fresh, Dst: []int{r}})
			c.store(v, model.Reg(r), p.Elem())
		}
	}
	if len(list) > 0 {
		c.emit(model.Instr{Op: model.Escape, Args: list})
	}
}

func (c *coder) field(v ssa.Value, x ssa.Value, t types.Type, field int) {
	if n, ok := c.offset(t, field); ok {
		c.emit(model.Instr{Op: model.Addr, Dst: c.dst(v), Args: []model.Operand{c.arg(x)}, N: n})
		return
	}
	c.emit(model.Instr{Op: model.Fresh, Dst: c.dst(v)})
}

func (c *coder) index(in *ssa.IndexAddr) {
	var elem types.Type
	switch t := core(in.X.Type()).(type) {
	case *types.Slice:
		elem = t.Elem()
	case *types.Pointer:
		if a, ok := core(t.Elem()).(*types.Array); ok && c.whole(t.Elem()) {
			elem = a.Elem()
		}
	}
	if elem == nil {
		c.emit(model.Instr{Op: model.Fresh, Dst: c.dst(in)})
		return
	}
	c.emit(model.Instr{Op: model.Index, Dst: c.dst(in), N: len(c.zero(elem)), Args: []model.Operand{c.arg(in.X), c.arg(in.Index)}})
}

func (c *coder) unary(in *ssa.UnOp) {
	x := c.arg(in.X)
	switch in.Op {
	case token.MUL:
		if c.whole(in.Type()) {
			c.emit(model.Instr{Op: model.Copy, Dst: c.dst(in), Args: []model.Operand{x}, N: len(c.zero(in.Type()))})
			return
		}
		load := model.Instr{Op: model.Load, Dst: c.dst(in), Args: []model.Operand{x}, Class: c.memory(in.X)}
		if leadsToLock(in.Type()) {
			load.N = 1
		}
		c.emit(load)
	case token.ARROW:
		c.blocks = true
		dst := c.dst(in)
		recv := model.Instr{Op: model.Recv, Dst: dst, Args: []model.Operand{x}, Site: c.receive(in)}
		if ch, ok := core(in.X.Type()).(*types.Chan); ok && !c.whole(ch.Elem()) {
			if z := c.zero(ch.Elem()); len(z) == 1 {
				recv.Cells = z
			}
		}
		c.emit(recv)
	case token.NOT:
		c.emit(model.Instr{Op: model.Not, Dst: c.dst(in), Args: []model.Operand{x}})
	case token.SUB:
		c.emit(model.Instr{Op: model.Bin, Name: "-", Dst: c.dst(in), Args: []model.Operand{model.Const(model.Number(0)), x}})
	default:
		c.unknown(in, nil)
	}
}

func (c *coder) binary(in *ssa.BinOp) {
	t, ok := in.X.Type().Underlying().(*types.Basic)
	plain := !ok || t.Info()&(types.IsInteger|types.IsBoolean) != 0
	switch in.Op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
	case token.ADD, token.SUB, token.MUL, token.QUO, token.REM, token.AND, token.OR:
		if !plain {
			c.unknown(in, nil)
			return
		}
	default:
		c.unknown(in, nil)
		return
	}
	if c.whole(in.X.Type()) {
		c.unknown(in, nil)
		return
	}
	bin := model.Instr{Op: model.Bin, Name: in.Op.String(), Dst: c.dst(in), Args: c.args([]ssa.Value{in.X, in.Y})}
	if in.Op == token.EQL || in.Op == token.NEQ {
		if c.homemade(in.X) || c.homemade(in.Y) {
			bin.N = 1
		}
	}
	c.emit(bin)
}

// homemade reports whether a value is an interface with a value of a type inside that
// only the package can make, because its name is not exported.
func (c *coder) homemade(v ssa.Value) bool {
	mk, ok := v.(*ssa.MakeInterface)
	if !ok {
		return false
	}
	n, ok := types.Unalias(mk.X.Type()).(*types.Named)
	return ok && n.Obj().Pkg() == c.pkg.Pkg && !n.Obj().Exported()
}

func (c *coder) store(addr ssa.Value, val model.Operand, t types.Type) {
	args := []model.Operand{c.arg(addr), val}
	if c.whole(t) {
		c.emit(model.Instr{Op: model.Put, Args: args, N: len(c.zero(t))})
		return
	}
	c.emit(model.Instr{Op: model.Store, Args: args, Class: c.memory(addr)})
}

// convert passes a value on where its meaning stays.
func (c *coder) convert(v, x ssa.Value) {
	from, fromBasic := x.Type().Underlying().(*types.Basic)
	to, toBasic := v.Type().Underlying().(*types.Basic)
	mk, boxed := v.(*ssa.MakeInterface)
	if boxed && c.box(mk) {
		return
	}
	if boxed || fromBasic == toBasic && (!fromBasic || (from.Info()&types.IsString != 0) == (to.Info()&types.IsString != 0)) {
		c.emit(model.Instr{Op: model.Move, Dst: c.dst(v), Args: []model.Operand{c.arg(x)}})
		return
	}
	c.unknown(v, nil)
}

func (c *coder) makeSlice(in *ssa.MakeSlice) {
	t, ok := core(in.Type()).(*types.Slice)
	if !ok {
		c.unknown(in, nil)
		return
	}
	c.emit(model.Instr{Op: model.Make, Dst: c.dst(in), Args: []model.Operand{c.arg(in.Len)}, Cells: c.zero(t.Elem())})
}

// slice writes a slice expression that is followed: of the whole, and of what make
// has made of constant numbers.
func (c *coder) slice(in *ssa.Slice) bool {
	if in.Low == nil && in.High == nil && in.Max == nil {
		c.emit(model.Instr{Op: model.Slice, Dst: c.dst(in), Args: []model.Operand{c.arg(in.X)}})
		return true
	}
	t, ok := core(in.Type()).(*types.Slice)
	if made, isNew := in.X.(*ssa.Alloc); ok && isNew && made.Comment == "makeslice" && in.Low == nil && in.Max == nil {
		c.emit(model.Instr{Op: model.Make, Dst: c.dst(in), Args: []model.Operand{c.arg(in.High)}, Cells: c.zero(t.Elem())})
		return true
	}
	return false
}

// length returns an instruction for the length of a value.
func (c *coder) length(dst []int, x ssa.Value) model.Instr {
	in := model.Instr{Op: model.Len, Dst: dst, Args: []model.Operand{c.arg(x)}}
	switch t := x.Type().Underlying().(type) {
	case *types.Slice:
		in.N = len(c.zero(t.Elem()))
	case *types.Map:
		in.N = 2
	}
	return in
}

func (c *coder) selects(in *ssa.Select) {
	s := model.Instr{Op: model.Select, Dst: c.dst(in)}
	if !in.Blocking {
		s.N = 1
	}
	site := &Site{Pos: in.Pos()}
	for _, st := range in.States {
		cs := model.Case{Send: st.Dir == types.SendOnly, Chan: c.arg(st.Chan)}
		if cs.Send {
			cs.Value = c.arg(st.Send)
		}
		s.Cases = append(s.Cases, cs)
		site.Cases = append(site.Cases, st.Pos)
		site.Context = site.Context || fromContext(st.Chan)
	}
	s.Site = site
	c.blocks = c.blocks || in.Blocking
	c.emit(s)
}

// receive returns the site of a receive. That of a loop over a channel has no
// position of its own, but the loop's.
func (c *coder) receive(in *ssa.UnOp) *Site {
	site := &Site{Pos: in.Pos(), Range: in.Block().Comment == "rangechan.loop", Context: fromContext(in.X)}
	site.Made = c.madeField(in.X)
	if !site.Pos.IsValid() {
		site.Pos = c.pos
	}
	return site
}

// fromContext reports whether a channel is what a context's Done returns.
func fromContext(ch ssa.Value) bool {
	call, ok := ch.(*ssa.Call)
	return ok && call.Call.IsInvoke() && named(call.Call.Value.Type())+"."+call.Call.Method.Name() == "context.Context.Done"
}

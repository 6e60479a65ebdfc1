// SPDX-License-Identifier: MIT

package front

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// call writes a call, a go or a defer statement.
func (c *coder) call(in ssa.CallInstruction) {
	common := in.Common()
	v := in.Value() // nil for go and defer
	dst := []int(nil)
	if v != nil {
		dst = c.dst(v)
	}
	op := model.Call
	switch in.(type) {
	case *ssa.Go:
		op = model.Go
		c.spawns = true
	case *ssa.Defer:
		op = model.Defer
	}
	switch callee := common.StaticCallee(); {
	case common.IsInvoke():
		c.invoke(in, op, dst)
	case callee != nil && c.ours(callee):
		args := append([]model.Operand{c.callee(common.Value)}, c.args(common.Args)...)
		c.emit(model.Instr{Op: op, Dst: dst, Args: args})
	case callee != nil:
		c.standard(in, op, dst, c.fullName(callee), common.Args)
	default:
		if b, ok := common.Value.(*ssa.Builtin); ok {
			c.builtin(in, op, dst, b.Name())
			break
		}
		args := append([]model.Operand{c.arg(common.Value)}, c.args(common.Args)...)
		c.emit(model.Instr{Op: op, Dst: dst, Args: args})
	}
}

// callee returns the operand for a function that is called: closures are values.
func (c *coder) callee(v ssa.Value) model.Operand {
	if f, ok := v.(*ssa.Function); ok && c.aside(f) {
		return c.outcomes(f)
	}
	return c.arg(v)
}

// standardName returns a function's full name: "(*sync.Mutex).Lock".
func standardName(f *ssa.Function) string {
	if f.Origin() != nil {
		f = f.Origin()
	}
	return f.String()
}

// fullName is standardName, which takes long for what each model asks again.
func (p *Package) fullName(f *ssa.Function) string {
	name, ok := p.names[f]
	if !ok {
		name = standardName(f)
		p.names[f] = name
	}
	return name
}

// invoke writes a call through an interface.
func (c *coder) invoke(in ssa.CallInstruction, op model.Op, dst []int) {
	common := in.Common()
	name := named(common.Value.Type()) + "." + common.Method.Name()
	values := append([]ssa.Value{common.Value}, common.Args...)
	if _, ok := standards[name]; ok || failing[name] || testContext[name] {
		c.standard(in, op, dst, name, values)
		return
	}
	c.invokes(common.Method)
	through := map[model.Op]model.Op{model.Call: model.Invoke, model.Go: model.GoInvoke, model.Defer: model.DeferInvoke}
	write := func(values []ssa.Value) {
		c.emit(model.Instr{Op: through[op], Name: common.Method.Name(), Dst: dst, Args: c.args(values)})
	}
	if lent := c.lent(common, values); lent != nil && op == model.Call {
		c.lend(dst, values, lent, write)
		return
	}
	write(values)
}

// standard writes the call of another package's function.
func (c *coder) standard(in ssa.CallInstruction, op model.Op, dst []int, name string, args []ssa.Value) {
	s, ok := standards[name]
	switch {
	case failing[name]:
		s, ok = exit, true
	case testContext[name] && len(c.ending) > 0 && op == model.Call:
		s, ok = endWithTest, true
	}
	if !ok && harmless(name, in.Common()) {
		c.emit(model.Instr{Op: model.Fresh, Dst: dst})
		return
	}
	if !ok {
		write := func(args []ssa.Value) {
			c.escape(args)
			if op == model.Call && len(dst) > 0 {
				c.emit(model.Instr{Op: model.Fresh, Dst: dst})
			}
		}
		if lent := c.lent(in.Common(), args); lent != nil && op == model.Call {
			c.lend(dst, args, lent, write)
			return
		}
		write(args)
		return
	}
	if op == model.Call {
		s(c, dst, args)
		return
	}
	// A go or defer statement names a function: make one of the piece.
	operands := append([]model.Operand{model.Const(c.piece(name, s, args))}, c.args(args)...)
	c.emit(model.Instr{Op: op, Args: operands})
}

// piece returns a function that does what a call of a standard function does.
func (c *coder) piece(name string, s standard, args []ssa.Value) model.Value {
	n, ok := c.pieces[name]
	if !ok {
		n = c.newPiece(name, len(args), func(p *coder) {
			params := make([]ssa.Value, len(args))
			for i := range args {
				params[i] = &ssa.Parameter{}
				p.regs[params[i]] = i
			}
			s(p, []int{p.fresh(1), p.fresh(1)}, params)
			p.emit(model.Instr{Op: model.Return})
		})
	}
	return model.Value{Kind: model.Fn, A: int32(n), B: -1}
}

// newPiece adds a function that stands for a part of the standard library.
func (c *coder) newPiece(name string, params int, write func(*coder)) int {
	n := len(c.source)
	c.pieces[name] = n
	out := &model.Func{Name: name, Params: params, Regs: params, Inner: true}
	c.source = append(c.source, nil)
	c.prog.Funcs = append(c.prog.Funcs, out)
	write(&coder{builder: c.builder, out: out, regs: make(map[ssa.Value]int), pos: c.pos})
	return n
}

// builtin writes the call of a built-in function.
func (c *coder) builtin(in ssa.CallInstruction, op model.Op, dst []int, name string) {
	args := in.Common().Args
	switch {
	case name == "close":
		if op != model.Call {
			n, ok := c.pieces["close"]
			if !ok {
				n = c.newPiece("close", 1, func(p *coder) {
					p.emit(model.Instr{Op: model.Close, Args: []model.Operand{model.Reg(0)}})
					p.emit(model.Instr{Op: model.Return})
				})
			}
			fn := model.Const(model.Value{Kind: model.Fn, A: int32(n), B: -1})
			c.emit(model.Instr{Op: op, Args: []model.Operand{fn, c.arg(args[0])}})
			break
		}
		c.emit(model.Instr{Op: model.Close, Args: c.args(args)})
	case name == "panic": // that ends the process; a deferred one is another's to recover
		if op == model.Go {
			c.emit(model.Instr{Op: model.Exit})
		}
	case op != model.Call:
	case name == "len":
		c.emit(c.length(dst, args[0]))
	case name == "cap" && isChan(args[0]):
		c.emit(model.Instr{Op: model.Cap, Dst: dst, Args: c.args(args)})
	case name == "ssa:wrapnilchk": // of a wrapper; it returns its argument
		c.emit(model.Instr{Op: model.Move, Dst: dst, Args: []model.Operand{c.arg(args[0])}})
	case name == "append" && len(args) == 2:
		c.emit(model.Instr{Op: model.Append, Dst: dst, Args: c.args(args)})
	case name == "delete":
		c.mapDelete(args[0], args[1])
	case name == "copy", name == "print", name == "println", name == "clear":
		c.emit(model.Instr{Op: model.Fresh, Dst: dst})
	case name == "recover":
		c.emit(model.Instr{Op: model.Move, Dst: dst, Args: []model.Operand{model.Const(model.Value{Kind: model.Nil})}})
	default:
		c.escape(args)
		c.emit(model.Instr{Op: model.Fresh, Dst: dst})
	}
}

func isChan(v ssa.Value) bool {
	_, ok := v.Type().Underlying().(*types.Chan)
	return ok
}

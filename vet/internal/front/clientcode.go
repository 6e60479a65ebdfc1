// SPDX-License-Identifier: MIT

package front

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// clientName is the name of the functions that stand for a client.
const clientName = "client"

// How many goroutines may be alive when the client begins another call: when it does
// what it likes, and when it helps those who wait.
const (
	maxCalls = 5
	maxHelp  = 7
)

// BuildClient makes the model of a client of a type, of any client: it makes a value
// and calls the methods in any order, sometimes two at one time, with arguments of
// which nothing is known. It returns nil where nothing could wait.
func (p *Package) BuildClient(t Client) *Model {
	b := p.empty()
	b.prog.Client = true
	out := &model.Func{Name: clientName, Inner: true}
	b.source = append(b.source, nil)
	b.prog.Funcs = append(b.prog.Funcs, out)
	c := &clientCoder{coder: coder{builder: b, out: out, regs: make(map[ssa.Value]int)}}
	c.write(t)
	return b.finish()
}

// IsClient reports whether a function of the model stands for the client.
func (m *Model) IsClient(fn int) bool { return m.Funcs[fn].Name == clientName && m.Funcs[fn].Inner }

// A clientCoder writes the client's function.
type clientCoder struct {
	coder
	object  int
	ended   int // register: 1 after a call that ends what the object does
	methods []method
}

type method struct {
	role
	call int // the function that makes the call
	done int // register: 1 after it, where it may be called once only
}

func (c *clientCoder) write(t Client) {
	c.object, c.ended = c.fresh(1), c.fresh(1)
	c.make(t)
	for _, f := range t.Methods {
		c.methods = append(c.methods, method{role: c.roleOf(f), call: c.callOf(f), done: c.fresh(1)})
	}
	zero := model.Const(model.Number(0))
	c.emit(model.Instr{Op: model.Move, Dst: []int{c.ended}, Args: []model.Operand{zero}})
	for _, m := range c.methods {
		c.emit(model.Instr{Op: model.Move, Dst: []int{m.done}, Args: []model.Operand{zero}})
		if m.hands && !m.starts && !m.ends {
			c.emit(model.Instr{Op: model.Call, Args: c.callArgs(m)})
		}
	}
	c.calls()
}

// make writes how the client gets its object.
func (c *clientCoder) make(t Client) {
	if t.Make == nil {
		cells, maps := c.stored(t.Type)
		c.emit(model.Instr{Op: model.New, Dst: []int{c.object}, Cells: cells, N: c.tag(t.Type)})
		for _, at := range maps {
			r := c.fresh(2)
			c.emit(model.Instr{Op: model.Fresh, Dst: []int{r}})
			c.emit(model.Instr{Op: model.Addr, Dst: []int{r + 1}, Args: reg(c.object), N: at})
			c.emit(model.Instr{Op: model.Store, Args: []model.Operand{model.Reg(r + 1), model.Reg(r)}})
		}
		return
	}
	results := make([]int, t.Make.Signature.Results().Len())
	for i := range results {
		results[i] = c.fresh(1)
	}
	fn := model.Const(model.Value{Kind: model.Fn, A: int32(c.function(t.Make)), B: -1})
	args := append([]model.Operand{fn}, c.unknowns(len(t.Make.Params))...)
	c.emit(model.Instr{Op: model.Call, Dst: results, Args: args})
	c.emit(model.Instr{Op: model.Move, Dst: []int{c.object}, Args: reg(results[0])})
	null := c.fresh(1)
	c.emit(model.Instr{Op: model.Bin, Name: "==", Dst: []int{null}, Args: []model.Operand{model.Reg(c.object), model.Const(model.Value{Kind: model.Nil})}})
	at := c.branch(null)
	c.emit(model.Instr{Op: model.Exit})
	c.out.Code[at].Else = c.here()
}

func (c *clientCoder) here() int { return len(c.out.Code) }

// branch writes a branch whose first way is the code that comes next; the other is
// set later.
func (c *clientCoder) branch(cond int) int {
	at := c.here()
	c.emit(model.Instr{Op: model.Branch, Args: reg(cond), Then: at + 1})
	return at
}

// unknowns writes n values of which nothing is known.
func (c *coder) unknowns(n int) []model.Operand {
	var list []model.Operand
	for range n {
		r := c.fresh(1)
		c.emit(model.Instr{Op: model.Fresh, Dst: []int{r}})
		list = append(list, model.Reg(r))
	}
	return list
}

// callOf adds a function that calls a method. What the call gives, the client may
// operate on.
func (c *clientCoder) callOf(f *ssa.Function) int {
	n := len(c.source)
	out := &model.Func{Name: clientName, Params: 1, Regs: 1, Inner: true}
	c.source = append(c.source, nil)
	c.prog.Funcs = append(c.prog.Funcs, out)
	p := &coder{builder: c.builder, out: out, regs: make(map[ssa.Value]int)}
	var results []int
	var handed []model.Operand
	for v := range f.Signature.Results().Variables() {
		r := p.fresh(1)
		results = append(results, r)
		if _, plain := v.Type().Underlying().(*types.Basic); !plain {
			handed = append(handed, model.Reg(r))
		}
	}
	fn := model.Const(model.Value{Kind: model.Fn, A: int32(c.function(f)), B: -1})
	args := append([]model.Operand{fn, model.Reg(0)}, p.unknowns(len(f.Params)-1)...)
	p.emit(model.Instr{Op: model.Call, Dst: results, Args: args})
	if len(handed) > 0 {
		p.emit(model.Instr{Op: model.Escape, Args: handed})
	}
	p.emit(model.Instr{Op: model.Return})
	return n
}

func (c *clientCoder) callArgs(m method) []model.Operand {
	return []model.Operand{model.Const(model.Value{Kind: model.Fn, A: int32(m.call), B: -1}), model.Reg(c.object)}
}

// calls writes the client's life: until a call that ends what the object does it
// begins any, at any time; after it, those that may help others.
func (c *clientCoder) calls() {
	first := c.here()
	c.emit(model.Instr{Op: model.Idle, N: maxCalls, Tag: 1})
	calls := c.choose()
	to := c.here()
	c.emit(model.Instr{Op: model.Jump}) // it will only help
	after := c.here()
	c.land(calls, after)
	at := c.branch(c.ended)
	c.out.Code[at].Else = first
	c.emit(model.Instr{Op: model.Idle, N: maxHelp, Tag: 1})
	help := c.here()
	c.out.Code[to].Then = help
	helping := c.choose()
	c.land(helping, c.here())
	c.emit(model.Instr{Op: model.Idle, N: maxHelp})
	c.emit(model.Instr{Op: model.Jump, Then: help})
}

// A chosen is a call that the client may have chosen, with the jump behind it.
type chosen struct {
	method
	jump int
}

// land sets where the client goes on after the calls.
func (c *clientCoder) land(calls []chosen, at int) {
	for _, m := range calls {
		c.out.Code[m.jump].Then = at
	}
}

// choose writes a choice of one call or none, which goes on with the code that comes
// next.
func (c *clientCoder) choose() []chosen {
	var list []chosen
	one := []model.Operand{model.Const(model.Number(1))}
	for _, m := range c.methods {
		did := c.here()
		c.emit(model.Instr{Op: model.Branch, Args: reg(m.done), Else: did + 1})
		will := c.fresh(1)
		c.emit(model.Instr{Op: model.Fresh, Dst: []int{will}})
		at := c.branch(will)
		c.emit(model.Instr{Op: model.Go, Args: c.callArgs(m)})
		if m.starts || m.ends {
			c.emit(model.Instr{Op: model.Move, Dst: []int{m.done}, Args: one})
		}
		if m.ends {
			c.emit(model.Instr{Op: model.Move, Dst: []int{c.ended}, Args: one})
		}
		list = append(list, chosen{m, c.here()})
		c.emit(model.Instr{Op: model.Jump})
		c.out.Code[did].Then, c.out.Code[at].Else = c.here(), c.here()
	}
	return list
}

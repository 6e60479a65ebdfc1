// SPDX-License-Identifier: MIT

package front

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// Functions of the standard library that call what they are given.

// calls writes a function that calls a method of its first argument at least once,
// with a slice of which nothing is known.
func calls(method string) standard {
	return func(c *coder, dst []int, args []ssa.Value) {
		i, ok := interfaceOf(args[0])
		if !ok {
			c.unknownCall(dst, args)
			return
		}
		for m := range i.Methods() {
			if m.Name() == method {
				c.invokes(m)
			}
		}
		data := c.fresh(1)
		c.emit(model.Instr{Op: model.Fresh, Dst: []int{data}})
		c.emit(model.Instr{Op: model.Invoke, Name: method, Args: []model.Operand{c.arg(args[0]), model.Reg(data)}})
		c.unknownCall(dst, args[1:])
	}
}

// interfaceOf returns the interface type of a value. The parameters of pieces of the
// library have no type.
func interfaceOf(v ssa.Value) (*types.Interface, bool) {
	if v.Type() == nil {
		return nil, false
	}
	i, ok := v.Type().Underlying().(*types.Interface)
	return i, ok
}

// unknownCall writes a call of which nothing is known.
func (c *coder) unknownCall(dst []int, args []ssa.Value) {
	var known []ssa.Value
	for _, a := range args {
		if a.Type() != nil {
			known = append(known, a)
		}
	}
	c.escape(known)
	c.emit(model.Instr{Op: model.Fresh, Dst: dst})
}

// The timer of time.AfterFunc holds a lock, a function, and what calls it. Who takes
// the lock first, Stop or the time, has it for ever: so Stop tells whether the
// function will run. Reset makes a new lock. Of other timers nothing is known, so
// that Reset starts nothing.
const (
	timerLock = iota
	timerFunc
	timerFire
	timerCells
)

func afterFunc(c *coder, dst []int, args []ssa.Value) {
	fire := c.shared("time.goFunc", 2, func(p *coder) {
		first := p.fresh(1)
		p.emit(model.Instr{Op: model.TryLock, Dst: []int{first}, Args: reg(0), Cells: mutexCell()})
		p.emit(model.Instr{Op: model.Branch, Args: reg(first), Then: 2, Else: 3})
		p.emit(model.Instr{Op: model.Call, Args: reg(1)})
		p.emit(model.Instr{Op: model.Return})
	})
	timer := model.Reg(dst[0])
	cells := make([]model.Value, timerCells)
	cells[timerFire] = fire.Const
	c.emit(model.Instr{Op: model.New, Dst: dst[:1], Cells: cells})
	at := c.fresh(1)
	c.emit(model.Instr{Op: model.Addr, Dst: []int{at}, Args: []model.Operand{timer}, N: timerFunc})
	c.emit(model.Instr{Op: model.Store, Args: []model.Operand{model.Reg(at), c.arg(args[1])}, Class: c.class("timer")})
	c.startTimer(timer)
}

// startTimer writes what begins a timer's time.
func (c *coder) startTimer(timer model.Operand) {
	c.spawns = true
	lock := c.fresh(1)
	f, fire := c.timerCell(timer, timerFunc), c.timerCell(timer, timerFire)
	c.emit(model.Instr{Op: model.New, Dst: []int{lock}, Cells: mutexCell()})
	c.emit(model.Instr{Op: model.Store, Args: []model.Operand{timer, model.Reg(lock)}, Class: c.class("timer")})
	c.emit(model.Instr{Op: model.Go, Args: []model.Operand{fire, model.Reg(lock), f}})
}

func (c *coder) timerCell(timer model.Operand, n int) model.Operand {
	r := c.fresh(2)
	c.emit(model.Instr{Op: model.Addr, Dst: []int{r}, Args: []model.Operand{timer}, N: n})
	c.emit(model.Instr{Op: model.Load, Dst: []int{r + 1}, Args: reg(r), Class: c.class("timer")})
	return model.Reg(r + 1)
}

func mutexCell() []model.Value { return []model.Value{{Kind: model.Mutex}} }

// timerStop tries the timer's lock; of a timer that is not known, nothing.
func timerStop(c *coder, dst []int, args []ssa.Value) {
	lock := c.timerCell(c.arg(args[0]), timerLock)
	c.emit(model.Instr{Op: model.TryLock, Dst: dst[:min(1, len(dst))], Args: []model.Operand{lock}, Cells: mutexCell(), Class: 1})
}

// timerReset starts the timer's time anew where it had not run out. A function that
// has run may run again, and again: outsiders have it then.
func timerReset(c *coder, dst []int, args []ssa.Value) {
	waited := c.fresh(1)
	timerStop(c, []int{waited}, args)
	if len(dst) > 0 {
		c.emit(model.Instr{Op: model.Move, Dst: dst[:1], Args: reg(waited)})
	}
	timer, at := c.arg(args[0]), len(c.out.Code)
	c.emit(model.Instr{Op: model.Branch, N: 1, Args: reg(waited), Then: at + 1}) // of an unknown timer, too
	c.startTimer(timer)
	over := len(c.out.Code)
	c.emit(model.Instr{Op: model.Jump})
	c.out.Code[at].Else = len(c.out.Code)
	c.emit(model.Instr{Op: model.Escape, Args: []model.Operand{c.timerCell(timer, timerFunc)}})
	c.out.Code[over].Then = len(c.out.Code)
}

// readLocker returns the address of the reading half of an RWMutex.
func readLocker(c *coder, dst []int, args []ssa.Value) {
	c.emit(model.Instr{Op: model.Addr, Dst: dst[:1], Args: []model.Operand{c.arg(args[0])}, N: 1})
}

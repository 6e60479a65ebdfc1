// SPDX-License-Identifier: MIT

package search_test

import (
	"github.com/unleak/unleak/vet/internal/model"
)

// A source of choices: bytes of a fuzzer, and zeros when they are used up.
type source []byte

func (s *source) upTo(n int) int {
	if len(*s) == 0 {
		return 0
	}
	b := int((*s)[0])
	*s = (*s)[1:]
	return b % n
}

// The registers of generated functions.
const (
	unbuffered = iota
	buffered
	mutex
	rwmutex
	waitGroup
	cond
	shared
	context
	params
	scratch = params
	flag    = params + 1
	regs    = params + 2
)

// literals are what function literals do with the one channel, lock or context that
// they have captured: the literal for operation i is function 1+i.
var literals = []model.Op{model.Send, model.Recv, model.Close, model.Lock, model.Unlock, model.Cancel}

// captures are what they capture.
var captures = []int{unbuffered, unbuffered, buffered, mutex, mutex, context}

// generate makes a program: a first function that makes one object of each kind and
// starts a few goroutines, which do what the source says.
func generate(from source) *model.Program {
	workers := 1 + from.upTo(3)
	p := &model.Program{Classes: 1}
	main := &model.Func{Name: "main", Regs: regs}
	emit := func(in model.Instr) { main.Code = append(main.Code, in) }
	emit(model.Instr{Op: model.MakeChan, Dst: []int{unbuffered}, Args: []model.Operand{model.Const(model.Number(0))}})
	emit(model.Instr{Op: model.MakeChan, Dst: []int{buffered}, Args: []model.Operand{model.Const(model.Number(1))}})
	emit(model.Instr{Op: model.New, Dst: []int{mutex}, Cells: []model.Value{{Kind: model.Mutex}}})
	emit(model.Instr{Op: model.New, Dst: []int{rwmutex}, Cells: []model.Value{{Kind: model.RWMutex}}})
	emit(model.Instr{Op: model.New, Dst: []int{waitGroup}, Cells: []model.Value{{Kind: model.WaitGroup}}})
	emit(model.Instr{Op: model.New, Dst: []int{cond}, Cells: []model.Value{{Kind: model.Cond}}})
	emit(model.Instr{Op: model.New, Dst: []int{shared}, Cells: []model.Value{model.Number(0)}})
	emit(model.Instr{Op: model.MakeContext, Dst: []int{scratch}, Args: []model.Operand{model.Const(model.Value{Kind: model.Nil})}})
	emit(model.Instr{Op: model.MakeContext, Dst: []int{context}, Args: []model.Operand{model.Reg(scratch)}})
	args := []model.Operand{{}}
	for r := range params {
		args = append(args, model.Reg(r))
	}
	p.Funcs = []*model.Func{main}
	for _, op := range literals {
		literal := &model.Func{Name: "literal", Params: 1, Captures: 1, Regs: 2}
		in := model.Instr{Op: op, Args: []model.Operand{model.Reg(0)}}
		if op == model.Send {
			in.Args = append(in.Args, model.Const(model.Number(1)))
		}
		literal.Code = []model.Instr{in, {Op: model.Return}}
		p.Funcs = append(p.Funcs, literal)
	}
	for w := range workers {
		var fn int
		if from.upTo(4) == 0 && w > 0 {
			fn = 1 + len(literals) // a goroutine like the first
		} else {
			body := &model.Func{Name: "worker", Params: params, Regs: regs}
			fn = len(p.Funcs)
			p.Funcs = append(p.Funcs, body)
			steps(body, &from, 1+from.upTo(4))
		}
		spawn := append([]model.Operand{model.Const(model.Value{Kind: model.Fn, A: int32(fn), B: -1})}, args[1:]...)
		emit(model.Instr{Op: model.Go, Args: spawn})
	}
	steps(main, &from, from.upTo(4))
	return p
}

// steps writes n operations and a return.
func steps(f *model.Func, from *source, n int) {
	emit := func(in model.Instr) { f.Code = append(f.Code, in) }
	on := func(op model.Op, r int, more ...model.Operand) {
		emit(model.Instr{Op: op, Args: append([]model.Operand{model.Reg(r)}, more...)})
	}
	one := model.Const(model.Number(1))
	start := len(f.Code)
	for range n {
		ch := unbuffered + from.upTo(2)
		switch from.upTo(24) {
		case 0, 1:
			on(model.Send, ch, one)
		case 2, 3:
			emit(model.Instr{Op: model.Recv, Dst: []int{scratch, flag}, Args: []model.Operand{model.Reg(ch)}, Cells: []model.Value{model.Number(0)}})
		case 4:
			on(model.Close, ch)
		case 5:
			emit(model.Instr{Op: model.Select, Dst: []int{scratch, flag, -1}, N: from.upTo(2), Cases: []model.Case{
				{Chan: model.Reg(unbuffered)},
				{Send: true, Chan: model.Reg(buffered), Value: one},
			}})
		case 6:
			on(model.Lock, mutex)
		case 7:
			on(model.Unlock, mutex)
		case 8:
			on(model.Lock, rwmutex)
			emit(model.Instr{Op: model.Lock, N: 1, Args: []model.Operand{model.Reg(rwmutex)}})
		case 9:
			on(model.Unlock, rwmutex)
		case 10:
			on(model.RLock, rwmutex)
		case 11:
			on(model.RUnlock, rwmutex)
		case 12:
			on(model.Add, waitGroup, model.Const(model.Number(1-2*from.upTo(2))))
		case 13:
			on(model.Wait, waitGroup)
		case 14:
			on(model.Enlist, cond)
			on(model.Park, cond)
		case 15:
			on([]model.Op{model.Signal, model.Broadcast}[from.upTo(2)], cond)
		case 16: // an if on shared memory, around one receive
			emit(model.Instr{Op: model.Load, Dst: []int{scratch}, N: 1, Class: 1, Args: []model.Operand{model.Reg(shared)}})
			at := len(f.Code)
			emit(model.Instr{Op: model.Branch, Args: []model.Operand{model.Reg(scratch)}, Then: at + 1, Else: at + 2})
			emit(model.Instr{Op: model.Recv, Dst: []int{scratch, -1}, Args: []model.Operand{model.Reg(ch)}})
		case 18:
			emit(model.Instr{Op: model.Done, Dst: []int{scratch}, Args: []model.Operand{model.Reg(context)}})
			on(model.Recv, scratch)
		case 19:
			on(model.Cancel, context)
		case 20: // a context below, which ends with it
			emit(model.Instr{Op: model.MakeContext, Dst: []int{scratch}, Args: []model.Operand{model.Reg(context)}})
			if from.upTo(2) == 0 {
				on(model.Cancel, scratch)
			}
			emit(model.Instr{Op: model.Done, Dst: []int{scratch}, Args: []model.Operand{model.Reg(scratch)}})
			emit(model.Instr{Op: model.Select, Dst: []int{flag, flag, -1, -1}, N: from.upTo(2), Cases: []model.Case{
				{Chan: model.Reg(scratch)},
				{Chan: model.Reg(ch)},
			}})
		case 21: // a function literal
			i := from.upTo(len(literals))
			emit(model.Instr{Op: model.Closure, Dst: []int{scratch}, N: 1 + i, Args: []model.Operand{model.Reg(captures[i])}})
			on([]model.Op{model.Call, model.Defer, model.Go}[from.upTo(3)], scratch)
		case 22:
			emit(model.Instr{Op: model.TryLock, Dst: []int{scratch}, Args: []model.Operand{model.Reg(mutex)}})
			at := len(f.Code)
			emit(model.Instr{Op: model.Branch, Args: []model.Operand{model.Reg(scratch)}, Then: at + 1, Else: at + 2})
			on(model.Unlock, mutex)
		case 23:
			if from.upTo(3) == 0 {
				emit(model.Instr{Op: model.Goexit})
			}
		case 17:
			if from.upTo(2) == 0 {
				emit(model.Instr{Op: model.Store, N: 1, Class: 1, Args: []model.Operand{model.Reg(shared), one}})
				break
			}
			// Perhaps once more, from the start or from here.
			emit(model.Instr{Op: model.Fresh, Dst: []int{scratch}})
			at := len(f.Code)
			emit(model.Instr{Op: model.Branch, Args: []model.Operand{model.Reg(scratch)}, Then: []int{start, at - 1, at + 1}[from.upTo(3)], Else: at + 1})
		}
	}
	emit(model.Instr{Op: model.RunDefers})
	emit(model.Instr{Op: model.Return})
}

// SPDX-License-Identifier: MIT

package front

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// A standard writes what a function of the standard library does, with its
// arguments, the receiver first, into the result registers.
type standard func(c *coder, dst []int, args []ssa.Value)

// standards holds the functions that are modelled, by ssa.Function.String, and the
// methods of interfaces.
var standards = map[string]standard{
	"(*sync.Mutex).Lock":       lock(model.Lock, model.Mutex),
	"(*sync.Mutex).Unlock":     lock(model.Unlock, model.Mutex),
	"(*sync.Mutex).TryLock":    lock(model.TryLock, model.Mutex),
	"(*sync.RWMutex).Lock":     lock(model.Lock, model.RWMutex),
	"(*sync.RWMutex).Unlock":   lock(model.Unlock, model.RWMutex),
	"(*sync.RWMutex).RLock":    lock(model.RLock, model.RWMutex),
	"(*sync.RWMutex).RUnlock":  lock(model.RUnlock, model.RWMutex),
	"(*sync.RWMutex).TryLock":  lock(model.TryLock, model.RWMutex),
	"(*sync.RWMutex).TryRLock": lock(model.TryRLock, model.RWMutex),
	"(*sync.RWMutex).RLocker":  readLocker,
	"sync.Locker.Lock":         lock(model.Lock, model.Zero),
	"sync.Locker.Unlock":       lock(model.Unlock, model.Zero),

	"(*sync.WaitGroup).Add": func(c *coder, _ []int, args []ssa.Value) {
		c.emit(model.Instr{Op: model.Add, Args: c.args(args)})
	},
	"(*sync.WaitGroup).Done": func(c *coder, _ []int, args []ssa.Value) {
		c.emit(model.Instr{Op: model.Add, Args: []model.Operand{c.arg(args[0]), model.Const(model.Number(-1))}})
	},
	"(*sync.WaitGroup).Wait": func(c *coder, _ []int, args []ssa.Value) {
		c.blocks = true
		c.emit(model.Instr{Op: model.Wait, Args: c.args(args)})
	},
	"(*sync.WaitGroup).Go": waitGroupGo,

	"sync.NewCond":           newCond,
	"(*sync.Cond).Wait":      condWait,
	"(*sync.Cond).Signal":    onCond(model.Signal),
	"(*sync.Cond).Broadcast": onCond(model.Broadcast),
	"(*sync.Once).Do":        onceDo,

	"context.Background":      noContext,
	"context.TODO":            noContext,
	"context.WithCancel":      withCancel,
	"context.WithCancelCause": withCancel,
	"context.WithValue": func(c *coder, dst []int, args []ssa.Value) {
		c.emit(model.Instr{Op: model.Move, Dst: dst[:1], Args: []model.Operand{c.arg(args[0])}})
	},
	// They may end at any time.
	"context.WithTimeout":  pure,
	"context.WithDeadline": pure,
	"context.Context.Done": func(c *coder, dst []int, args []ssa.Value) {
		c.emit(model.Instr{Op: model.Done, Dst: dst[:1], Args: c.args(args)})
	},
	"context.Context.Err":      pure,
	"context.Context.Value":    pure,
	"context.Context.Deadline": pure,

	"time.AfterFunc":      afterFunc,
	"(*time.Timer).Stop":  timerStop,
	"(*time.Timer).Reset": timerReset,

	"io.ReadFull":    calls("Read"),
	"io.ReadAtLeast": calls("Read"),
	"io.ReadAll":     calls("Read"),
	"io.WriteString": calls("Write"),
	"fmt.Fprint":     calls("Write"),
	"fmt.Fprintf":    calls("Write"),
	"fmt.Fprintln":   calls("Write"),

	// "It never returns an error": crypto/rand.Read, since Go 1.24.
	"crypto/rand.Read": func(c *coder, dst []int, _ []ssa.Value) {
		c.emit(model.Instr{Op: model.Fresh, Dst: dst[:1]})
		c.emit(model.Instr{Op: model.Move, Dst: dst[1:2], Args: []model.Operand{model.Const(model.Value{Kind: model.Nil})}})
	},

	"errors.New": notNil,
	"fmt.Errorf": notNil,

	"os.Exit":        exit,
	"log.Fatal":      exit,
	"log.Fatalf":     exit,
	"log.Fatalln":    exit,
	"log.Panic":      exit,
	"log.Panicf":     exit,
	"runtime.Goexit": goexit,
}

// readers are packages whose functions only look at their arguments.
var readers = map[string]bool{
	"fmt": true, "log": true, "errors": true, "strings": true, "strconv": true, "time": true,
	"math": true, "math/rand": true, "sync/atomic": true, "testing": true, "bytes": true, "reflect": true, "unicode/utf8": true,
}

// encoders are functions of other packages that only look at their arguments, as
// far as the methods that they call do.
var encoders = map[string]bool{
	"encoding/json.Marshal":       true,
	"encoding/json.MarshalIndent": true,
	"encoding/xml.Marshal":        true,
	"encoding/xml.MarshalIndent":  true,
}

// harmless reports whether a call of another package's function does nothing with
// what its arguments lead to: there is no function among them that it might call.
func harmless(name string, call *ssa.CallCommon) bool {
	if encoders[name] {
		return true
	}
	f := call.StaticCallee()
	if f == nil || f.Pkg == nil || !readers[f.Pkg.Pkg.Path()] {
		return false
	}
	for _, a := range call.Args {
		if _, ok := a.Type().Underlying().(*types.Signature); ok {
			return false
		}
	}
	return f.Pkg.Pkg.Path() != "sync/atomic"
}

// notNil writes a value of which nothing is known but that it is there.
func notNil(c *coder, dst []int, _ []ssa.Value) {
	c.emit(model.Instr{Op: model.Fresh, Dst: dst, N: 1})
}

func lock(op model.Op, kind model.Kind) standard {
	return func(c *coder, dst []int, args []ssa.Value) {
		in := model.Instr{Op: op, Args: c.args(args[:1])}
		if kind != model.Zero {
			in.Cells = []model.Value{{Kind: kind}}
		}
		if f := fieldOf(args[0]); f != nil && c.handed[f] {
			in.Class = 1
		}
		if len(dst) > 0 && (op == model.TryLock || op == model.TryRLock) {
			in.Dst = dst[:1]
		}
		c.blocks = c.blocks || op == model.Lock || op == model.RLock
		c.emit(in)
		if op == model.Lock && kind != model.Mutex {
			in.N = 1
			c.emit(in)
		}
	}
}

func pure(c *coder, dst []int, _ []ssa.Value) { c.emit(model.Instr{Op: model.Fresh, Dst: dst}) }

func exit(c *coder, _ []int, _ []ssa.Value) { c.emit(model.Instr{Op: model.Exit}) }

func goexit(c *coder, _ []int, _ []ssa.Value) { c.emit(model.Instr{Op: model.Goexit}) }

// function returns the operand for a piece of the library that is written once.
func (c *coder) shared(name string, params int, write func(*coder)) model.Operand {
	n, ok := c.pieces[name]
	if !ok {
		n = c.newPiece(name, params, write)
	}
	return model.Const(model.Value{Kind: model.Fn, A: int32(n), B: -1})
}

func reg(n int) []model.Operand { return []model.Operand{model.Reg(n)} }

// waitGroupGo is wg.Add(1); go func() { f(); wg.Done() }().
func waitGroupGo(c *coder, _ []int, args []ssa.Value) {
	run := c.shared("sync.(*WaitGroup).Go.func1", 2, func(p *coder) {
		p.emit(model.Instr{Op: model.Call, Args: reg(1)})
		p.emit(model.Instr{Op: model.Add, Args: []model.Operand{model.Reg(0), model.Const(model.Number(-1))}})
		p.emit(model.Instr{Op: model.Return})
	})
	c.spawns = true
	wg := c.arg(args[0])
	c.emit(model.Instr{Op: model.Add, Args: []model.Operand{wg, model.Const(model.Number(1))}})
	c.emit(model.Instr{Op: model.Go, Args: []model.Operand{run, wg, c.arg(args[1])}})
}

func newCond(c *coder, dst []int, args []ssa.Value) {
	at := c.fresh(1)
	c.emit(model.Instr{Op: model.New, Dst: dst[:1], Cells: []model.Value{{Kind: model.Cond}, {Kind: model.Nil}}})
	c.emit(model.Instr{Op: model.Addr, Dst: []int{at}, Args: reg(dst[0]), N: 1})
	c.emit(model.Instr{Op: model.Store, Args: []model.Operand{model.Reg(at), c.arg(args[0])}})
}

// condWait joins the queue, unlocks c.L, waits and locks c.L again.
func condWait(c *coder, _ []int, args []ssa.Value) {
	c.blocks = true
	if c.pair { // which lock that gives up meanwhile, who made the object knows
		c.emit(model.Instr{Op: model.Lost})
		return
	}
	cond, at, l := c.arg(args[0]), c.fresh(1), c.fresh(1)
	c.emit(model.Instr{Op: model.Addr, Dst: []int{at}, Args: []model.Operand{cond}, N: 1})
	c.emit(model.Instr{Op: model.Load, Dst: []int{l}, Args: reg(at)})
	c.emit(model.Instr{Op: model.Enlist, Args: []model.Operand{cond}})
	c.emit(model.Instr{Op: model.Unlock, Args: reg(l)})
	c.emit(model.Instr{Op: model.Park, Args: []model.Operand{cond}})
	c.emit(model.Instr{Op: model.Lock, Args: reg(l)})
	c.emit(model.Instr{Op: model.Lock, Args: reg(l), N: 1})
}

func onCond(op model.Op) standard {
	return func(c *coder, _ []int, args []ssa.Value) {
		c.emit(model.Instr{Op: op, Args: c.args(args[:1])})
	}
}

// onceDo runs f the first time, and lets others wait for that.
func onceDo(c *coder, _ []int, args []ssa.Value) {
	do := c.shared("sync.(*Once).Do", 2, func(p *coder) {
		at, did := p.fresh(1), p.fresh(1)
		mutex := []model.Value{{Kind: model.Mutex}}
		p.emit(model.Instr{Op: model.Lock, Args: reg(0), Cells: mutex})
		p.emit(model.Instr{Op: model.Addr, Dst: []int{at}, Args: reg(0), N: 1})
		p.emit(model.Instr{Op: model.Load, Dst: []int{did}, Args: reg(at)})
		p.emit(model.Instr{Op: model.Branch, Args: reg(did), Then: 6, Else: 4})
		p.emit(model.Instr{Op: model.Store, Args: []model.Operand{model.Reg(at), model.Const(model.Number(1))}})
		p.emit(model.Instr{Op: model.Call, Args: reg(1)})
		p.emit(model.Instr{Op: model.Unlock, Args: reg(0), Cells: mutex})
		p.emit(model.Instr{Op: model.Return})
	})
	c.emit(model.Instr{Op: model.Call, Args: append([]model.Operand{do}, c.args(args)...)})
}

func noContext(c *coder, dst []int, _ []ssa.Value) {
	null := []model.Operand{model.Const(model.Value{Kind: model.Nil})}
	c.emit(model.Instr{Op: model.MakeContext, Dst: dst[:1], Args: null})
}

func withCancel(c *coder, dst []int, args []ssa.Value) { c.cancelled(dst, c.arg(args[0])) }

// cancelled makes a context below another one, and the function that ends it.
func (c *coder) cancelled(dst []int, parent model.Operand) {
	cancel := c.shared("context.WithCancel.func1", 1, func(p *coder) {
		p.out.Captures = 1
		p.emit(model.Instr{Op: model.Cancel, Args: reg(0)})
		p.emit(model.Instr{Op: model.Return})
	})
	c.emit(model.Instr{Op: model.MakeContext, Dst: dst[:1], Args: []model.Operand{parent}})
	c.emit(model.Instr{Op: model.Closure, Dst: dst[1:2], N: int(cancel.Const.A), Args: reg(dst[0])})
}

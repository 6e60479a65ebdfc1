// SPDX-License-Identifier: MIT

package model

import "slices"

// A Program is what one search explores: its first goroutine runs Funcs[0].
type Program struct {
	Funcs []*Func
	// Methods finds the function behind a call through an interface.
	Methods map[Method]int
	// Classes is the number of classes of memory; see Instr.Class.
	Classes int
	// Given says that what is unknown is so only to us, as in a test, which knows what
	// its calls will give: where an unknown value decides, the path is lost.
	Given bool
	// Client says that the first goroutine is a client who may call what it likes, so
	// that only what none of its calls can wake is stuck; see Idle.
	Client bool
	// Globals is the number of package variables: the address of the first is the
	// value {Set, 0}, and so on. Outsiders can reach them.
	Globals int
}

// Size counts the program's instructions.
func (p *Program) Size() int {
	n := 0
	for _, f := range p.Funcs {
		n += len(f.Code)
	}
	return n
}

// A Method names a method of the objects with a type tag.
type Method struct {
	Type int
	Name string
}

// A Func is one function. Its first registers hold the arguments, and after them
// what the closure has captured.
type Func struct {
	Name string // as the runtime prints it
	Regs int
	Code []Instr
	// Captures is how many of the arguments come from the closure.
	Params, Captures int
	// Inner marks code that stands for a part of the standard library: it is no
	// frame in reports.
	Inner bool

	flow flow
}

// Cancels reports whether the function ends a context itself.
func (f *Func) Cancels() bool {
	return slices.ContainsFunc(f.Code, func(in Instr) bool { return in.Op == Cancel })
}

// An Instr is one step. Which fields an operation uses is said beside it.
type Instr struct {
	Op   Op
	Dst  []int // registers for the results; -1 drops one
	Args []Operand
	// Then and Else are jump targets.
	Then, Else int
	// N is a small number: a field's offset, a function, how many cells.
	N int
	// Class is the class of memory that a Load or Store touches. Accesses of two
	// classes never meet; 0 may meet any.
	Class int
	// Tag is the number of a type, 0 for one that is not known.
	Tag int
	// Name is a method or an operator.
	Name  string
	Cells []Value
	Cases []Case
	// Site tells reports where this stands; the search does not look into it.
	Site any
}

// A Case is one way on for a Select.
type Case struct {
	Send  bool
	Chan  Operand
	Value Operand
}

// An Operand is a register or, where Reg is negative, a constant.
type Operand struct {
	Reg   int
	Const Value
}

// Reg returns the operand that reads a register.
func Reg(r int) Operand { return Operand{Reg: r} }

// Const returns a constant operand.
func Const(v Value) Operand { return Operand{Reg: -1, Const: v} }

// An Op is what an Instr does.
type Op uint8

// The operations. A ends for Args[0], B for Args[1], and so on.
const (
	Nop Op = iota

	// Values.
	Move  // Dst = A
	Fresh // every Dst = a new symbol; with N 1 one that is not nil
	Bin   // Dst = A Name B; N is 1 where one of them is such that outsiders cannot make it
	Not   // Dst = !A
	Len   // Dst = len(A); an element of a slice has N cells
	Cap   // Dst = cap(A)

	// Control.
	Jump     // to Then
	Branch   // to Then if A, else to Else; where A is unknown and N is 1, to Then, 2, to Else; schedules tell of it where Tag is 1
	Again    // a loop turns that may wait for what outsiders change: that is unknown again
	Call     // call A with the other arguments, results to Dst
	Invoke   // call A's method Name with the other arguments
	Go       // start A with the other arguments
	GoInvoke // start A's method Name
	Defer    // remember the call of A with the other arguments
	DeferInvoke
	RunDefers
	Return // with Args
	Goexit // run what is deferred and end the goroutine
	Idle   // while fewer than N goroutines are alive; who waits then, where Tag is 1, waits for all that comes after
	Exit   // the process ends: what waits then is no leak
	Lost   // the program does what this model cannot say

	// Memory.
	New     // Dst = a new object with Cells, type tag N
	Closure // Dst = function N with the captured Args
	Addr    // Dst = the address of A's cell N
	Index   // Dst = the address of A's cell B times N
	Load    // Dst = the cell at A; N is 1 where outsiders do not change it
	Store   // the cell at A = B
	Copy    // Dst = a new object with the N cells at A
	Put     // the N cells at A = those at B
	Slice   // Dst = A, in whole
	Make    // Dst = a slice of length A, of elements of Cells each
	Append  // Dst = append(A, B...)
	Escape  // all that Args lead to is open
	Box     // Dst = A in an interface: a new object with A's cells, or with A where N is 1; Tag is its type
	Unbox   // Dst = what the interface A holds, of the type Tag, and whether it does; N as for Box

	// Maps. Keys and values are one cell each.
	MakeMap // Dst = a new map
	Lookup  // Dst = A[B], and whether it is there; Cells are what it is else, in an object of its own where N is 1
	Update  // A[B] = C
	Delete  // A[B]
	Keys    // Dst = the keys of A, as they are now, or nothing where they are not known
	Next    // Dst = whether there is more in A, its key, its value, C plus 1; B are the keys, C how many are done of D

	// Channels.
	MakeChan // Dst = a channel with room for A
	Send     // on A, B; Class 1 says that outsiders no longer receive
	Recv     // Dst = a value from A, or Cells[0] after a close, and whether it was sent
	Close    // A
	Select   // Dst = the case's number, whether it received, and the values

	// Locks and the like; A is the address of the cell, Cells[0] what it is at first.
	// Lock with N 1 is the second half of a writer's; Class 1 says that somebody
	// unlocks what another has locked.
	Lock
	Unlock
	RLock
	RUnlock
	TryLock // Dst = whether it could
	TryRLock
	Add    // the WaitGroup's counter at A += B
	Wait   // until the WaitGroup's counter at A is 0
	Enlist // in the queue of the condition A
	Park   // until a Signal or Broadcast on A meets this goroutine
	Signal
	Broadcast

	// Contexts.
	MakeContext // Dst = a context below A, or where A is nil, one that never ends
	Cancel      // the context A, and all below
	Done        // Dst = the channel of A's end
)

// SPDX-License-Identifier: MIT

package source

import (
	"slices"
	"time"

	"github.com/unleak/unleak"
)

// A Site is what source shows of one place. The zero Site means that the source
// could not be read.
type Site struct {
	// File is the file as the Tree names it.
	File string
	// Func is the innermost function around the place as source names it:
	// "(*Pool).run", "serve", or "func literal in NewPool".
	Func string
	// Type is the named type to which the function belongs: the receiver's, or,
	// for a function or a literal in one, the type that a constructor returns.
	Type string
	// Ops lists the operations on the line, in source order; calls come last.
	Ops []Op
	// Loop is the most lasting loop of the function around the line.
	Loop Loop
	// Body is the most lasting loop anywhere in the function: for a goroutine
	// that runs on, whose line says nothing.
	Body Loop
	// Held lists the locks that the function took before the line and has not
	// given back there, in the order of the source.
	Held []Hold
	// Ranges says that a range statement starts on the line: over an iterator
	// it is a call. Defers holds the names of the functions whose calls the
	// function defers: they run on lines that do not show them.
	Ranges bool
	Defers []string
	// Limits lists the calls in the function that set a time limit.
	Limits []Limit
}

// Found reports whether there was source to look at.
func (s Site) Found() bool { return s.Func != "" }

// Op returns the first operation of one of the kinds; false where the line has
// none.
func (s Site) Op(kinds ...OpKind) (Op, bool) {
	for _, op := range s.Ops {
		if slices.Contains(kinds, op.Kind) {
			return op, true
		}
	}
	return Op{}, false
}

// An OpKind is a kind of operation.
type OpKind string

// The operations that can block, and calls.
const (
	Send     OpKind = "send"
	Receive  OpKind = "receive"
	Range    OpKind = "range" // over a channel
	Select   OpKind = "select"
	Lock     OpKind = "lock" // Mutex.Lock, RWMutex.Lock, Locker.Lock
	RLock    OpKind = "rlock"
	Wait     OpKind = "wait" // WaitGroup.Wait
	CondWait OpKind = "cond-wait"
	Sleep    OpKind = "sleep"
	Call     OpKind = "call"
)

// An Op is one operation.
type Op struct {
	Kind OpKind
	// Expr is what the operation works on, as the source writes it: "results",
	// "s.mu", "ctx.Done()"; for a call the function called.
	Expr Code
	Line int
	// Func is the name of the function or method that a call names; "" where it
	// is a value's.
	Func string
	// Object is what Expr denotes; zero where that has no declaration here.
	Object Object
	// Origin says where a channel comes from.
	Origin Origin
	// Context is the expression of the context, where Origin is one.
	Context Code
	// Lost says that the context is made in the package, and that nothing there
	// calls its cancel function.
	Lost bool
	// Made is where the channel is made, if in one place only.
	Made Made
	// Count is the number of sends on the channel in the function, outside of
	// loops; 0 where one is in a loop.
	Count int
	// Leaves says that the function ends soon after the operation: a select case
	// that returns or leaves the loop, a range with a way out beside the
	// channel's close, or another operation outside endless loops.
	Leaves bool
	// Cases lists a select's operations; Default says that it has a default.
	Cases   []Op
	Default bool
	// Lasts is how long a sleep lasts, where that is a constant; else 0.
	Lasts time.Duration
	// Ends lists who ends the wait for good: closes the channel, cancels the
	// context, sends the signal, unlocks, signals the Cond.
	Ends []End
	// Takes lists the calls that take the lock in functions that can return with
	// it; for a WaitGroup, the calls of Add.
	Takes []End
	// Touches lists what else is done with the channel, lock or WaitGroup in the
	// function around, and in the one that makes the channel.
	Touches []End
	// Client is the http.Client of a call of one of its methods.
	Client *Client
	// Args maps the parameters of a called function of the package to the
	// arguments.
	Args map[Object]Object
}

// Code is an expression as the source writes it.
type Code string

// String returns the expression in backquotes, as a sentence has it: an operand
// may be named like a word.
func (c Code) String() string { return "`" + string(c) + "`" }

// A Hold is a lock that is held.
type Hold struct {
	Object Object
	Expr   Code // as written where it was taken
	Line   int
}

// An Origin is where a channel comes from.
type Origin string

// The origins that matter; "" is any other channel.
const (
	FromContext  Origin = "context"  // Done of a context without a deadline of its own
	FromDeadline Origin = "deadline" // Done of context.WithTimeout or WithDeadline
	FromTimer    Origin = "timer"    // time.After, Timer.C: fires once
	FromTicker   Origin = "ticker"   // time.Tick, Ticker.C: never closed
)

// An Object is a declaration. Objects are comparable: a field is one Object,
// whichever value of the type it is reached through.
type Object struct {
	Name string
	// Owner is the named type of which the object is a field, if it is one.
	Owner string
	File  string
	Line  int
	Col   int
}

// IsZero reports whether o is no object.
func (o Object) IsZero() bool { return o == Object{} }

// Made is the call of make that made a channel.
type Made struct {
	File string
	Line int
	// Elem is the element type as written; Cap the capacity's expression, ""
	// for an unbuffered channel.
	Elem, Cap string
	// Func is the function around, as source names it.
	Func string
	// Before and After are the parts of the line around the call, Text the call.
	Before, Text, After string
	// Local says that the channel is made in a function and kept in no field.
	Local bool
}

// An End is a place that ends waits, or that begins them.
type End struct {
	How  string // close, send, cancel, unlock, signal, lock, add
	Func string // as source names it
	// Method is the exported method of Type through which a user gets there:
	// the function itself or, a few calls up, one that calls it.
	Type, Method string
	File         string
	Line         int
	// Text is the source line.
	Text string
}

// A Spawn is what source shows of a go statement.
type Spawn struct {
	// Func is the function around the statement, File its file; Type as in Site.
	Func, File, Type string
	// Found says that a go statement stands on the line.
	Found bool
	// Unbounded says that a loop around it starts goroutines without end or as input
	// comes: for {}, a range over a channel, a ticker.
	Unbounded bool
	// Times is how often one call of the function runs the statement: "1", "3",
	// "len(urls)"; "" where that is not known. Fixed says that it means the same
	// from the function's start on.
	Times string
	Fixed bool
	// Once says why the statement runs at most once in a process: "sync.Once",
	// "package initialisation", "a guard variable"; "" where it may run again.
	// OnceAnObject is weaker.
	Once string
	// Args maps the called function's parameters to the arguments.
	Args map[Object]Object
}

// OnceAnObject stands in Spawn.Once for a sync.Once that is no package's: the
// statement runs at most once for each object that has one.
const OnceAnObject = "a sync.Once of its object"

// A Loop says how long a loop lasts.
type Loop int

// The loops, by how lasting they are.
const (
	LoopNone    Loop = iota
	LoopBounded      // a counted loop, or a range over something finite
	LoopOpen         // it may end: a condition, a channel's close, a way out
	LoopEndless      // no way out of it but the end of the process
)

// Site returns what source shows of the place f.
func (t *Tree) Site(f unleak.Frame) Site {
	s, ok := t.sites[f]
	if !ok {
		if t.sites == nil {
			t.sites = make(map[unleak.Frame]Site)
		}
		s = t.site(f)
		t.sites[f] = s
	}
	if t.rejected[s.File] {
		return Site{}
	}
	return s
}

func (t *Tree) site(f unleak.Frame) Site {
	fn := t.function(f)
	if fn == nil {
		return Site{}
	}
	s := Site{
		File: fn.file.name,
		Func: fn.name(),
		Type: fn.p.typeName(fn.decl()),
		Loop: fn.loopAt(f.Line),
		Body: fn.loopIn(),
		Held: fn.held(f.Line),
	}
	for _, pl := range fn.opsAt(f.Line) {
		s.Ops = append(s.Ops, fn.describe(pl))
	}
	for _, call := range fn.calls(f.Line) {
		op := Op{Kind: Call, Line: fn.p.line(call.Pos()), Expr: Code(fn.p.text(call.Fun)), Func: fn.p.calledName(call)}
		op.Args, op.Client = fn.p.arguments(call), fn.p.client(call)
		s.Ops = append(s.Ops, op)
	}
	s.Ranges, s.Defers = fn.elsewhere(f.Line)
	s.Limits = fn.limits()
	return s
}

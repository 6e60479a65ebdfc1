// SPDX-License-Identifier: MIT

package unleak

import "strings"

// A Frame is one function call on a goroutine's stack, or a place in source.
type Frame struct {
	// Func is the function's full name as the runtime prints it, without
	// arguments: "net/http.(*Server).Serve", "m.all.func1", "m.Map[...].Get".
	Func string `json:"func"`
	// File is the source file: relative to the user's module where it lies
	// inside it, else as the source of the stack gave it.
	File string `json:"file,omitempty"`
	// Line counts from 1; 0 means unknown.
	Line int `json:"line,omitempty"`
	// Column counts bytes from 1; 0 means unknown. Stacks have none.
	Column int `json:"column,omitempty"`
	// Text is the source line without its indentation, where it could be read.
	Text string `json:"text,omitempty"`
}

// IsZero reports whether f names nothing.
func (f Frame) IsZero() bool { return f.Func == "" && f.File == "" }

// Package returns the import path of the package that f's function belongs to:
// all up to the first dot after the last slash. The compiler writes a dot in
// the last path element as %2e, so that this cut is unambiguous
// (cmd/internal/objabi.PathToPrefix).
func (f Frame) Package() string { return PackageOf(f.Func) }

// PackageOf returns the import path of the package of a function's full name,
// or "" where the name has none (a C function).
func PackageOf(function string) string {
	// Type arguments may hold slashes and dots of their own.
	head := function
	if i := strings.IndexByte(head, '['); i >= 0 {
		head = head[:i]
	}
	slash := strings.LastIndexByte(head, '/') + 1
	dot := strings.IndexByte(head[slash:], '.')
	if dot < 0 {
		return ""
	}
	return strings.ReplaceAll(head[:slash+dot], "%2e", ".")
}

// ShortFunc returns a function's full name from its package's name on, as a person
// would say it: without the folders of the import path, and where that ends in a
// major version ("m/v2.f"), by the element before.
func ShortFunc(function string) string {
	head, _, _ := strings.Cut(function, "[") // type arguments may hold slashes
	slash := strings.LastIndexByte(head, '/')
	element, rest, ok := strings.Cut(function[slash+1:], ".")
	if !ok {
		return function[slash+1:]
	}
	return packageName(head[:slash+1], element) + "." + rest
}

// ShortPackage returns the last element of an import path, or where that is a
// major version, the one before.
func ShortPackage(path string) string {
	slash := strings.LastIndexByte(path, '/')
	return packageName(path[:slash+1], path[slash+1:])
}

// packageName returns the likely name of the package whose import path ends in
// the element, after dir; external tests have a suffix.
func packageName(dir, element string) string {
	name, test := strings.CutSuffix(element, "_test")
	if len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" && len(dir) > 1 {
		name = dir[strings.LastIndexByte(dir[:len(dir)-1], '/')+1 : len(dir)-1]
	}
	if test {
		name += "_test"
	}
	return strings.ReplaceAll(name, "%2e", ".")
}

// A Goroutine is what one record of a dump or profile tells.
//
// A dump has one record a goroutine. A profile has one record for all goroutines
// with the same stack and labels, without ID, age or creator.
type Goroutine struct {
	// ID is the goroutine's number; 0 means that the source has none.
	ID uint64
	// Count is how many goroutines the record stands for; at least 1.
	Count int
	// Wait is the normalised wait reason or status.
	Wait Wait
	// Leaked says that the runtime marked the goroutine as leaked (Go 1.26 and
	// later, after a goroutineleak profile): nothing reachable can wake it.
	Leaked bool
	// Minutes is the age of the wait as printed: whole minutes, set by the
	// garbage collector and so only roughly true; 0 means unknown or under one.
	Minutes int
	// Locked says that the goroutine is locked to its thread.
	Locked bool
	// Bubble is the number of the goroutine's testing/synctest bubble, or 0.
	Bubble uint64
	// Stack holds the frames, innermost first, without runtime.goexit. Records
	// with equal stacks may share it: never write to it.
	Stack []Frame
	// Elided is the number of frames that the source left out of the middle of
	// Stack (the runtime prints 50 inner and 50 outer frames); -1 means that
	// some were left out and the source does not say how many.
	Elided int
	// Created is the function with the go statement and where that stands;
	// zero for the main goroutine and in profiles.
	Created Frame
	// Creator is the ID of the goroutine that ran the go statement, or 0.
	Creator uint64
	// Ancestors holds what GODEBUG=tracebackancestors printed, nearest first.
	Ancestors []Ancestor
	// Labels holds the goroutine's pprof labels; nil means none or not printed.
	Labels map[string]string
}

// An Ancestor is one creator in a goroutine's chain of creators.
type Ancestor struct {
	ID      uint64
	Stack   []Frame // at the go statement, innermost first
	Created Frame
}

// Entry returns the goroutine's outermost function: the one that the go
// statement named. Wrappers that the compiler puts around a go statement's call
// (F.gowrap1) are passed over, since not every source shows them.
func (g *Goroutine) Entry() Frame {
	for i := len(g.Stack) - 1; i >= 0; i-- {
		if !isWrapper(g.Stack[i].Func) {
			return g.Stack[i]
		}
	}
	return Frame{}
}

// Blocked returns the innermost frame outside the standard library, or the
// innermost frame where all are inside it. There, functions that the runtime
// lends to other packages are passed over, because their names change between
// releases (sync.runtime_Semacquire, since Go 1.25
// sync.runtime_SemacquireWaitGroup).
func (g *Goroutine) Blocked() Frame {
	for _, f := range g.Stack {
		if !isWrapper(f.Func) && !IsStandard(f.Package()) {
			return f
		}
	}
	for _, f := range g.Stack {
		if !strings.Contains(f.Func, ".runtime_") {
			return f
		}
	}
	return Frame{}
}

// Key returns the identity of the leak that g may belong to.
func (g *Goroutine) Key() Key {
	wait := g.Wait
	if wait == WaitReceiveNil {
		wait = WaitReceive
	}
	return Key{Wait: wait, Blocked: NormalFunc(g.Blocked().Func), Entry: NormalFunc(g.Entry().Func)}
}

// isWrapper reports whether the function was made by the compiler around the
// call of a go or defer statement (cmd/compile/internal/walk wrapCall and
// typecheck.tryWrap: names end in gowrapN or deferwrapN).
func isWrapper(function string) bool {
	last := function[strings.LastIndexByte(function, '.')+1:]
	for _, prefix := range [...]string{"gowrap", "deferwrap"} {
		if rest, ok := strings.CutPrefix(last, prefix); ok && rest != "" && strings.Trim(rest, "0123456789") == "" {
			return true
		}
	}
	return false
}

// NormalFunc writes a function's name as every source can give it: type
// arguments become [...], as in tracebacks.
func NormalFunc(function string) string {
	var b strings.Builder
	depth, plain := 0, true
	for i := 0; i < len(function); i++ {
		switch c := function[i]; {
		case c == '[':
			if depth++; depth == 1 {
				b.WriteString("[...]")
				plain = false
			}
		case c == ']' && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	if plain {
		return function
	}
	return b.String()
}

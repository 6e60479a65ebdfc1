// SPDX-License-Identifier: MIT

package dumptest

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/unleak/unleak"
)

// A Goroutine is what is known of one without having read it anywhere.
type Goroutine struct {
	ID   uint64
	Wait unleak.Wait
	// Stack holds the frames from the one that called Here outwards. What waits
	// may have called functions of the standard library: those are not known.
	Stack []unleak.Frame
	// Created has no line where that is not known.
	Created   unleak.Frame      `json:",omitzero"`
	Creator   uint64            `json:",omitzero"`
	Ancestors []unleak.Ancestor `json:",omitzero"`
	Labels    map[string]string `json:",omitzero"`
	Bubble    uint64            `json:",omitzero"`
	Minutes   int               `json:",omitzero"`
	Locked    bool              `json:",omitzero"`
	Leaked    bool              `json:",omitzero"`
}

// Entry returns the name of the function that the go statement named.
func (g Goroutine) Entry() string { return g.Stack[len(g.Stack)-1].Func }

// Here returns what the calling goroutine knows of itself. The line that follows
// the call is where it is going to wait.
func Here(wait unleak.Wait) Goroutine {
	g := Goroutine{ID: Self(), Wait: wait, Stack: Callers(1)}
	g.Stack[0].Line++
	return g
}

// Next returns the line that follows the call, as a go statement's place.
func Next() unleak.Frame {
	f := Callers(1)[0]
	f.Line++
	return f
}

// Self returns the number of the calling goroutine.
func Self() (id uint64) {
	buf := make([]byte, 64)
	if _, err := fmt.Sscanf(string(buf[:runtime.Stack(buf, false)]), "goroutine %d", &id); err != nil {
		panic(err)
	}
	return id
}

// Callers returns the stack of the calling goroutine, without the runtime's own
// functions, which tracebacks hide, and without skip functions.
func Callers(skip int) (stack []unleak.Frame) {
	pc := make([]uintptr, 1<<10)
	frames := runtime.CallersFrames(pc[:runtime.Callers(skip+2, pc)])
	for {
		f, more := frames.Next()
		if !isHidden(f.Function) {
			stack = append(stack, unleak.Frame{Func: f.Function, File: f.File, Line: f.Line})
		}
		if !more {
			return stack
		}
	}
}

// isHidden is the contrary of runtime.showfuncinfo for what callers can be.
func isHidden(function string) bool {
	name, ok := strings.CutPrefix(function, "runtime.")
	return ok && name != "gopanic" && (name[0] < 'A' || 'Z' < name[0]) || !strings.Contains(function, ".")
}

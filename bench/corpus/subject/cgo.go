// SPDX-License-Identifier: MIT

//go:build cgo && linux

package main

/*
struct context_arg;
struct traceback_arg;
struct symbolizer_arg;
extern void hang(void);
extern void visit(void);
extern void start_thread(void);
extern void trace_context(struct context_arg*);
extern void trace_back(struct traceback_arg*);
extern void symbolize(struct symbolizer_arg*);
*/
import "C"

import (
	"runtime"
	"slices"
	"unsafe"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

func cgoScenes() map[string]func(*scene) {
	return map[string]func(*scene){"cgo": cgo, "cgotrace": cgoTrace}
}

// inCgo is where those that come from C leave what is known of them.
var inCgo = make(chan dumptest.Goroutine)

// inC are the frames of C that stand below visited's, where they can be seen.
var inC []unleak.Frame

//export visited
func visited() {
	g := dumptest.Here(unleak.WaitReceive)
	g.Locked = true // as long as C is on the stack
	g.Stack[0].Line += 4
	g.Stack = slices.Insert(g.Stack, 1, inC...)
	inCgo <- g
	<-make(chan int)
}

// cgo has goroutines that call C, that C calls back, and that C started.
func cgo(s *scene) {
	at := dumptest.Next()
	go func() {
		g := dumptest.Here(unleak.WaitSyscall)
		g.Stack[0].Line += 3
		g.Stack = append([]unleak.Frame{{Func: "main._Cfunc_hang"}}, g.Stack...)
		inCgo <- g
		C.hang()
	}()
	s.know(at, <-inCgo)
	at = dumptest.Next()
	go func() {
		C.visit()
	}()
	s.know(at, <-inCgo)
	C.start_thread()
	s.known = append(s.known, <-inCgo)
	s.crew()
	s.dump(plainForms)
}

// cgoTrace has C's own frames as well.
func cgoTrace(s *scene) {
	inC = []unleak.Frame{{Func: "ns::visit", File: "lib/visit.c", Line: 31}} // so says symbolize
	runtime.SetCgoTraceback(0, unsafe.Pointer(C.trace_back), unsafe.Pointer(C.trace_context), unsafe.Pointer(C.symbolize))
	cgo(s)
}

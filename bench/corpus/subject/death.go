// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

// quit waits for the signal that ends it.
func quit(s *scene) {
	s.crew()
	s.sleeper()
	s.busy()
	s.awaitSignal()
}

// system is to run with GOTRACEBACK=system.
func system(s *scene) {
	s.known = dumptest.Start(s)
	for i, g := range s.known {
		// Here alone the function is seen through which a func value calls it.
		if strings.HasSuffix(g.Entry(), "receiveGeneric[...]") {
			s.known[i].Stack = append(g.Stack, unleak.Frame{Func: g.Entry()})
		}
	}
	runtime.GC()
	for range runtime.GOMAXPROCS(0) {
		s.runtimes("GC worker (idle)", "runtime.gcBgMarkWorker", "runtime.gcBgMarkStartWorkers.gowrap1")
	}
	s.awaitSignal()
}

// runtimes adds a goroutine of the runtime's own, by its outermost functions.
func (s *scene) runtimes(wait unleak.Wait, functions ...string) {
	g := dumptest.Goroutine{Wait: wait}
	for _, f := range functions {
		g.Stack = append(g.Stack, unleak.Frame{Func: f})
	}
	s.known = append(s.known, g)
}

// busy starts a goroutine that runs on a thread of its own. The dying one can print
// its stack only if the runtime may interrupt it.
func (s *scene) busy() {
	known := make(chan dumptest.Goroutine)
	at := dumptest.Next()
	go func() {
		g := dumptest.Here(unleak.WaitRunning)
		g.Stack[0].Line = 0 // the compiler gives an empty loop none of its own
		known <- g
		for n := 0; ; n++ {
		}
	}()
	s.know(at, <-known)
}

// awaitSignal ends in a dump that has the runtime's own goroutines as well.
func (s *scene) awaitSignal() {
	s.settle()
	s.runtimes("force gc (idle)", "runtime.forcegchelper")
	s.runtimes("GC sweep wait", "runtime.bgsweep", "runtime.gcenable.gowrap1")
	s.runtimes("GC scavenge wait", "runtime.bgscavenge", "runtime.gcenable.gowrap2")
	s.runtimes("GOMAXPROCS updater (idle)", "runtime.updateMaxProcsGoroutine")
	s.runtimes("finalizer wait", "runtime.runFinalizers")
	self := dumptest.Here(unleak.WaitSelectNone)
	self.Stack[0].Line += 3
	s.write(self)
	fmt.Println("ready")
	select {}
}

// nestedPanic dies of a third panic, while it handles a second, which a message
// with lines of its own makes hard to read.
func nestedPanic(s *scene) {
	s.crew()
	s.busy()
	s.settle()
	defer func() {
		defer func() {
			recover()
			self := dumptest.Here(unleak.WaitRunning)
			self.Stack[0].Line += 2
			s.write(self)
			panic(fmt.Errorf("third"))
		}()
		panic("second\n\ngoroutine of many lines:\nmain.main()\n\tnowhere")
	}()
	panic("first")
}

// throw dies of what cannot be recovered.
func throw(s *scene) {
	s.crew()
	s.settle()
	var mu sync.Mutex
	self := dumptest.Here(unleak.WaitRunning)
	self.Stack[0].Line += 2
	s.write(self)
	mu.Unlock()
}

func deadlock(s *scene) {
	s.crew()
	s.settle()
	self := dumptest.Here(unleak.WaitReceive)
	self.Stack[0].Line += 2
	s.write(self)
	<-make(chan int)
}

// race is to be built with -race: the detector's report has stacks of its own.
func race(s *scene) {
	s.crew()
	s.settle()
	var n int
	done := make(chan int)
	go func() { n++; done <- 1 }()
	n++
	<-done
	s.settle()
	self := dumptest.Here(unleak.WaitRunning)
	self.Stack[0].Line += 2
	s.write(self)
	if err := pprof.Lookup("goroutine").WriteTo(os.Stderr, 2); err != nil {
		panic(err)
	}
}

// SPDX-License-Identifier: MIT

// Package dumptest starts goroutines in every wait that can be a leak, so that
// readers of dumps and profiles can be compared with what is known of them.
package dumptest

import (
	"iter"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/unleak/unleak"
)

// A Scope is what Start needs of testing.TB.
type Scope interface {
	Cleanup(func())
	Fatal(...any)
}

// Start starts the goroutines. They may take a moment to reach their waits. Most
// of them stay there for ever; those that would burn the processor end with s.
func Start(s Scope) []Goroutine {
	var started []Goroutine
	for _, w := range append(waits(s), platform()...) {
		known := make(chan Goroutine)
		creator, created := Self(), Next()
		go w.run(known)
		for range 1 + w.more {
			g := <-known
			if g.Created.IsZero() {
				g.Creator, g.Created = creator, created
			}
			started = append(started, g)
		}
	}
	return started
}

// A waiting is a function that sends what is known of its goroutine and then
// waits, and more goroutines that it starts.
type waiting struct {
	run  func(known chan<- Goroutine)
	more int
}

func waits(s Scope) []waiting {
	var stop atomic.Bool
	s.Cleanup(func() { stop.Store(true) })
	r, w, err := os.Pipe()
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { r.Close(); w.Close() })
	read := func(wait unleak.Wait) func(chan<- Goroutine) {
		return func(known chan<- Goroutine) {
			known <- Here(wait)
			r.Read(make([]byte, 1))
		}
	}
	return []waiting{
		{run: receive},
		{run: receiveRange},
		{run: receiveGeneric[string]},
		{run: (&box[int]{c: make(chan int)}).receive},
		{run: receiveLocked},
		{run: receiveInPanic},
		{run: receiveDeep},
		{run: send},
		{run: receiveNil},
		{run: sendNil},
		{run: selectTwo},
		{run: selectNone},
		{run: condition},
		{run: mutex},
		{run: readLock},
		{run: writeLock},
		{run: secondWriteLock},
		{run: waitGroup},
		{run: sleep},
		{run: coroutine, more: 1},
		{run: read(unleak.WaitIO)},
		{run: read(unleak.WaitSemacquire)}, // for the first one
		{run: func(known chan<- Goroutine) {
			known <- Here(unleak.WaitRunning)
			for !stop.Load() {
			}
		}},
	}
}

func receive(known chan<- Goroutine) {
	known <- Here(unleak.WaitReceive)
	<-make(chan int)
}

func receiveRange(known chan<- Goroutine) {
	known <- Here(unleak.WaitReceive)
	for range make(chan int) {
	}
}

func receiveGeneric[T any](known chan<- Goroutine) {
	known <- Here(unleak.WaitReceive)
	<-make(chan T)
}

type box[T any] struct{ c chan T }

func (b *box[T]) receive(known chan<- Goroutine) {
	known <- Here(unleak.WaitReceive)
	<-b.c
}

func receiveLocked(known chan<- Goroutine) {
	runtime.LockOSThread()
	g := Here(unleak.WaitReceive)
	g.Locked = true
	g.Stack[0].Line += 3
	known <- g
	<-make(chan int)
}

func receiveInPanic(known chan<- Goroutine) {
	defer receive(known)
	panic("a panic frame stands on the stack")
}

// receiveDeep is deeper than what a traceback prints without eliding.
func receiveDeep(known chan<- Goroutine) { dive(known, Depth) }

// Depth is how often the goroutine with the deepest stack calls dive: above the
// 50 inner and 50 outer frames of tracebacks, below the 128 of profiles.
const Depth = 110

func dive(known chan<- Goroutine, n int) {
	if n == 1 {
		receive(known)
		return
	}
	dive(known, n-1)
}

func send(known chan<- Goroutine) {
	known <- Here(unleak.WaitSend)
	make(chan int) <- 1
}

func receiveNil(known chan<- Goroutine) {
	var c chan int
	known <- Here(unleak.WaitReceiveNil)
	<-c
}

func sendNil(known chan<- Goroutine) {
	var c chan int
	known <- Here(unleak.WaitSendNil)
	c <- 1
}

func selectTwo(known chan<- Goroutine) {
	known <- Here(unleak.WaitSelect)
	select {
	case <-make(chan int):
	case make(chan int) <- 1:
	}
}

func selectNone(known chan<- Goroutine) {
	known <- Here(unleak.WaitSelectNone)
	select {}
}

func condition(known chan<- Goroutine) {
	c := sync.NewCond(new(sync.Mutex))
	c.L.Lock()
	known <- Here(unleak.WaitCond)
	c.Wait()
}

func mutex(known chan<- Goroutine) {
	var mu sync.Mutex
	mu.Lock()
	known <- Here(unleak.WaitMutex)
	mu.Lock()
}

func readLock(known chan<- Goroutine) {
	var mu sync.RWMutex
	mu.Lock()
	known <- Here(unleak.WaitRLock)
	mu.RLock()
}

func writeLock(known chan<- Goroutine) {
	var mu sync.RWMutex
	mu.RLock()
	known <- Here(unleak.WaitRWLock)
	mu.Lock()
}

// secondWriteLock waits for the mutex within the RWMutex.
func secondWriteLock(known chan<- Goroutine) {
	var mu sync.RWMutex
	mu.Lock()
	known <- Here(unleak.WaitMutex)
	mu.Lock()
}

func waitGroup(known chan<- Goroutine) {
	var wg sync.WaitGroup
	wg.Add(1)
	known <- Here(unleak.WaitGroup)
	wg.Wait()
}

func sleep(known chan<- Goroutine) {
	known <- Here(unleak.WaitSleep)
	time.Sleep(time.Hour)
}

// coroutine starts one that waits for the next call of next.
func coroutine(known chan<- Goroutine) {
	pulling := Self()
	next, _ := iter.Pull(func(yield func(int) bool) {
		g := Here(unleak.WaitCoroutine)
		g.Stack[0].Line += 3
		g.Created.Func, g.Creator = "iter.Pull[...]", pulling
		known <- g
		yield(1)
	})
	next()
	known <- Here(unleak.WaitSelectNone)
	select {}
}

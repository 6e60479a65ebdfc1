// SPDX-License-Identifier: MIT

// Package dumptest starts goroutines in every wait that can be a leak, so that
// readers of dumps and profiles can be compared with what is known of them.
package dumptest

import (
	"fmt"
	"iter"
	"os"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unleak/unleak"
)

// A Goroutine is one that Start started.
type Goroutine struct {
	ID   uint64
	Wait unleak.Wait
	// Entry is the name of the function that the go statement named.
	Entry string
}

// Start starts the goroutines. They may take a moment to reach their waits. Most
// of them stay there for ever; those that would burn the processor end with t.
func Start(t testing.TB) []Goroutine {
	var started []Goroutine
	for _, w := range append(waits(t), platform()...) {
		id := make(chan uint64)
		go w.run(id)
		g := Goroutine{ID: <-id, Wait: w.wait, Entry: w.entry}
		if g.Entry == "" {
			g.Entry = runtime.FuncForPC(reflect.ValueOf(w.run).Pointer()).Name()
		}
		started = append(started, g)
	}
	return started
}

// A waiting is a function that sends its goroutine's number and then waits.
type waiting struct {
	wait  unleak.Wait
	run   func(id chan<- uint64)
	entry string // "" is run itself
}

func waits(t testing.TB) []waiting {
	var stop atomic.Bool
	t.Cleanup(func() { stop.Store(true) })
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	read := func(id chan<- uint64) { id <- Self(); r.Read(make([]byte, 1)) }
	return []waiting{
		{wait: unleak.WaitReceive, run: receive},
		{wait: unleak.WaitReceive, run: receiveRange},
		{wait: unleak.WaitReceive, run: receiveGeneric[string]},
		{wait: unleak.WaitReceive, run: (&box[int]{c: make(chan int)}).receive, entry: "github.com/unleak/unleak/internal/dump/dumptest.(*box[...]).receive"},
		{wait: unleak.WaitReceive, run: receiveLocked},
		{wait: unleak.WaitReceive, run: receiveInPanic},
		{wait: unleak.WaitReceive, run: receiveDeep},
		{wait: unleak.WaitSend, run: send},
		{wait: unleak.WaitReceiveNil, run: receiveNil},
		{wait: unleak.WaitSendNil, run: sendNil},
		{wait: unleak.WaitSelect, run: selectTwo},
		{wait: unleak.WaitSelectNone, run: selectNone},
		{wait: unleak.WaitCond, run: condition},
		{wait: unleak.WaitMutex, run: mutex},
		{wait: unleak.WaitRLock, run: readLock},
		{wait: unleak.WaitRWLock, run: writeLock},
		{wait: unleak.WaitMutex, run: secondWriteLock},
		{wait: unleak.WaitGroup, run: waitGroup},
		{wait: unleak.WaitSleep, run: sleep},
		{wait: unleak.WaitCoroutine, run: coroutine, entry: "iter.Pull[...].func1"},
		{wait: unleak.WaitIO, run: read},
		{wait: unleak.WaitSemacquire, run: read},
		{wait: unleak.WaitRunning, run: func(id chan<- uint64) {
			for id <- Self(); !stop.Load(); {
			}
		}},
	}
}

// Self returns the number of the calling goroutine.
func Self() (id uint64) {
	buf := make([]byte, 64)
	if _, err := fmt.Sscanf(string(buf[:runtime.Stack(buf, false)]), "goroutine %d", &id); err != nil {
		panic(err)
	}
	return id
}

func receive(id chan<- uint64) {
	id <- Self()
	<-make(chan int)
}

func receiveRange(id chan<- uint64) {
	id <- Self()
	for range make(chan int) {
	}
}

func receiveGeneric[T any](id chan<- uint64) {
	id <- Self()
	<-make(chan T)
}

type box[T any] struct{ c chan T }

func (b *box[T]) receive(id chan<- uint64) {
	id <- Self()
	<-b.c
}

func receiveLocked(id chan<- uint64) {
	runtime.LockOSThread()
	receive(id)
}

func receiveInPanic(id chan<- uint64) {
	defer receive(id)
	panic("a panic frame stands on the stack")
}

// receiveDeep is deeper than what a traceback prints without eliding.
func receiveDeep(id chan<- uint64) { dive(id, Depth) }

// Depth is how often the goroutine with the deepest stack calls dive: above the
// 50 inner and 50 outer frames of tracebacks, below the 128 of profiles.
const Depth = 110

func dive(id chan<- uint64, n int) {
	if n == 1 {
		receive(id)
		return
	}
	dive(id, n-1)
}

func send(id chan<- uint64) {
	id <- Self()
	make(chan int) <- 1
}

func receiveNil(id chan<- uint64) {
	id <- Self()
	var c chan int
	<-c
}

func sendNil(id chan<- uint64) {
	id <- Self()
	var c chan int
	c <- 1
}

func selectTwo(id chan<- uint64) {
	id <- Self()
	select {
	case <-make(chan int):
	case make(chan int) <- 1:
	}
}

func selectNone(id chan<- uint64) {
	id <- Self()
	select {}
}

func condition(id chan<- uint64) {
	id <- Self()
	c := sync.NewCond(new(sync.Mutex))
	c.L.Lock()
	c.Wait()
}

func mutex(id chan<- uint64) {
	id <- Self()
	var mu sync.Mutex
	mu.Lock()
	mu.Lock()
}

func readLock(id chan<- uint64) {
	id <- Self()
	var mu sync.RWMutex
	mu.Lock()
	mu.RLock()
}

func writeLock(id chan<- uint64) {
	id <- Self()
	var mu sync.RWMutex
	mu.RLock()
	mu.Lock()
}

// secondWriteLock waits for the mutex within the RWMutex.
func secondWriteLock(id chan<- uint64) {
	id <- Self()
	var mu sync.RWMutex
	mu.Lock()
	mu.Lock()
}

func waitGroup(id chan<- uint64) {
	id <- Self()
	var wg sync.WaitGroup
	wg.Add(1)
	wg.Wait()
}

func sleep(id chan<- uint64) {
	id <- Self()
	time.Sleep(time.Hour)
}

func coroutine(id chan<- uint64) {
	next, _ := iter.Pull(func(yield func(int) bool) {
		id <- Self()
		yield(1)
	})
	next()
	select {}
}

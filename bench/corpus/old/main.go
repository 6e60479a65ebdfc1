// SPDX-License-Identifier: MIT

// Old does for releases from Go 1.18 on what subject does for today's, as far as
// they can: it is one file in the language of Go 1.18 and imports nothing of ours.
//
//	old FOLDER
//
// What it writes of itself has the fields of dumptest.Goroutine.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"time"
)

type frame struct {
	Func string `json:"func"`
	File string `json:"file"`
	Line int    `json:"line"`
}

type goroutine struct {
	ID      uint64
	Wait    string
	Stack   []frame
	Created *frame `json:",omitempty"`
	Creator uint64 `json:",omitempty"`
	Bubble  uint64 `json:",omitempty"`
	Locked  bool   `json:",omitempty"`
}

var (
	known   []goroutine
	waiting = make(chan goroutine)
)

// here is what a goroutine knows of itself; it waits in the line that follows.
func here(wait string) goroutine {
	g := goroutine{ID: self(), Wait: wait, Stack: callers()}
	g.Stack[0].Line++
	return g
}

func self() (id uint64) {
	buf := make([]byte, 64)
	if _, err := fmt.Sscanf(string(buf[:runtime.Stack(buf, false)]), "goroutine %d", &id); err != nil {
		panic(err)
	}
	return id
}

// callers leaves out itself and here or start.
func callers() (stack []frame) {
	pc := make([]uintptr, 1000)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			stack = append(stack, frame{f.Function, f.File, f.Line})
		}
		if !more {
			return stack
		}
	}
}

// start is called in the line before a go statement, and the function that it
// returns behind it.
func start() func() {
	created := callers()[0]
	created.Line++
	creator := self()
	return func() {
		g := <-waiting
		g.Created = &created
		if tellsCreator {
			g.Creator = creator
		}
		known = append(known, g)
	}
}

// tellsCreator says whether tracebacks have the number of a goroutine's creator.
var tellsCreator = runtime.Version() >= "go1.21"

func receive() {
	waiting <- here("chan receive")
	<-make(chan int)
}

func receiveGeneric[T any]() {
	waiting <- here("chan receive")
	<-make(chan T)
}

// dive is deeper than what a traceback prints.
func dive(n int) {
	if n == 1 {
		receive()
		return
	}
	dive(n - 1)
}

type lock struct{ sync.RWMutex }

func (l *lock) twice(how string) {
	waiting <- here("sync.RWMutex.Lock")
	l.Lock()
	println(how)
}

func startAll() {
	know := start()
	go receive()
	know()
	know = start()
	go receiveGeneric[[]string]()
	know()
	know = start()
	go dive(110)
	know()

	l := new(lock)
	l.RLock()
	know = start()
	go l.twice("a call with an argument")
	know()

	know = start()
	go func() {
		waiting <- here("select")
		select {
		case <-make(chan int):
		case make(chan int) <- 1:
		}
	}()
	know()
	know = start()
	go func() {
		var mu sync.Mutex
		mu.Lock()
		waiting <- here("sync.Mutex.Lock")
		mu.Lock()
	}()
	know()
	know = start()
	go func() {
		var wg sync.WaitGroup
		wg.Add(1)
		waiting <- here("sync.WaitGroup.Wait")
		wg.Wait()
	}()
	know()
	know = start()
	go func() {
		c := sync.NewCond(new(sync.Mutex))
		c.L.Lock()
		waiting <- here("sync.Cond.Wait")
		c.Wait()
	}()
	know()
	know = start()
	go func() {
		runtime.LockOSThread()
		g := here("sleep")
		g.Locked = true
		g.Stack[0].Line += 3
		waiting <- g
		time.Sleep(time.Hour)
	}()
	know()
	know = start()
	go func() {
		var c chan<- string
		waiting <- here("chan send (nil chan)")
		c <- "x"
	}()
	know()
}

func main() {
	folder := os.Args[1]
	startAll()
	if !bubble() {
		time.Sleep(300 * time.Millisecond)
	}
	var main goroutine
	for debug, suffix := range []string{".pb.gz", ".debug1.txt", ".debug2.txt"} {
		var b bytes.Buffer
		main = here("running")
		err := pprof.Lookup("goroutine").WriteTo(&b, debug)
		if err != nil {
			panic(err)
		}
		write(folder, suffix, b.Bytes())
	}
	var b bytes.Buffer
	for _, g := range append(known, main) {
		if err := json.NewEncoder(&b).Encode(g); err != nil {
			panic(err)
		}
	}
	write(folder, ".json", b.Bytes())
}

func write(folder, suffix string, data []byte) {
	if err := os.WriteFile(filepath.Join(folder, "old"+suffix), data, 0o644); err != nil {
		panic(err)
	}
}

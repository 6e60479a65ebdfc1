// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

func waits(s *scene) {
	s.known = dumptest.Start(s)
	s.dump(plainForms)
}

// leaked takes the proof first, so that the traceback bears its marks.
func leaked(s *scene) {
	s.known = dumptest.Start(s)
	for i, g := range s.known {
		s.known[i].Leaked = g.Wait.Provable()
	}
	s.dump(leakForms)
}

// A pool is what programs are full of: workers, and somebody who feeds them.
type pool[T any] struct {
	jobs    chan T
	workers sync.WaitGroup
	known   chan dumptest.Goroutine
}

func (p *pool[T]) work(name string, n int) {
	defer p.workers.Done()
	p.known <- dumptest.Here(unleak.WaitReceive)
	for range p.jobs {
		println(name, n)
	}
}

func (p *pool[T]) wait() {
	p.known <- dumptest.Here(unleak.WaitGroup)
	p.workers.Wait()
}

// crew starts a few goroutines as programs have them: closures, method values,
// calls with arguments, equal stacks.
func (s *scene) crew() {
	p := &pool[string]{jobs: make(chan string), known: make(chan dumptest.Goroutine)}
	for n := range 3 {
		p.workers.Add(1)
		at := dumptest.Next()
		go p.work("worker", n)
		s.know(at, <-p.known)
	}
	run := p.wait
	at := dumptest.Next()
	go run()
	s.know(at, <-p.known)

	done, more := make(chan struct{}), make(chan int)
	at = dumptest.Next()
	go func() {
		func() {
			p.known <- dumptest.Here(unleak.WaitSelect)
			select {
			case <-done:
			case more <- 1:
			}
		}()
	}()
	s.know(at, <-p.known)

	var mu sync.Mutex
	mu.Lock()
	at = dumptest.Next()
	go func(pair struct{ a, b int }, words ...string) {
		p.known <- dumptest.Here(unleak.WaitMutex)
		mu.Lock()
		println(pair.a, words[0])
	}(struct{ a, b int }{1, 2}, "one", "two")
	s.know(at, <-p.known)
}

// sleeper is apart: with it there is no deadlock.
func (s *scene) sleeper() {
	known := make(chan dumptest.Goroutine)
	at := dumptest.Next()
	go func() {
		known <- dumptest.Here(unleak.WaitSleep)
		time.Sleep(time.Hour)
	}()
	s.know(at, <-known)
}

// labels has those that only quoting tells from the text around them.
func labels(s *scene) {
	sets := [][]string{
		{"tenant", "acme", "path", "/v1/items.json"},
		{"tenant", "acme & sons", "query", `a "b" [select, 5 minutes]: {c}` + "\n\tgoroutine 7 [running]:", "empty", ""},
		{"key with spaces", "é\u2028\U0001f600", "slash", `C:\dir`, "k:v", "x, y"},
	}
	s.crew()
	for _, set := range sets {
		before := len(s.known)
		pprof.Do(context.Background(), pprof.Labels(set...), func(context.Context) { s.crew() })
		for i := range s.known[before:] {
			labels := make(map[string]string)
			for k := 0; k < len(set); k += 2 {
				labels[set[k]] = set[k+1]
			}
			s.known[before+i].Labels = labels
		}
	}
	s.dump(plainForms)
}

// ancestors is to run with GODEBUG=tracebackancestors=5.
func ancestors(s *scene) {
	known := make(chan dumptest.Goroutine)
	s.descend(3, unleak.Frame{}, nil, known)
	for range 3 {
		s.known = append(s.known, <-known)
	}
	s.dump(plainForms[:1])
}

// descend starts a goroutine that starts another, n deep. It runs in one that was
// created at by and has the ancestors above.
func (s *scene) descend(n int, by unleak.Frame, above []unleak.Ancestor, known chan<- dumptest.Goroutine) {
	if n == 0 {
		return
	}
	self := unleak.Ancestor{ID: dumptest.Self(), Created: by}
	self.Stack = dumptest.Callers(0)
	for i := range self.Stack {
		self.Stack[i].Line = 0 // the runtime prints the line after the call's, at times
	}
	created := dumptest.Next()
	go func() {
		chain := append([]unleak.Ancestor{self}, above...)
		s.descend(n-1, created, chain, known)
		g := dumptest.Here(unleak.WaitReceiveNil)
		g.Stack[0].Line += 4
		g.Created, g.Creator = created, self.ID
		g.Ancestors = chain
		known <- g
		<-(chan int)(nil)
	}()
}

// minutes waits until the garbage collector has seen the others wait for more
// than a minute: it sets the time from which the runtime counts.
func minutes(s *scene) {
	s.crew()
	s.sleeper()
	for range 15 {
		time.Sleep(5 * time.Second)
		runtime.GC()
	}
	for i := range s.known {
		s.known[i].Minutes = 1
	}
	s.dump(plainForms[:1])
}

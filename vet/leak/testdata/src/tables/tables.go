// SPDX-License-Identifier: MIT

package tables

import "sync"

// Objects that are found in a map.

type account struct {
	mu      sync.Mutex
	balance int
}

type bank struct {
	mu       sync.Mutex
	accounts map[string]*account
}

func newBank() *bank {
	return &bank{accounts: map[string]*account{"a": {}, "b": {}}}
}

func (b *bank) freeze(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.accounts[name]
	a.mu.Lock() // want `lock-order: the goroutine blocks for ever on a.mu.Lock\(\)`
	defer a.mu.Unlock()
	a.balance = 0
}

func (b *bank) report(name string) {
	b.mu.Lock()
	a, ok := b.accounts[name]
	b.mu.Unlock()
	if !ok {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock() // want `lock-order: the goroutine blocks for ever on b.mu.Lock\(\)`
	defer b.mu.Unlock()
}

func crossed() {
	b := newBank()
	go b.freeze("a")
	go b.report("a")
}

func (b *bank) freezeWell(name string) {
	b.mu.Lock()
	a := b.accounts[name]
	b.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance = 0
}

func (b *bank) reportWell(name string) {
	b.mu.Lock()
	a, ok := b.accounts[name]
	b.mu.Unlock()
	if ok {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.balance++
	}
}

func straight() {
	b := newBank()
	go b.freezeWell("a")
	go b.reportWell("a")
}

// Two entries are two objects.

func (b *bank) move(from, to string) {
	x, y := b.accounts[from], b.accounts[to]
	x.mu.Lock()
	defer x.mu.Unlock()
	y.mu.Lock() // want `mutex: 2 of 2 goroutines block`
	defer y.mu.Unlock()
}

func (b *bank) moveWell(from, to string) {
	x, y := b.accounts[from], b.accounts[to]
	x.mu.Lock()
	defer x.mu.Unlock()
	y.mu.Lock()
	defer y.mu.Unlock()
}

func opposite() {
	b := newBank()
	go b.move("a", "b")
	go b.move("b", "a")
}

func sameWay() {
	b := newBank()
	go b.moveWell("a", "b")
	go b.moveWell("a", "b")
}

// A lock for each name, made when it is asked for first.

type locks struct {
	mu sync.Mutex
	of map[string]*sync.Mutex
}

func (l *locks) lock(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.of[name]; !ok {
		l.of[name] = new(sync.Mutex)
	}
	l.of[name].Lock() // want `lock-order`
}

func (l *locks) unlock(name string) {
	l.mu.Lock() // want `lock-order`
	defer l.mu.Unlock()
	l.of[name].Unlock()
}

func nested() {
	l := &locks{of: make(map[string]*sync.Mutex)}
	for range 2 {
		go func() {
			l.lock("x")
			l.unlock("x")
		}()
	}
}

func (l *locks) lockWell(name string) {
	l.mu.Lock()
	one, ok := l.of[name]
	if !ok {
		one = new(sync.Mutex)
		l.of[name] = one
	}
	l.mu.Unlock()
	one.Lock()
}

func nestedWell() {
	l := &locks{of: make(map[string]*sync.Mutex)}
	for range 2 {
		go func() {
			l.lockWell("x")
			l.unlockWell("x")
		}()
	}
}

func (l *locks) unlockWell(name string) {
	l.mu.Lock()
	one := l.of[name]
	l.mu.Unlock()
	one.Unlock()
}

// All entries, in a loop.

func broadcast(names []string) {
	listeners := make(map[int]chan string)
	listeners[1] = make(chan string)
	listeners[2] = make(chan string)
	go func() {
		<-listeners[1]
	}()
	go func() {
		for _, l := range listeners {
			l <- "hello" // want `chan-send`
		}
	}()
}

func broadcastToAll() {
	listeners := make(map[int]chan string)
	listeners[1] = make(chan string)
	listeners[2] = make(chan string)
	for id := range listeners {
		go func() { <-listeners[id] }()
	}
	for _, l := range listeners {
		l <- "hello"
	}
}

// What is no longer there is not waited for.

func deleted() {
	quit := map[string]chan struct{}{"a": make(chan struct{})}
	done := make(chan struct{})
	go func() {
		<-done // want `chan-receive`
	}()
	delete(quit, "a")
	if _, ok := quit["a"]; ok {
		close(done)
	}
}

func present() {
	quit := map[string]chan struct{}{"a": make(chan struct{})}
	done := make(chan struct{})
	go func() { <-done }()
	if _, ok := quit["a"]; ok {
		close(done)
	}
}

func counted() {
	quit := map[string]chan struct{}{"a": make(chan struct{})}
	done := make(chan struct{})
	go func() { <-done }()
	if len(quit) == 1 {
		close(done)
	}
}

// A map that others have, too.

type registry struct{ waiters map[string]chan int }

func (r *registry) wait(name string) int {
	ch := make(chan int)
	r.waiters[name] = ch
	return <-ch
}

func (r *registry) answer(name string) {
	if ch, ok := r.waiters[name]; ok {
		ch <- 1
	}
}

func (r *registry) lookTwice(name string) {
	mu := new(sync.Mutex)
	all := map[string]*sync.Mutex{}
	all[name] = mu
	other(all)
	all[name].Lock()
	all[name].Unlock()
}

var shared map[string]*sync.Mutex

func other(all map[string]*sync.Mutex) { shared = all }

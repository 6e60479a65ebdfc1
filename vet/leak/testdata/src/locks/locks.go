// SPDX-License-Identifier: MIT

package locks

import "sync"

type stock struct {
	mu   sync.Mutex
	left map[string]int
}

// A way out without Unlock.

func (s *stock) take(item string) bool {
	s.mu.Lock() // want `mutex: .* for ever on s.mu.Lock\(\)`
	if s.left[item] == 0 {
		return false
	}
	s.left[item]--
	s.mu.Unlock()
	return true
}

func (s *stock) takeWell(item string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left[item] == 0 {
		return false
	}
	s.left[item]--
	return true
}

func (s *stock) serve(n int, item string) {
	for range n {
		go s.take(item)
	}
}

func (s *stock) serveWell(n int, item string) {
	for range n {
		go s.takeWell(item)
	}
}

// A lock that is taken again by the one who holds it.

type tree struct {
	mu   sync.Mutex
	size int
}

func (t *tree) grow() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count()
}

func (t *tree) count() int {
	t.mu.Lock() // want `mutex: the goroutine blocks for ever on t.mu.Lock\(\)`
	defer t.mu.Unlock()
	t.size++
	return t.size
}

// Two locks in two orders.

type shop struct{ stock, orders sync.Mutex }

func (s *shop) buy() {
	s.stock.Lock()
	defer s.stock.Unlock()
	s.orders.Lock() // want `lock-order: the goroutine blocks for ever on s.orders.Lock\(\)`
	defer s.orders.Unlock()
}

func (s *shop) giveBack() {
	s.orders.Lock()
	defer s.orders.Unlock()
	s.stock.Lock() // want `lock-order: the goroutine blocks for ever on s.stock.Lock\(\)`
	defer s.stock.Unlock()
}

func (s *shop) rush() {
	go s.buy()
	go s.giveBack()
}

func (s *shop) calm() {
	go s.buy()
	go s.buy()
}

func two(a, b *shop) { // of different shops
	go func() {
		a.stock.Lock()
		defer a.stock.Unlock()
		a.orders.Lock()
		defer a.orders.Unlock()
	}()
	go func() {
		b.stock.Lock()
		defer b.stock.Unlock()
		b.orders.Lock()
		defer b.orders.Unlock()
	}()
}

// A reader who reads again while a writer waits.

func readTwice() {
	var mu sync.RWMutex
	go func() {
		mu.RLock()
		mu.RLock() // want `rwmutex`
		mu.RUnlock()
		mu.RUnlock()
	}()
	go func() {
		mu.Lock() // want `rwmutex`
		mu.Unlock()
	}()
}

func readOnce() {
	var mu sync.RWMutex
	go func() {
		mu.RLock()
		mu.RUnlock()
		mu.RLock()
		mu.RUnlock()
	}()
	go func() {
		mu.Lock()
		mu.Unlock()
	}()
}

// A lock that one function takes and another gives back.

type gate struct{ mu sync.Mutex }

func (g *gate) enter() { g.mu.Lock() }
func (g *gate) leave() { g.mu.Unlock() }

func (g *gate) twice() {
	g.enter()
	g.enter()
}

// A lock behind an interface, which is not the first that its owner has inside.

type desk struct {
	name *string
	sync.Mutex
}

func with(l sync.Locker, do func()) {
	l.Lock()
	defer l.Unlock()
	do()
}

func (d *desk) sit(do func()) {
	with(d, do)
	with(d, do)
}

// A pointer to a lock leads to the same lock each time.

type ward struct {
	mu   *sync.RWMutex
	open bool
}

func (w *ward) admit(patients <-chan int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range 2 {
		go func() {
			for range patients {
				w.turn()
			}
			w.mu.Lock()
			w.mu.Unlock()
		}()
	}
	go func() {
		w.mu.RLock()
		w.mu.RUnlock()
	}()
}

func (w *ward) turn() {
	for w.open {
		pause()
	}
}

func (w *ward) keep() {
	w.mu.RLock()
	go func() {
		w.mu.Lock() // want `rwmutex`
	}()
	w.turn()
}

var pause func()

// A turn is taken when whoever got it unlocks its lock.
type turn struct{ lock *sync.Mutex }

func queued() turn {
	t := turn{&sync.Mutex{}}
	t.lock.Lock()
	go func() {
		t.lock.Lock()
		t.lock.Unlock()
	}()
	return t
}

func queue(n int) []turn {
	all := make([]turn, n)
	for i := range all {
		all[i] = queued()
	}
	return all
}

func forgotten() {
	lock := &sync.Mutex{}
	lock.Lock()
	go func() {
		lock.Lock() // want `mutex: the goroutine blocks for ever`
		lock.Unlock()
	}()
}

// handedFree gives out a lock that is free: that its own goroutine keeps it is not
// what others mend.
func handedFree() *sync.Mutex {
	lock := &sync.Mutex{}
	go func() {
		lock.Lock()
		lock.Lock() // want `mutex: the goroutine blocks for ever`
	}()
	return lock
}

// A cache's helpers get the lock held from their callers, and give it back held.
type cache struct {
	mu sync.Mutex
	n  int
}

// reload lets others have the lock for a while.
func (c *cache) reload(load func() int) {
	c.mu.Unlock()
	n := load()
	c.mu.Lock()
	c.n = n
	go func() {
		c.mu.Lock()
		c.n++
		c.mu.Unlock()
	}()
}

// keep takes the lock and does not give it back.
func (c *cache) keep(load func() int) {
	n := load()
	c.mu.Lock()
	c.n = n
	go func() {
		c.mu.Lock() // want `mutex`
		c.n++
		c.mu.Unlock()
	}()
}

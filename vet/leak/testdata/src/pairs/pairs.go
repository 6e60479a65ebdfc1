// SPDX-License-Identifier: MIT

// Package pairs has types of which a client cannot be followed, since nothing makes
// them that is known or they have too much to call: two calls are.
package pairs

import (
	"sort"
	"sync"
	"time"
)

type link struct{ subject string }

func (l *link) send(string) error { return nil }

// A message is made by a method of another type.
type message struct {
	sync.Mutex
	over *link
	done bool
}

func (l *link) message() *message { return &message{over: l} }

func (m *message) Ack() error  { return m.reply("ack") }
func (m *message) Term() error { return m.reply("term") }

// reply keeps the lock where the message has been answered before.
func (m *message) reply(text string) error {
	m.Lock() // want `mutex: 1 of 2 goroutines block for ever on m.Lock\(\)`
	if m.done {
		return nil
	}
	m.Unlock()
	err := m.over.send(text)
	m.Lock()
	m.done = true
	m.Unlock()
	return err
}

// A messageWell gives it back.
type messageWell struct {
	sync.Mutex
	over *link
	done bool
}

func (m *messageWell) Ack() error  { return m.reply("ack") }
func (m *messageWell) Term() error { return m.reply("term") }

func (m *messageWell) reply(text string) error {
	m.Lock()
	if m.done {
		m.Unlock()
		return nil
	}
	m.Unlock()
	err := m.over.send(text)
	m.Lock()
	m.done = true
	m.Unlock()
	return err
}

// A Ring's Near reads under a lock for reading that Owner takes again: a writer who
// comes in between waits for the first, and the second for the writer.
type Ring struct {
	mu     sync.RWMutex
	over   *link
	owners []string
}

func (r *Ring) Owner(i int) string {
	r.mu.RLock() // want `rwmutex: the goroutine blocks for ever on r.mu.RLock\(\)`
	defer r.mu.RUnlock()
	return r.owners[i]
}

func (r *Ring) Near(i int) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if i < len(r.owners) {
		return r.Owner(i)
	}
	return ""
}

func (r *Ring) Add(owner string) {
	r.mu.Lock() // want `rwmutex: the goroutine blocks for ever on r.mu.Lock\(\)`
	defer r.mu.Unlock()
	r.owners = append(r.owners, owner)
}

// A RingWell reads under one lock.
type RingWell struct {
	mu     sync.RWMutex
	over   *link
	owners []string
}

func (r *RingWell) owner(i int) string { return r.owners[i] }

func (r *RingWell) Owner(i int) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.owner(i)
}

func (r *RingWell) Near(i int) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if i < len(r.owners) {
		return r.owner(i)
	}
	return ""
}

func (r *RingWell) Add(owner string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.owners = append(r.owners, owner)
}

// A RingRead has nobody who writes: readers wait for no readers.
type RingRead struct {
	mu     sync.RWMutex
	over   *link
	owners []string
}

func (r *RingRead) Owner(i int) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.owners[i]
}

func (r *RingRead) Near(i int) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.Owner(i)
}

// A Shelf has two locks that its methods take in two orders.
type Shelf struct {
	top, low sync.Mutex
	over     *link
}

func (s *Shelf) Raise() {
	s.low.Lock()
	defer s.low.Unlock()
	s.top.Lock() // want `lock-order`
	defer s.top.Unlock()
}

func (s *Shelf) Lower() {
	s.top.Lock()
	defer s.top.Unlock()
	s.low.Lock() // want `lock-order`
	defer s.low.Unlock()
}

// A ShelfWell's methods take them in one.
type ShelfWell struct {
	top, low sync.Mutex
	over     *link
}

func (s *ShelfWell) Raise() {
	s.top.Lock()
	defer s.top.Unlock()
	s.low.Lock()
	defer s.low.Unlock()
}

func (s *ShelfWell) Lower() {
	s.top.Lock()
	defer s.top.Unlock()
	s.low.Lock()
	defer s.low.Unlock()
}

// An idler is put to rest, and woken.
type idler interface {
	rest() error
	wake() error
}

// A warden does that, by a timer.
type warden struct {
	of    idler
	timer *time.Timer
}

func watch(of idler) *warden {
	w := &warden{of: of}
	w.timer = time.AfterFunc(time.Minute, w.expire)
	return w
}

func (w *warden) expire() {
	if err := w.of.rest(); err != nil {
		w.timer.Reset(time.Minute)
	}
}

// begin is called by who is watched.
func (w *warden) begin() error { return w.of.wake() }

// A Conn's rest keeps the lock, and only its warden calls that.
type Conn struct {
	mu    sync.Mutex
	over  *link
	state int
	watch *warden
}

func (c *Conn) Watch() { c.watch = watch(c) }

func (c *Conn) rest() error {
	c.mu.Lock() // want `mutex: 1 of 2 goroutines block for ever on c.mu.Lock\(\)`
	if c.state != 1 {
		return nil
	}
	c.state = 0
	c.mu.Unlock()
	return nil
}

func (c *Conn) wake() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = 1
	return nil
}

func (c *Conn) Send() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over.send("")
}

// A ConnWell's wake takes two locks in the wrong order, but who calls it through its
// warden has a third: only its own methods do.
type ConnWell struct {
	mu, in, out sync.Mutex
	over        *link
	watch       *warden
}

func (c *ConnWell) Watch() { c.watch = watch(c) }

func (c *ConnWell) rest() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out.Lock()
	defer c.out.Unlock()
	c.in.Lock()
	defer c.in.Unlock()
	return c.over.send("rest")
}

func (c *ConnWell) Send() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.watch.begin()
}

func (c *ConnWell) wake() error {
	c.in.Lock()
	defer c.in.Unlock()
	c.out.Lock()
	defer c.out.Unlock()
	return c.over.send("wake")
}

// A ConnPoor's two are called by anybody and by the timer: there nobody has a third.
type ConnPoor struct {
	in, out sync.Mutex
	over    *link
	watch   *warden
}

func (c *ConnPoor) Watch() { c.watch = watch(c) }

func (c *ConnPoor) Send() error {
	c.out.Lock()
	defer c.out.Unlock()
	c.in.Lock() // want `lock-order`
	defer c.in.Unlock()
	return c.over.send("")
}

func (c *ConnPoor) rest() error {
	c.in.Lock()
	defer c.in.Unlock()
	c.out.Lock() // want `lock-order`
	defer c.out.Unlock()
	return c.over.send("rest")
}

func (c *ConnPoor) wake() error { return nil }

// A Sampler's tick is what a timer calls.
type Sampler struct {
	mu   sync.Mutex
	over *link
	n    int
}

func Sample(s *Sampler) {
	time.AfterFunc(time.Second, s.tick)
}

func (s *Sampler) tick() {
	s.mu.Lock() // want `mutex: 1 of 2 goroutines block for ever on s.mu.Lock\(\)`
	if s.n++; s.n > 100 {
		return
	}
	s.mu.Unlock()
}

// A Runner has one goroutine, which keeps the lock when it ends: nobody calls after
// that.
type Runner struct {
	mu   sync.Mutex
	over *link
	done bool
}

func run(r *Runner) { go r.run() }

func (r *Runner) run() {
	for {
		r.mu.Lock()
		if r.done {
			return
		}
		r.over.send("")
		r.mu.Unlock()
	}
}

// A Sorted's less is called with the lock, which it gives back and takes again.
type Sorted struct {
	mu   sync.Mutex
	over *link
	list []int
}

func (s *Sorted) Sort() {
	s.mu.Lock()
	defer s.mu.Unlock()
	sort.Slice(s.list, s.less)
}

func (s *Sorted) less(i, j int) bool {
	s.mu.Unlock()
	s.over.send("less")
	s.mu.Lock()
	return s.list[i] < s.list[j]
}

// A Gate is locked by one call and unlocked by another.
type Gate struct {
	mu   sync.Mutex
	over *link
}

func (g *Gate) Enter() { g.mu.Lock() }
func (g *Gate) Leave() { g.mu.Unlock() }

// An Open's lock is everybody's to unlock.
type Open struct {
	sync.Mutex
	over *link
	busy bool
}

func (o *Open) Begin() bool {
	o.Lock()
	if o.busy {
		return false
	}
	o.Unlock()
	return true
}

// A Waiter's Close waits with the lock for a condition, which gives that up.
type Waiter struct {
	mu   sync.Mutex
	over *link
	idle *sync.Cond
	busy int
}

func newWaiter(l *link) *Waiter {
	w := &Waiter{over: l}
	w.idle = sync.NewCond(&w.mu)
	w.prepare()
	return w
}

func (w *Waiter) prepare() {}

func (w *Waiter) Begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy++
}

func (w *Waiter) End() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy--
	w.idle.Broadcast()
}

func (w *Waiter) Close() {
	w.mu.Lock()
	for w.busy > 0 {
		w.idle.Wait()
	}
	w.mu.Unlock()
}

// A Held's take returns with the lock: who calls it gives that back.
type Held struct {
	mu   sync.Mutex
	over *link
	n    int
}

func (h *Held) take() {
	h.mu.Lock()
	for h.n > 0 {
		h.n--
	}
}

func (h *Held) Count() int {
	h.take()
	defer h.mu.Unlock()
	return h.n
}

func (h *Held) Reset() {
	h.take()
	h.n = 0
	h.mu.Unlock()
}

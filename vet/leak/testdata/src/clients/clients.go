// SPDX-License-Identifier: MIT

// Package clients has types whose goroutines and locks only their clients' calls move.
package clients

import (
	"context"
	"sync"
	"time"
)

// A Poller's Stop ends one of its two goroutines.
type Poller struct {
	quit    chan struct{}
	changes chan int
	ask     func() int
}

func NewPoller(ask func() int) *Poller {
	p := &Poller{quit: make(chan struct{}), changes: make(chan int), ask: ask}
	go p.poll()
	go p.apply()
	return p
}

func (p *Poller) poll() {
	for {
		select {
		case <-p.quit:
			return
		case <-time.After(time.Second):
		}
		select {
		case p.changes <- p.ask():
		case <-p.quit:
			return
		}
	}
}

func (p *Poller) apply() {
	for range p.changes { // want `chan-range: the goroutine blocks for ever on range p.changes`
	}
}

func (p *Poller) Stop() { close(p.quit) }

// A PollerWell closes what its second goroutine ranges over.
type PollerWell struct {
	quit    chan struct{}
	changes chan int
	ask     func() int
}

func NewPollerWell(ask func() int) *PollerWell {
	p := &PollerWell{quit: make(chan struct{}), changes: make(chan int), ask: ask}
	go p.poll()
	go p.apply()
	return p
}

func (p *PollerWell) poll() {
	defer close(p.changes)
	for {
		select {
		case <-p.quit:
			return
		case <-time.After(time.Second):
		}
		select {
		case p.changes <- p.ask():
		case <-p.quit:
			return
		}
	}
}

func (p *PollerWell) apply() {
	for range p.changes {
	}
}

func (p *PollerWell) Stop() { close(p.quit) }

// A Pool has no method that ends its worker: that it waits for work is its contract.
type Pool struct{ work chan func() }

func NewPool() *Pool {
	p := &Pool{work: make(chan func())}
	go p.run()
	return p
}

func (p *Pool) run() {
	for f := range p.work {
		f()
	}
}

func (p *Pool) Do(f func()) { p.work <- f }

// A Log's Flush comes too late when Close is called at the same time.
type Log struct {
	lines chan string
	flush chan chan bool
	quit  chan struct{}
}

func NewLog() *Log {
	l := &Log{lines: make(chan string, 8), flush: make(chan chan bool), quit: make(chan struct{})}
	go l.run()
	return l
}

func (l *Log) run() {
	for {
		select {
		case <-l.lines:
		case done := <-l.flush:
			done <- true
		case <-l.quit:
			return
		}
	}
}

// FlushLater leaves a goroutine that nobody serves after Close.
func (l *Log) FlushLater() {
	go func() {
		done := make(chan bool)
		l.flush <- done // want `chan-send`
		<-done
	}()
}

func (l *Log) Close() { close(l.quit) }

// A LogWell gives up when it is closed.
type LogWell struct {
	flush chan chan bool
	quit  chan struct{}
}

func NewLogWell() *LogWell {
	l := &LogWell{flush: make(chan chan bool), quit: make(chan struct{})}
	go l.run()
	return l
}

func (l *LogWell) run() {
	for {
		select {
		case done := <-l.flush:
			done <- true
		case <-l.quit:
			return
		}
	}
}

func (l *LogWell) FlushLater() {
	go func() {
		done := make(chan bool)
		select {
		case l.flush <- done:
			<-done
		case <-l.quit:
		}
	}()
}

func (l *LogWell) Close() { close(l.quit) }

// A Source's client receives what it sends, also after Close.
type Source struct {
	out  chan int
	quit chan struct{}
}

func NewSource() *Source {
	s := &Source{out: make(chan int), quit: make(chan struct{})}
	go s.run()
	return s
}

func (s *Source) run() {
	defer close(s.out)
	for {
		select {
		case <-s.quit:
			s.out <- -1
			return
		case s.out <- 1:
		}
	}
}

func (s *Source) Numbers() <-chan int { return s.out }

func (s *Source) Close() { close(s.quit) }

// A Queue's Next gives what its goroutine waits to give.
type Queue struct {
	mu    sync.Mutex
	ready *sync.Cond
	items []int
	done  bool
}

func NewQueue() *Queue {
	q := new(Queue)
	q.ready = sync.NewCond(&q.mu)
	return q
}

func (q *Queue) Push(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, n)
	q.ready.Signal()
}

func (q *Queue) Next() (int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.done {
		q.ready.Wait()
	}
	return 0, q.done
}

func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.done = true
	q.ready.Broadcast()
}

// A Ledger's methods take two locks in two orders.
type Ledger struct{ book, page sync.Mutex }

func (l *Ledger) Read() {
	l.book.Lock()
	defer l.book.Unlock()
	l.page.Lock() // want `lock-order`
	defer l.page.Unlock()
}

func (l *Ledger) Write() {
	l.page.Lock()
	defer l.page.Unlock()
	l.book.Lock() // want `lock-order`
	defer l.book.Unlock()
}

// A LedgerWell's methods take them in one.
type LedgerWell struct{ book, page sync.Mutex }

func (l *LedgerWell) Read() {
	l.book.Lock()
	defer l.book.Unlock()
	l.page.Lock()
	defer l.page.Unlock()
}

func (l *LedgerWell) Write() {
	l.book.Lock()
	defer l.book.Unlock()
	l.page.Lock()
	defer l.page.Unlock()
}

// A Turnstile is locked by one call and unlocked by another.
type Turnstile struct{ mu sync.Mutex }

func (t *Turnstile) Enter() { t.mu.Lock() }
func (t *Turnstile) Leave() { t.mu.Unlock() }

// A Server waits for its worker with the lock that the worker needs.
type Server struct {
	mu      sync.Mutex
	wg      sync.WaitGroup
	quit    chan struct{}
	started bool
	served  int
}

func NewServer() *Server { return &Server{quit: make(chan struct{})} }

func (s *Server) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started = true
	s.wg.Add(1)
	go s.run()
}

func (s *Server) run() {
	defer s.wg.Done()
	for {
		select {
		case <-s.quit:
			return
		default:
		}
		s.mu.Lock() // want `mutex`
		s.served++
		s.mu.Unlock()
	}
}

func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.quit)
	if s.started {
		s.wg.Wait()
	}
}

// A ServerWell waits without it.
type ServerWell struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	quit   chan struct{}
	served int
}

func NewServerWell() *ServerWell { return &ServerWell{quit: make(chan struct{})} }

func (s *ServerWell) Start() {
	s.wg.Add(1)
	go s.run()
}

func (s *ServerWell) run() {
	defer s.wg.Done()
	for {
		select {
		case <-s.quit:
			return
		default:
		}
		s.mu.Lock()
		s.served++
		s.mu.Unlock()
	}
}

func (s *ServerWell) Stop() {
	close(s.quit)
	s.wg.Wait()
}

// A Watcher keeps its context's cancel function and never calls it.
type Watcher struct {
	ctx    context.Context
	cancel context.CancelFunc
	events chan int
}

func NewWatcher() *Watcher {
	w := &Watcher{events: make(chan int)}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	go w.run()
	return w
}

func (w *Watcher) run() {
	<-w.ctx.Done() // want `context`
}

func (w *Watcher) Close() { close(w.events) }

// A WatcherWell calls it.
type WatcherWell struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func NewWatcherWell() *WatcherWell {
	w := new(WatcherWell)
	w.ctx, w.cancel = context.WithCancel(context.Background())
	go w.run()
	return w
}

func (w *WatcherWell) run() { <-w.ctx.Done() }

func (w *WatcherWell) Close() { w.cancel() }

// An Open has a channel that other packages reach.
type Open struct {
	Events chan int
	quit   chan struct{}
}

func NewOpen() *Open {
	o := &Open{Events: make(chan int), quit: make(chan struct{})}
	go func() { o.Events <- 1 }()
	return o
}

func (o *Open) Close() { close(o.quit) }

// A Known can be reached by a package variable.
type Known struct{ answers chan int }

var known []*Known

func NewKnown() *Known {
	k := &Known{answers: make(chan int)}
	known = append(known, k)
	go func() { k.answers <- 1 }()
	return k
}

func (k *Known) Name() string { return "known" }

func Answer() int { return <-known[0].answers }

// A Stock's Take keeps the lock where it finds nothing.
type Stock struct {
	mu   sync.Mutex
	left int
}

func (s *Stock) Take() bool {
	s.mu.Lock() // want `mutex`
	if s.left == 0 {
		return false
	}
	s.left--
	s.mu.Unlock()
	return true
}

// A StockWell's does not.
type StockWell struct {
	mu   sync.Mutex
	left int
}

func (s *StockWell) Take() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 {
		return false
	}
	s.left--
	return true
}

// A Mailbox's Put waits with the lock for Get, which needs no lock.
type Mailbox struct {
	mu   sync.Mutex
	mail chan string
	sent int
}

func NewMailbox() *Mailbox { return &Mailbox{mail: make(chan string)} }

func (m *Mailbox) Put(s string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mail <- s
	m.sent++
}

func (m *Mailbox) Get() string { return <-m.mail }

func (m *Mailbox) Sent() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sent
}

// A Feed's zero value is of no use: its Stop crashes, and who waits for the lock then
// is no leak.
type Feed struct {
	sync.Mutex
	from source
}

type source struct {
	reader interface{ Run(<-chan struct{}) }
	quit   chan struct{}
}

func (f *Feed) Start() {
	f.Lock()
	defer f.Unlock()
	f.from.quit = make(chan struct{})
	go f.from.reader.Run(f.from.quit)
}

func (f *Feed) Stop() {
	f.Lock()
	defer f.Unlock()
	close(f.from.quit)
}

// A Tally's zero value is of use, with what it has in a structure: two calls leave one
// of them waiting.
type Tally struct {
	mu   sync.Mutex
	sums totals
}

type totals struct{ n, least int }

func (t *Tally) Add() {
	t.mu.Lock() // want `mutex: 1 of 2 goroutines block for ever`
	t.sums.n++
	if t.sums.n > t.sums.least {
		return
	}
	t.mu.Unlock()

}

// A Book's Find keeps the read lock where it finds nothing. Nothing of the package
// makes a Book: its zero value will do, and any with pages.
type Book struct {
	mu    sync.RWMutex
	pages map[string]string
}

func (b *Book) Find(word string) string {
	b.mu.RLock()
	page, ok := b.pages[word]
	if !ok {
		return ""
	}
	b.mu.RUnlock()
	return page
}

func (b *Book) Replace(pages map[string]string) {
	go func() {
		b.mu.Lock() // want `rwmutex`
		defer b.mu.Unlock()
		b.pages = pages
	}()
}

// A BookWell's Find gives it back.
type BookWell struct {
	mu    sync.RWMutex
	pages map[string]string
}

func (b *BookWell) Find(word string) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.pages[word]
}

func (b *BookWell) Replace(pages map[string]string) {
	go func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.pages = pages
	}()
}

// A Group's calls wait for what is in its map, of which nothing is known.
type Group struct {
	mu    sync.Mutex
	calls map[string]*groupCall
}

type groupCall struct {
	wg    sync.WaitGroup
	chans []chan int
	err   error
}

type groupPanic struct{ value any }

func (*groupPanic) Error() string { return "panic" }

func (g *Group) DoChan(key string, f func() error) <-chan int {
	ch := make(chan int, 1)
	g.mu.Lock()
	if g.calls == nil {
		g.calls = make(map[string]*groupCall)
	}
	if c, ok := g.calls[key]; ok {
		c.chans = append(c.chans, ch)
		g.mu.Unlock()
		return ch
	}
	c := &groupCall{chans: []chan int{ch}}
	c.wg.Add(1)
	g.calls[key] = c
	g.mu.Unlock()
	go g.do(c, key, f)
	return ch
}

func (g *Group) do(c *groupCall, key string, f func() error) {
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		c.wg.Done()
		if g.calls[key] == c {
			delete(g.calls, key)
		}
		if e, ok := c.err.(*groupPanic); ok {
			panic(e)
		}
		for _, ch := range c.chans {
			ch <- 1
		}
	}()
	c.err = f()
}

func (g *Group) Forget(key string) {
	g.mu.Lock()
	delete(g.calls, key)
	g.mu.Unlock()
}

// A gate's clients open it themselves: they are all in the package.
type gate struct {
	open chan struct{}
}

func newGate() *gate { return &gate{open: make(chan struct{})} }

func (g *gate) Serve(work func()) {
	go func() {
		<-g.open
		work()
	}()
}

func openGate(work func()) {
	g := newGate()
	g.Serve(work)
	close(g.open)
}

// Nobody opens a wall.
type wall struct {
	open chan struct{}
}

func newWall() *wall { return &wall{open: make(chan struct{})} }

func (w *wall) Serve(work func()) {
	go func() {
		<-w.open // want `chan-receive`
		work()
	}()
}

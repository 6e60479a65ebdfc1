// SPDX-License-Identifier: MIT

// Package gone has goroutines that send to whoever gets a channel, until a context
// or a Stop ends them.
package gone

import (
	"context"
	"sync"
	"time"
)

// A Ticker's loop leaves when its context has ended, but not while it sends.
type Ticker struct {
	ctx    context.Context
	cancel context.CancelFunc
	c      chan time.Time
}

func NewTicker(ctx context.Context, every time.Duration) *Ticker {
	t := &Ticker{c: make(chan time.Time, 1)}
	t.ctx, t.cancel = context.WithCancel(ctx)
	go t.loop(every)
	return t
}

func (t *Ticker) loop(every time.Duration) {
	timer := time.NewTicker(every)
	defer timer.Stop()
	for {
		select {
		case <-t.ctx.Done():
			return
		case now := <-timer.C:
			t.c <- now // want `chan-send: the goroutine blocks for ever on t.c <- now`
		}
	}
}

func (t *Ticker) C() <-chan time.Time { return t.c }
func (t *Ticker) Stop()               { t.cancel() }

// The channel and the context may be local.
func Lines(ctx context.Context, read func() string) <-chan string {
	out := make(chan string)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			default:
			}
			out <- read() // want `chan-send`
		}
	}()
	return out
}

// A Counter's Stop closes a channel that says no more.
type Counter struct {
	C    chan int
	next func() int
	quit chan struct{}
}

func NewCounter(next func() int) *Counter {
	c := &Counter{C: make(chan int), next: next, quit: make(chan struct{})}
	go c.run()
	return c
}

func (c *Counter) run() {
	for {
		n := c.next()
		select {
		case <-c.quit:
			return
		case <-time.After(time.Second):
		}
		c.C <- n // want `chan-send`
	}
}

func (c *Counter) Stop() { close(c.quit) }

// A goroutine that selects leaves.
func LinesWell(ctx context.Context, read func() string) <-chan string {
	out := make(chan string)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case out <- read():
			}
		}
	}()
	return out
}

// Who is told of the end by a close receives until then.
func LinesClosed(ctx context.Context, read func() string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for {
			select {
			case <-ctx.Done():
				return
			default:
			}
			out <- read()
		}
	}()
	return out
}

// So does who waits for the goroutine.
type Waited struct {
	out  chan int
	quit chan struct{}
	wg   sync.WaitGroup
}

func NewWaited(next func() int) *Waited {
	w := &Waited{out: make(chan int), quit: make(chan struct{})}
	w.wg.Add(1)
	go w.run(next)
	return w
}

func (w *Waited) run(next func() int) {
	defer w.wg.Done()
	for {
		select {
		case <-w.quit:
			return
		default:
		}
		w.out <- next()
	}
}

func (w *Waited) Out() <-chan int { return w.out }

func (w *Waited) Stop() {
	close(w.quit)
	w.wg.Wait()
}

// Stop may take what is left.
type Drained struct {
	out  chan int
	quit chan struct{}
}

func NewDrained(next func() int) *Drained {
	d := &Drained{out: make(chan int), quit: make(chan struct{})}
	go d.run(next)
	return d
}

func (d *Drained) run(next func() int) {
	for {
		select {
		case <-d.quit:
			return
		case <-time.After(time.Second):
			d.out <- next()
		}
	}
}

func (d *Drained) Out() <-chan int { return d.out }

func (d *Drained) Stop() {
	close(d.quit)
	select {
	case <-d.out:
	default:
	}
}

// The context is not that of whoever has the channel: a connection ends, its server's
// listeners stay.
type Server struct {
	events chan int
}

type conn struct {
	s    *Server
	ctx  context.Context
	read func() int
}

func NewServer() *Server { return &Server{events: make(chan int)} }

func (s *Server) Events() <-chan int { return s.events }

func (s *Server) Accept(ctx context.Context, read func() int) {
	c := &conn{s: s, ctx: ctx, read: read}
	go c.serve()
}

func (c *conn) serve() {
	for {
		select {
		case <-c.ctx.Done():
			return
		default:
		}
		c.s.events <- c.read()
	}
}

// So does who has made the channel.
func Feed(ctx context.Context, out chan<- int, next func() int) {
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			default:
			}
			out <- next()
		}
	}()
}

// The package's own code takes what comes.
func lines(ctx context.Context, read func() string) <-chan string {
	out := make(chan string)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			default:
			}
			out <- read()
		}
	}()
	return out
}

func Print(ctx context.Context, read func() string, write func(string)) {
	for line := range lines(ctx, read) {
		write(line)
	}
}

// There is room for all that is sent.
func Three(ctx context.Context, next func() int) <-chan int {
	out := make(chan int, 3)
	go func() {
		for range 3 {
			select {
			case <-ctx.Done():
				return
			default:
			}
			out <- next()
		}
	}()
	return out
}

// A loop that watches nothing may be meant to stay.
func Forever(next func() int) <-chan int {
	out := make(chan int)
	go func() {
		for {
			out <- next()
		}
	}()
	return out
}

// To be told of something is no end.
type Paused struct {
	out   chan int
	pause chan struct{}
}

func NewPaused(next func() int) *Paused {
	p := &Paused{out: make(chan int), pause: make(chan struct{})}
	go p.run(next)
	return p
}

func (p *Paused) run(next func() int) {
	for {
		select {
		case <-p.pause:
			time.Sleep(time.Second)
		default:
		}
		p.out <- next()
	}
}

func (p *Paused) Out() <-chan int { return p.out }
func (p *Paused) Pause()          { p.pause <- struct{}{} }

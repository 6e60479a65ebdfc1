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

type Told struct {
	out         chan int
	quit, ended chan struct{}
}

func NewTold(next func() int) *Told {
	t := &Told{out: make(chan int), quit: make(chan struct{}), ended: make(chan struct{})}
	go t.run(next)
	return t
}

func (t *Told) run(next func() int) {
	for {
		select {
		case <-t.quit:
			close(t.ended)
			return
		default:
		}
		t.out <- next()
	}
}

func (t *Told) Out() <-chan int { return t.out }

func (t *Told) Stop() {
	close(t.quit)
	<-t.ended
}

// The goroutine goes on, if not as before.
type Slow struct {
	out  chan int
	quit chan struct{}
}

func NewSlow(next func() int) *Slow {
	s := &Slow{out: make(chan int), quit: make(chan struct{})}
	go s.run(next)
	return s
}

func (s *Slow) run(next func() int) {
	for {
		select {
		case <-s.quit:
			time.Sleep(time.Second)
		default:
		}
		s.out <- next()
	}
}

func (s *Slow) Out() <-chan int { return s.out }
func (s *Slow) Slower()         { close(s.quit) }

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

// Nor is it that of whoever else has one.
func Opened(o interface{ Context() context.Context }, next func() int) <-chan int {
	out := make(chan int)
	start := func(ctx context.Context) {
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
	start(o.Context())
	return out
}

// A goroutine may start the next one of its kind.
func (c *Counter) again(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		default:
		}
		c.C <- 1
		go c.again(ctx)
	}
}

// Who has made the channel knows who receives from it.
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
	in := lines(ctx, read)
	for {
		select {
		case line := <-in:
			write(line)
		case <-time.After(time.Minute):
		}
	}
}

// Whoever starts the goroutine for us can tell of its end.
type Group interface{ Go(func()) }

func Grouped(ctx context.Context, g Group, next func() int) <-chan int {
	out := make(chan int)
	loop := func() {
		for {
			select {
			case <-ctx.Done():
				return
			default:
			}
			out <- next()
		}
	}
	go loop()
	g.Go(loop)
	return out
}

// Only the package itself ends the goroutine, which tells nobody.
type Broken struct {
	out    chan int
	broken chan struct{}
	next   func() (int, error)
}

func NewBroken(next func() (int, error)) *Broken {
	b := &Broken{out: make(chan int), broken: make(chan struct{}), next: next}
	go b.run()
	go b.watch()
	return b
}

func (b *Broken) watch() {
	time.Sleep(time.Hour)
	close(b.broken)
}

func (b *Broken) run() {
	for {
		select {
		case <-b.broken:
			return
		default:
		}
		n, _ := b.next()
		b.out <- n
	}
}

func (b *Broken) Out() <-chan int { return b.out }

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

// SPDX-License-Identifier: MIT

package closes

// A Link hands out what comes in, and closes its channel when all is done.
type Link struct {
	in   chan int
	done chan struct{}
}

func Dial() *Link {
	l := &Link{in: make(chan int, 10), done: make(chan struct{})}
	go l.run()
	return l
}

func (l *Link) Send(n int) { l.in <- n }

func (l *Link) Close() { close(l.done) }

func (l *Link) run() {
	for {
		select {
		case n := <-l.in:
			println(n)
		case <-l.done:
			l.drain()
			return
		}
	}
}

func (l *Link) drain() {
	for n := range l.in { // want `chan-range: the loop over l\.in ends when that is closed, which only happens after the loop  \[likely\]`
		println(n)
	}
	close(l.in)
}

// In the goroutine itself.

type Queue struct{ in chan int }

func Start() *Queue {
	q := new(Queue)
	q.in = make(chan int)
	go func() {
		for range q.in { // want `chan-range: the loop over q\.in`
		}
		if q.in != nil {
			close(q.in)
		}
	}()
	return q
}

func (q *Queue) Put() { q.in <- len(q.in) }

// Closed elsewhere as well.

type Other struct{ in chan int }

func StartOther() *Other {
	o := &Other{in: make(chan int)}
	go func() {
		for range o.in {
		}
		close(o.in)
	}()
	return o
}

func (o *Other) Close() { close(o.in) }

// A way out of the loop.

type Break struct{ in chan int }

func StartBreak() *Break {
	b := &Break{in: make(chan int)}
	go func() {
		for n := range b.in {
			if n < 0 {
				break
			}
		}
		close(b.in)
	}()
	return b
}

func (b *Break) Close() { b.in <- -1 }

// Another object's channel.

type Pair struct {
	in   chan int
	next *Pair
}

func StartPair(next *Pair) *Pair {
	p := &Pair{in: make(chan int), next: next}
	go func() {
		for range p.in {
		}
		close(p.next.in)
	}()
	return p
}

func (p *Pair) Walk() {
	go func() {
		for range p.in {
		}
		p = p.next
		close(p.in)
	}()
}

// Deferred, so that another way out closes it.

type Late struct{ in chan int }

func StartLate(on bool) *Late {
	l := &Late{in: make(chan int)}
	go func() {
		defer close(l.in)
		if !on {
			return
		}
		for range l.in {
		}
	}()
	return l
}

// Closed on a way around the loop.

type Around struct{ in chan int }

func (a *Around) Run(on bool) {
	go func() {
		if on {
			for range a.in {
			}
		}
		close(a.in)
	}()
}

// Somebody else has the channel: a function that gets it, who gave it, or who can
// name it.

type Passed struct{ in chan int }

func StartPassed(end func(chan int)) {
	p := &Passed{in: make(chan int)}
	end(p.in)
	go func() {
		for range p.in {
		}
		close(p.in)
	}()
}

type Given struct{ in chan int }

func StartGiven(in chan int) {
	g := &Given{in}
	go func() {
		for range g.in {
		}
		close(g.in)
	}()
}

type Open struct{ In chan int }

func StartOpen() *Open {
	o := &Open{In: make(chan int)}
	go func() {
		for range o.In {
		}
		close(o.In)
	}()
	return o
}

// Never closed: who starts it may want it to stay.

type Stays struct{ in chan int }

func StartStays() *Stays {
	s := &Stays{in: make(chan int)}
	go func() {
		for range s.in {
		}
	}()
	return s
}

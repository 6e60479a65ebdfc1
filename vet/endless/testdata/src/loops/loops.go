// SPDX-License-Identifier: MIT

package loops

import (
	"context"
	"log"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func Range(work func()) {
	ticker := time.NewTicker(time.Second)
	go func() {
		for range ticker.C { // want `ticker: the loop over ticker\.C has no way out  \[likely\]`
			work()
		}
	}()
}

func Tick(work func()) {
	go func() {
		tick := time.Tick(time.Second)
		for {
			<-tick // want `ticker: the loop over tick has no way out`
			work()
		}
	}()
}

func After(work func()) {
	go func() {
		for {
			select { // want `ticker: the loop over time\.After\(time\.Second\) has no way out`
			case <-time.After(time.Second): // the one wait
			}
			work()
		}
	}()
}

// A Poller has a Stop that no loop listens to.
type Poller struct {
	ticker *time.Ticker
	done   bool
	n      atomic.Int64
}

func NewPoller() *Poller {
	p := &Poller{ticker: time.NewTicker(time.Second)}
	go p.outer()
	return p
}

func (p *Poller) outer() {
	log.Print("on")
	p.loop()
}

func (p *Poller) loop() {
	defer log.Print("off")
	for range p.ticker.C { // want `ticker: the loop over p\.ticker\.C has no way out`
		p.n.Add(1)
	}
}

func (p *Poller) Stop() { p.ticker.Stop() }

func Sleep(work func()) {
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			work()
			time.Sleep(time.Second) // want `sleep-loop: the loop around time\.Sleep\(time\.Second\) has no way out`
		}
	})
}

func Busy(jobs <-chan func()) {
	go func() {
		for { // want `busy-loop: the loop has no way out and can turn without a wait`
			select {
			case job := <-jobs:
				job()
			default:
			}
		}
	}()
}

func Spin(p *Poller) {
	go func() {
		for { // want `busy-loop:`
			if p.n.Load() > 0 {
				continue
			}
			runtime.Gosched()
		}
	}()
}

func Break(jobs <-chan func(), work func()) {
	go func() {
		for {
			select {
			case job, ok := <-jobs:
				if !ok {
					break // waits again, so that it is no loop over time
				}
				job()
			}
		}
	}()
}

func handle(w http.ResponseWriter, r *http.Request) {
	go func() {
		for {
			time.Sleep(time.Second) // want `sleep-loop:`
		}
	}()
}

// From here on nothing is wrong.

func Done(ctx context.Context, work func()) {
	ticker := time.NewTicker(time.Second)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				work()
			case <-ctx.Done():
				return
			}
		}
	}()
}

func Bounded(work func() bool) {
	go func() {
		for range time.Tick(time.Second) {
			if work() {
				break
			}
		}
	}()
	go func() {
		for i := 0; i < 10; i++ {
			time.Sleep(time.Second)
		}
	}()
}

func Flag(p *Poller) {
	go func() {
		for !p.done {
			time.Sleep(time.Second)
		}
	}()
}

func Accept(l net.Listener, serve func(net.Conn)) {
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				time.Sleep(time.Second)
				continue
			}
			go serve(conn)
		}
	}()
}

func Exit(work func() error) {
	go func() {
		for {
			if err := work(); err != nil {
				runtime.Goexit()
			}
			time.Sleep(time.Second)
		}
	}()
	go func() {
		for {
			if err := work(); err != nil {
				log.Panic(err)
			}
			time.Sleep(time.Second)
		}
	}()
}

var once sync.Once

func Lazy(work func()) {
	once.Do(func() {
		go func() {
			for {
				work()
				time.Sleep(time.Second)
			}
		}()
	})
}

// tick is given to a Once by its name, in two places.
func tick() {
	go func() {
		for {
			time.Sleep(time.Second)
		}
	}()
}

func LazyName()      { once.Do(tick) }
func LazyNameAgain() { (once.Do)((tick)) }

// hum is given to a Once as a method's value, sing to sync.OnceFunc.
func (p *Poller) hum() {
	go func() {
		for {
			time.Sleep(time.Second)
		}
	}()
}

func sing() {
	go func() {
		for {
			time.Sleep(time.Second)
		}
	}()
}

var (
	hummer   Poller
	singOnce = sync.OnceFunc(sing)
	number   = sync.OnceValue(func() int {
		go func() {
			for {
				time.Sleep(time.Second)
			}
		}()
		return 1
	})
)

func LazyMethod() int {
	once.Do(hummer.hum)
	singOnce()
	return number()
}

// A Player has a Once of its own: there may be any number of players.
type Player struct {
	once sync.Once
	sing func()
}

func (p *Player) Play() { p.once.Do(p.play) }

func (p *Player) play() {
	go func() {
		for {
			time.Sleep(time.Second) // want `sleep-loop:`
		}
	}()
}

func NewPlayer() *Player { return &Player{sing: sync.OnceFunc(singer)} }

func singer() {
	go func() {
		for {
			time.Sleep(time.Second) // want `sleep-loop:`
		}
	}()
}

// both is given to a Once, and called as well; other goes elsewhere as well.
func both() {
	go func() {
		for {
			time.Sleep(time.Second) // want `sleep-loop:`
		}
	}()
}

func other() {
	go func() {
		for {
			time.Sleep(time.Second) // want `sleep-loop:`
		}
	}()
}

func Both(use func(func())) {
	once.Do(both)
	both()
	once.Do(other)
	use(other)
}

var started atomic.Bool

func Guarded(work func()) {
	if !started.CompareAndSwap(false, true) {
		return
	}
	go func() {
		for {
			work()
			time.Sleep(time.Second)
		}
	}()
}

var shared = newShared()

func newShared() *Poller {
	p := new(Poller)
	go func() {
		for range time.Tick(time.Minute) {
			p.n.Add(1)
		}
	}()
	return p
}

func init() {
	go func() {
		for {
			time.Sleep(time.Hour)
		}
	}()
}

func Caller(work func()) {
	for { // not in a goroutine of its own: the caller's
		work()
		time.Sleep(time.Second)
	}
}

func Inner(xs []int, work func() bool) {
	go func() {
		n := 0
		for {
			if !work() { // may wait
				continue
			}
			for _, x := range xs {
				n += x
			}
		}
	}()
}

func Ticks(ticks <-chan time.Time, work func()) {
	go func() {
		for range ticks { // the caller may close it
			work()
		}
	}()
}

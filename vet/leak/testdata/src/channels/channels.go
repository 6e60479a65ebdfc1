// SPDX-License-Identifier: MIT

package channels

import (
	"context"
	"errors"
	"time"
)

// The receiver leaves when the time is up.

func ask(answer func() string, patience time.Duration) (string, error) {
	answers := make(chan string)
	go func() {
		answers <- answer() // want `chan-send: the goroutine blocks for ever on answers <- answer\(\)`
	}()
	select {
	case got := <-answers:
		return got, nil
	case <-time.After(patience):
		return "", errors.New("too slow")
	}
}

func askWithRoom(answer func() string, patience time.Duration) (string, error) {
	answers := make(chan string, 1)
	go func() { answers <- answer() }()
	select {
	case got := <-answers:
		return got, nil
	case <-time.After(patience):
		return "", errors.New("too slow")
	}
}

// It leaves when the caller's context ends.

func wait(ctx context.Context, work func() error) error {
	ended := make(chan error)
	go func() {
		ended <- work() // want `chan-send`
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func waitBoth(ctx context.Context, work func() error) error {
	ended := make(chan error)
	go func() {
		err := work()
		select {
		case ended <- err:
		case <-ctx.Done():
		}
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// It returns early after an error.

func early(work func(), check func() error) error {
	done := make(chan struct{})
	go func() {
		work()
		done <- struct{}{} // want `chan-send`
	}()
	if err := check(); err != nil {
		return err
	}
	<-done
	return nil
}

func notEarly(work func(), check func() error) error {
	done := make(chan struct{})
	go func() {
		work()
		done <- struct{}{}
	}()
	err := check()
	<-done
	return err
}

// The first answer wins.

func fastest(ask []func() int) int {
	answers := make(chan int)
	for _, f := range ask {
		go func() {
			answers <- f() // want `chan-send: 1 of 2 goroutines block for ever on answers <- f\(\)`
		}()
	}
	return <-answers
}

func fastestWithRoom(ask []func() int) int {
	answers := make(chan int, len(ask))
	for _, f := range ask {
		go func() { answers <- f() }()
	}
	return <-answers
}

func all(ask []func() int) (sum int) {
	answers := make(chan int)
	for _, f := range ask {
		go func() { answers <- f() }()
	}
	for range ask {
		sum += <-answers
	}
	return sum
}

// Two sends, one receive.

func double(lookup func() (int, error)) int {
	prices := make(chan int)
	go func() {
		price, err := lookup()
		if err != nil {
			prices <- 0
		}
		prices <- price // want `chan-send`
	}()
	return <-prices
}

func single(lookup func() (int, error)) int {
	prices := make(chan int)
	go func() {
		price, err := lookup()
		if err != nil {
			prices <- 0
			return
		}
		prices <- price
	}()
	return <-prices
}

// Nobody closes what is ranged over.

func unclosed(items []int, use func(int)) {
	queue := make(chan int)
	go func() {
		for item := range queue { // want `chan-range: the goroutine blocks for ever on range queue`
			use(item)
		}
	}()
	for _, item := range items {
		queue <- item
	}
}

func closed(items []int, use func(int)) {
	queue := make(chan int)
	go func() {
		for item := range queue {
			use(item)
		}
	}()
	for _, item := range items {
		queue <- item
	}
	close(queue)
}

// The sender ends without a send.

func silent(load func() (int, error), use func(int)) {
	values := make(chan int)
	go func() {
		v, err := load()
		if err != nil {
			return
		}
		values <- v
	}()
	go func() {
		use(<-values) // want `chan-receive: the goroutine blocks for ever on <-values`
	}()
}

func closing(load func() (int, error), use func(int)) {
	values := make(chan int)
	go func() {
		defer close(values)
		if v, err := load(); err == nil {
			values <- v
		}
	}()
	go func() { use(<-values) }()
}

// Channels that were never made, and selects that nothing can end.

func never(events chan int) {
	var quit chan struct{}
	go func() {
		<-quit // want `nil-channel: the goroutine blocks for ever on <-quit`
	}()
	go func() {
		var out chan int
		out <- 1 // want `nil-channel`
	}()
	go func() {
		select {} // want `empty-select: the goroutine blocks for ever on select \{\}`
	}()
	go func() {
		dead := make(chan int)
		select { // want `select: the goroutine blocks for ever on select`
		case <-dead:
		case <-quit:
		}
	}()
	go func() {
		select {
		case <-events: // somebody else may send
		case <-quit:
		}
	}()
}

// A context that can only be cancelled here, and is not.

func forgotten(use func()) {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	go func() {
		<-ctx.Done() // want `context: the goroutine blocks for ever on <-ctx.Done\(\)`
		use()
	}()
}

func remembered(use func()) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-ctx.Done()
		use()
	}()
}

// What a caller gets, it may use.

func handedOut() <-chan int {
	numbers := make(chan int)
	go func() {
		for n := 0; ; n++ {
			numbers <- n
		}
	}()
	return numbers
}

// To stay for ever may be what a function is for.

func forever(stop bool) {
	if stop {
		return
	}
	select {}
}

func crash(v any) {
	go func() {
		if v != nil {
			go panic(v)
			select {} // the process ends
		}
	}()
}

// Room for what a loop sends: both read the same length, since a loop that counts
// waits for nobody to change it.

type registry struct {
	first, second map[string]int
	workers       int
}

func (r *registry) list() int {
	first := make(chan int, len(r.first))
	second := make(chan int, len(r.second))
	for _, v := range r.first {
		first <- v
	}
	for _, v := range r.second {
		second <- v
	}
	return len(first) + len(second)
}

func (r *registry) listMore() {
	second := make(chan int, len(r.second))
	go func() {
		for range len(r.second) + 1 {
			second <- 1 // want `chan-send`
		}
	}()
}

func (r *registry) pool(configure func(*registry)) chan int {
	configure(r)
	tokens := make(chan int, r.workers)
	for i := 0; i < r.workers; i++ {
		tokens <- i
	}
	return tokens
}

// A loop that does not count may wait for somebody to change what it reads.

type flag struct{ up bool }

func (f *flag) poll(pause func()) {
	ready := make(chan int)
	go func() { <-ready }()
	for !f.up {
		pause()
	}
	close(ready)
}

func foreverToo(stop bool) {
	if !stop {
		<-make(chan struct{})
	}
	go func() {
		<-make(chan struct{}) // want `chan-receive`
	}()
}

// An error that only the package can make is none that another package returned.

type late struct{}

func (late) Error() string { return "late" }

type Late struct{}

func (Late) Error() string { return "late" }

func patient(work func() error) {
	errs := make(chan error, 2)
	go func() { errs <- work() }()
	if err := <-errs; err == (late{}) {
		<-errs
	}
}

func impatient(work func() error) {
	errs := make(chan error, 2)
	go func() { errs <- work() }()
	if err := <-errs; err == (Late{}) {
		<-errs // want `chan-receive`
	}
}

// What a loop of another goroutine reads is no reason to take all other memory for
// changed.

type pool struct {
	size   int
	urgent chan int
}

func (p *pool) start(in <-chan int) <-chan int {
	out := make(chan int, p.size)
	for range p.size {
		go func() {
			for n := range in {
				out <- n
			}
		}()
	}
	done := make(chan int, p.size)
	for i := 0; i < p.size; i++ {
		done <- i
	}
	return out
}

// A field that is made somewhere is nil before and after: when callers come is theirs.

type meter struct{ values, never chan int }

func (m *meter) reset() { m.values = nil }

func (m *meter) start() {
	m.values = make(chan int, 1)
	go func() { m.values <- 1 }()
}

func (m *meter) read() int {
	m.start()
	go m.reset()
	return <-m.values
}

func broken() {
	m := new(meter)
	go func() {
		<-m.never // want `nil-channel`
	}()
}

// A nil channel that stands for never: whether it is one is the caller's business.

type lifetime struct{ over chan struct{} }

func (l *lifetime) ended() <-chan struct{} {
	if l == nil {
		return nil
	}
	return l.over
}

func (l *lifetime) outlive() { <-l.ended() }

func nobodys() {
	go func() {
		var l *lifetime
		<-l.ended() // want `nil-channel`
	}()
}

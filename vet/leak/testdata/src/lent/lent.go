// SPDX-License-Identifier: MIT

// Package lent gives channels to functions that receive from them as long as they run.
package lent

import (
	"context"
	"os"
)

// A Runner stands for another package's code.
type Runner interface {
	Run(in <-chan int, name string) error
	Take(in chan int) error
	Serve(in <-chan int)
	Count(in <-chan int) (int, error)
	Try(in <-chan int) bool
}

func produce(next func() (int, bool), out chan<- int) {
	defer close(out)
	for {
		n, ok := next()
		if !ok {
			return
		}
		out <- n // want `chan-send: the goroutine blocks for ever on out <- n`
	}
}

// A Runner that cannot begin receives nothing.
func start(r Runner, next func() (int, bool)) error {
	ch := make(chan int)
	go produce(next, ch)
	return r.Run(ch, "ints")
}

// The error may be looked at, and be one result of several.
func count(r Runner, next func() int) int {
	ch := make(chan int)
	go func() {
		ch <- next() // want `chan-send`
	}()
	n, err := r.Count(ch)
	if err != nil {
		return -1
	}
	return n
}

// Who sends can be the one who has lent it.
func after(r Runner) error {
	ch := make(chan int)
	if err := r.Run(ch, ""); err != nil {
		ch <- 1 // want `chan-send`
		return err
	}
	ch <- 2
	return nil
}

// A function of another package is no different.
func file(f *os.File, next func() int) {
	ch := make(chan int)
	go func() { ch <- next() }() // Of this one nothing is told: the parameter is no channel.
	use(f, ch)
}

var use func(any, any)

// The sender leaves with the context, or has room.
func watched(ctx context.Context, r Runner, next func() int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ch := make(chan int)
	go func() {
		for {
			select {
			case ch <- next():
			case <-ctx.Done():
				return
			}
		}
	}()
	return r.Run(ch, "")
}

func roomy(r Runner, next func() int) error {
	ch := make(chan int, 1)
	go func() { ch <- next() }()
	return r.Run(ch, "")
}

// Who takes what is left after an error keeps nobody waiting.
func drained(r Runner, next func() int) error {
	ch := make(chan int)
	go func() {
		defer close(ch)
		for range 3 {
			ch <- next()
		}
	}()
	err := r.Run(ch, "")
	if err != nil {
		for range ch {
		}
	}
	return err
}

// Without an error, the receiver may have gone on by itself.
func onlyWithout(r Runner, next func() int) error {
	ch := make(chan int)
	if err := r.Run(ch, ""); err != nil {
		return err
	}
	go func() { ch <- next() }()
	return nil
}

// Nothing tells of a failure that is no error.
func never(r Runner, next func() int) {
	ch := make(chan int)
	go func() { ch <- next() }()
	r.Serve(ch)
}

func truth(r Runner, next func() int) bool {
	ch := make(chan int)
	go func() { ch <- next() }()
	return r.Try(ch)
}

// Who gets both ends may keep one, as may he who has got it before.
func both(r Runner, next func() int) error {
	ch := make(chan int)
	go func() { ch <- next() }()
	return r.Take(ch)
}

func twice(r Runner, next func() int) error {
	ch := make(chan int)
	go func() { ch <- next() }()
	r.Serve(ch)
	return r.Run(ch, "")
}

// What the package's own code does is known.
type eater interface{ eat(in <-chan int) error }

type all struct{}

func (all) eat(in <-chan int) error {
	for range in {
	}
	return context.Canceled
}

func own(e eater, next func() int) error {
	if e == nil {
		e = all{}
	}
	ch := make(chan int)
	go func() {
		defer close(ch)
		ch <- next()
	}()
	return e.eat(ch)
}

// SPDX-License-Identifier: MIT

package facts

import (
	"context"
	"sync"
)

type Quit struct{ quit, work, ended chan int }

func NewQuit() *Quit { // want NewQuit:"starts, until Close or Stop"
	q := &Quit{quit: make(chan int), work: make(chan int)}
	go q.run()
	return q
}

func (q *Quit) run() {
	defer close(q.ended)
	for {
		select {
		case <-q.work:
		case <-q.quit:
			return
		}
	}
}

func (q *Quit) Work()  { q.work <- 1 }
func (q *Quit) Close() { q.Stop() }
func (q *Quit) Stop()  { close(q.quit) }

func Make() *Quit { return NewQuit() } // want Make:"starts, until Close or Stop"

type Queue struct {
	once  sync.Once
	items chan int
}

func (q *Queue) Start() { // want Start:"starts, until Stop"
	go func() {
		for range q.items {
		}
	}()
}

func (q *Queue) Stop() { q.once.Do(func() { close(q.items) }) }

type Service struct{ cancel context.CancelFunc }

func NewService() (*Service, error) { // want NewService:"starts, until Stop"
	ctx, cancel := context.WithCancel(context.Background())
	s := &Service{cancel: cancel}
	go s.run(ctx)
	return s, nil
}

func (s *Service) run(ctx context.Context) { <-ctx.Done() }
func (s *Service) Stop()                   { s.cancel() }

// From here on there are no contracts.

// The caller's context ends it too.
func NewChild(ctx context.Context) *Service {
	ctx, cancel := context.WithCancel(ctx)
	s := &Service{cancel: cancel}
	go func() { <-ctx.Done() }()
	return s
}

// Not on each call.
func NewMaybe(on bool) *Quit {
	q := &Quit{quit: make(chan int), work: make(chan int)}
	if on {
		go q.run()
	}
	return q
}

// It may end by itself.
func NewSelf(work func() error) *Quit {
	q := &Quit{quit: make(chan int)}
	go func() {
		for {
			if work() != nil {
				return
			}
			select {
			case <-q.quit:
				return
			default:
			}
		}
	}()
	return q
}

type Forever struct{ work chan int }

// Nothing ends it.
func NewForever() *Forever {
	f := &Forever{work: make(chan int)}
	go func() {
		for range f.work {
		}
	}()
	return f
}

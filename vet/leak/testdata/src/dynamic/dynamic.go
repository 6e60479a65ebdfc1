// SPDX-License-Identifier: MIT

package dynamic

import "sync"

// Calls through interfaces that hold other values than pointers.

type sink interface{ put(int) }

type toChannel chan<- int

func (c toChannel) put(n int) { c <- n } // want `chan-send`

func forward() {
	numbers := make(chan int)
	var s sink = toChannel(numbers)
	go func() {
		s.put(1)
		s.put(2)
	}()
	go func() { <-numbers }()
}

type toChannelWell chan<- int

func (c toChannelWell) put(n int) { c <- n }

func forwardWell() {
	numbers := make(chan int)
	var s sink = toChannelWell(numbers)
	go func() {
		s.put(1)
		s.put(2)
	}()
	go func() {
		<-numbers
		<-numbers
	}()
}

type handler interface{ handle() }

type hooks struct{ before func() }

func (h hooks) handle() {
	if h.before != nil {
		h.before()
	}
}

type server struct{ mu sync.Mutex }

func (s *server) count() {
	s.mu.Lock() // want `mutex`
	defer s.mu.Unlock()
}

func (s *server) countWell() {
	s.mu.Lock()
	defer s.mu.Unlock()
}

func serve(s *server, h handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.handle()
}

func serveWell(s *server, h handler) {
	s.mu.Lock()
	s.mu.Unlock()
	h.handle()
}

func hooked() {
	s := new(server)
	go serve(s, hooks{before: func() { s.count() }})
}

func hookedWell() {
	s := new(server)
	go serveWell(s, hooks{before: s.countWell})
	go serve(s, hooks{})
}

// Back to what the interface holds.

func unwrap() {
	var s sink = toChannelWell(make(chan int))
	go func() {
		if c, ok := s.(toChannelWell); ok {
			c <- 1 // want `chan-send`
		}
	}()
}

func unwrapWell() {
	numbers := make(chan int)
	var s sink = toChannelWell(numbers)
	go func() {
		c := s.(toChannelWell)
		c <- 1
	}()
	go func() { <-numbers }()
}

// A type switch on a value of a known type takes one way.

type left struct{ done chan struct{} }

func (l *left) put(int) {}

type right struct{ done chan struct{} }

func (r *right) put(int) {}

func choose() {
	done := make(chan struct{})
	var s sink = &left{done}
	go func() { <-done }()
	switch s := s.(type) {
	case *left:
		close(s.done)
	case *right:
	}
}

func chooseOther() {
	done := make(chan struct{})
	var s sink = &right{done}
	go func() {
		<-done // want `chan-receive`
	}()
	switch s := s.(type) {
	case *left:
		close(s.done)
	case *right:
	}
}

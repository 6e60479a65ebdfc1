// SPDX-License-Identifier: MIT

package library

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// Readers and writers of one's own, called by the standard library.

type pipe struct{ data chan []byte }

func (p *pipe) Read(b []byte) (int, error) {
	return copy(b, <-p.data), nil // want `chan-receive`
}

func (p *pipe) Write(b []byte) (int, error) {
	p.data <- b // want `chan-send`
	return len(b), nil
}

func readNothing() {
	p := &pipe{data: make(chan []byte)}
	go func() {
		io.ReadFull(p, make([]byte, 4))
	}()
}

func writeToNobody() {
	p := &pipe{data: make(chan []byte)}
	go func() {
		fmt.Fprintln(p, "hello")
	}()
}

type pipeWell struct{ data chan []byte }

func (p *pipeWell) Read(b []byte) (int, error) { return copy(b, <-p.data), nil }

func (p *pipeWell) Write(b []byte) (int, error) {
	p.data <- b
	return len(b), nil
}

func both() {
	p := &pipeWell{data: make(chan []byte)}
	go func() { io.ReadFull(p, make([]byte, 4)) }()
	go func() { fmt.Fprintln(p, "hello") }()
}

func closedPipe() {
	p := &pipeWell{data: make(chan []byte)}
	go func() { io.ReadFull(p, make([]byte, 4)) }()
	close(p.data)
}

// Functions that a timer calls.

func late(work func()) {
	done := make(chan struct{})
	expired := make(chan struct{})
	time.AfterFunc(time.Second, func() {
		expired <- struct{}{} // want `chan-send`
	})
	go func() {
		work()
		close(done)
	}()
	select {
	case <-done:
	case <-expired:
	}
}

func lateWell(work func()) {
	done := make(chan struct{})
	expired := make(chan struct{})
	time.AfterFunc(time.Second, func() { close(expired) })
	go func() {
		work()
		close(done)
	}()
	select {
	case <-done:
	case <-expired:
	}
}

func stopped(work func()) {
	expired := make(chan struct{})
	t := time.AfterFunc(time.Second, func() { expired <- struct{}{} })
	work()
	if !t.Stop() {
		<-expired
	}
}

func always() {
	fired := make(chan struct{})
	go func() { <-fired }()
	time.AfterFunc(time.Second, func() { close(fired) })
}

// The reading half of an RWMutex, as a Locker.

type config struct {
	mu    sync.RWMutex
	fresh *sync.Cond
}

func (c *config) get() {
	c.mu.RLock() // want `rwmutex`
	defer c.mu.RUnlock()
}

func (c *config) set() {
	c.mu.Lock() // want `rwmutex`
	defer c.mu.Unlock()
}

func readInRead() {
	c := new(config)
	c.fresh = sync.NewCond(c.mu.RLocker())
	go c.set()
	go func() {
		c.fresh.L.Lock()
		defer c.fresh.L.Unlock()
		c.get()
	}()
}

func (c *config) getWell() {
	c.mu.RLock()
	defer c.mu.RUnlock()
}

func (c *config) setWell() {
	c.mu.Lock()
	defer c.mu.Unlock()
}

func readers() {
	c := new(config)
	l := c.mu.RLocker()
	go c.setWell()
	go func() {
		l.Lock()
		l.Unlock()
		c.getWell()
	}()
	go func() {
		l.Lock()
		defer l.Unlock()
	}()
}

// Who encodes a value does not change it.

type request struct{ Batch int }

func fetch(batch int, in <-chan int, send func([]byte) error) (<-chan int, error) {
	req := &request{Batch: batch}
	out := make(chan int, batch)
	text, err := json.Marshal(req)
	if err != nil {
		return nil, err
	}
	if err := send(text); err != nil {
		return nil, err
	}
	go func() {
		defer close(out)
		received := 0
		for n := range in {
			out <- n
			received++
			if received == req.Batch {
				return
			}
		}
	}()
	return out, nil
}

func decode(text []byte) {
	req := &request{}
	done := make(chan int)
	if err := json.Unmarshal(text, req); err != nil {
		return
	}
	if req.Batch > 0 {
		<-done // want `chan-receive`
	}
}

// A watchdog's timer runs out once or so: each time that it is put off, it had not.

func watched(beats chan int) error {
	late := make(chan error, 2)
	timer := time.AfterFunc(time.Second, func() { late <- io.EOF })
	for {
		select {
		case _, ok := <-beats:
			if !ok {
				return nil
			}
			timer.Reset(time.Second)
		case err := <-late:
			return err
		}
	}
}

func watchedWithoutRoom(beats chan int) error {
	late := make(chan error)
	timer := time.AfterFunc(time.Second, func() { late <- io.EOF }) // want `chan-send`
	for {
		select {
		case _, ok := <-beats:
			if !ok {
				return nil
			}
			timer.Reset(time.Second)
		case err := <-late:
			return err
		}
	}
}

// Package crypto/rand never fails to read; a reader may.

func token(out chan []byte) {
	key := make([]byte, 16)
	ready := make(chan int)
	go func() { ready <- 1 }()
	if _, err := rand.Read(key); err != nil {
		return
	}
	<-ready
}

func tokenFrom(r io.Reader) {
	key := make([]byte, 16)
	ready := make(chan int)
	go func() { ready <- 1 }() // want `chan-send`
	if _, err := r.Read(key); err != nil {
		return
	}
	<-ready
}

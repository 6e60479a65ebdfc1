// SPDX-License-Identifier: MIT

package queue

import "sync"

func Inside(jobs <-chan func()) {
	slots := make(chan struct{}, 2)
	for job := range jobs {
		go func() {
			slots <- struct{}{} // want `unbounded-spawn: the goroutine takes its slot in slots after it was started, so that nothing limits how many there are  \[suspect\]`
			defer func() { <-slots }()
			job()
		}()
	}
}

type server struct {
	slots chan struct{}
	next  func() string
}

func newServer(next func() string) *server {
	return &server{slots: make(chan struct{}, 8), next: next}
}

func (s *server) run() {
	var wg sync.WaitGroup
	for {
		name := s.next()
		if name == "" {
			break
		}
		wg.Add(1)
		go s.handle(name)
	}
	wg.Wait()
}

func (s *server) handle(name string) {
	s.slots <- struct{}{} // want `unbounded-spawn:`
	println(name)
	<-s.slots
}

// From here on nothing is wrong.

func Before(jobs <-chan func()) {
	slots := make(chan struct{}, 2)
	for job := range jobs {
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			job()
		}()
	}
}

func Bounded(jobs []func()) {
	slots := make(chan struct{}, 2)
	for _, job := range jobs {
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			job()
		}()
	}
}

func Answers(questions <-chan string) {
	answers := make(chan string, 10)
	for q := range questions {
		go func() { answers <- q + "!" }() // an answer, not a slot
	}
}

func Own(jobs <-chan func()) {
	for job := range jobs {
		done := make(chan struct{}, 1)
		go func() {
			job()
			done <- struct{}{}
			<-done
		}()
	}
}

func Workers(jobs <-chan func()) {
	for range 4 {
		go func() {
			for job := range jobs {
				job()
			}
		}()
	}
}

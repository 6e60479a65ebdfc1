// SPDX-License-Identifier: MIT

package waits

import (
	"errors"
	"sync"
)

// A way out without Done.

func sizes(pages []string, size func(string) (int, error)) <-chan int {
	found := make(chan int, len(pages))
	var wg sync.WaitGroup
	wg.Add(len(pages))
	for _, page := range pages {
		go func() {
			n, err := size(page)
			if err != nil {
				return
			}
			found <- n
			wg.Done()
		}()
	}
	go func() {
		wg.Wait() // want `waitgroup: the goroutine blocks for ever on wg.Wait\(\)`
		close(found)
	}()
	return found
}

func sizesWell(pages []string, size func(string) (int, error)) <-chan int {
	found := make(chan int, len(pages))
	var wg sync.WaitGroup
	wg.Add(len(pages))
	for _, page := range pages {
		go func() {
			defer wg.Done()
			if n, err := size(page); err == nil {
				found <- n
			}
		}()
	}
	go func() {
		wg.Wait()
		close(found)
	}()
	return found
}

// Workers that send to a channel that is read after Wait.

func gather(n int) (sum int) {
	values := make(chan int)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			values <- 1 // want `chan-send`
		})
	}
	wg.Wait() // want `waitgroup`
	close(values)
	for v := range values {
		sum += v
	}
	return sum
}

func gatherWell(n int) (sum int) {
	values := make(chan int)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { values <- 1 })
	}
	go func() {
		wg.Wait()
		close(values)
	}()
	for v := range values {
		sum += v
	}
	return sum
}

// A Signal that comes before the Wait.

func lost() {
	var mu sync.Mutex
	ready := sync.NewCond(&mu)
	go func() {
		mu.Lock()
		ready.Wait() // want `cond: the goroutine blocks for ever on ready.Wait\(\)`
		mu.Unlock()
	}()
	go func() {
		mu.Lock()
		ready.Signal()
		mu.Unlock()
	}()
}

func kept() {
	var mu sync.Mutex
	ready, is := sync.NewCond(&mu), false
	go func() {
		mu.Lock()
		for !is {
			ready.Wait()
		}
		mu.Unlock()
	}()
	go func() {
		mu.Lock()
		is = true
		ready.Signal()
		mu.Unlock()
	}()
}

// A start is over when it has failed or has a result.
type start struct {
	over   *sync.Cond
	err    error
	result *int
}

func (s *start) wait() {
	s.over.L.Lock()
	for s.result == nil && s.err == nil {
		s.over.Wait() // want `cond: the goroutine blocks for ever`
	}
	s.over.L.Unlock()
}

func failed() {
	s := &start{over: sync.NewCond(&sync.Mutex{})}
	s.err = errors.New("no room")
	go func() {
		s.over.L.Lock()
		for s.err == nil {
			s.over.Wait()
		}
		s.over.L.Unlock()
	}()
}

func neverOver() {
	s := &start{over: sync.NewCond(&sync.Mutex{})}
	go s.wait()
}

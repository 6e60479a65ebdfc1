// SPDX-License-Identifier: MIT

package counts

import "sync"

// Slices that are made with a length, or with room.

func gather() {
	done := make(chan int)
	waiting := make([]chan int, 0)
	waiting = append(waiting, done)
	go func() {
		for _, w := range waiting {
			w <- 1 // want `chan-send`
		}
	}()
}

func gatherWithRoom() {
	first, second := make(chan int), make(chan int)
	waiting := make([]chan int, 0, 20)
	waiting = append(waiting, first, second)
	go func() {
		for _, w := range waiting {
			w <- 1
		}
	}()
	<-first
	<-second
}

func made() {
	all := make([]chan int, 2)
	for i := range all {
		all[i] = make(chan int)
	}
	go func() { <-all[0] }()
	all[0] <- 1
	go func() {
		<-all[1] // want `chan-receive`
	}()
}

// Loops that count far: what matters is that all count as far.

func many(work func() int) {
	results := make(chan int)
	for i := 0; i < 100; i++ {
		go func() {
			results <- work() // want `chan-send: 1 of \d goroutines block`
		}()
	}
	for i := 0; i < 99; i++ {
		<-results
	}
}

func manyWell(work func() int) {
	results := make(chan int)
	for i := 0; i < 100; i++ {
		go func() { results <- work() }()
	}
	for i := 0; i < 100; i++ {
		<-results
	}
}

const workers = 1000

func full(work func() int) {
	results := make(chan int, workers)
	for range workers {
		results <- work()
	}
	results <- 0 // want `chan-send`
}

func fullWell(work func() int) {
	results := make(chan int, workers+1)
	for range workers {
		results <- work()
	}
	results <- 0
}

func waited(work func()) {
	var wg sync.WaitGroup
	wg.Add(50)
	for i := 1; i < 50; i++ {
		go func() {
			defer wg.Done()
			work()
		}()
	}
	wg.Wait() // want `waitgroup`
}

func waitedWell(work func()) {
	var wg sync.WaitGroup
	wg.Add(50)
	for i := 1; i <= 50; i++ {
		go func() {
			defer wg.Done()
			work()
		}()
	}
	wg.Wait()
}

// Counts that others are made of say something together.

func halves(work func() int) {
	results := make(chan int)
	for range 40 {
		go func() { results <- work() }()
	}
	for range 60 {
		go func() { results <- work() }()
	}
	for range 100 {
		<-results
	}
}

func inParts(work func()) {
	var wg sync.WaitGroup
	wg.Add(10)
	for range 6 {
		go func() {
			defer wg.Done()
			work()
		}()
	}
	for range 4 {
		go func() {
			defer wg.Done()
			work()
		}()
	}
	wg.Wait()
}

func nested(work func() int) {
	results := make(chan int)
	for range 10 {
		for range 20 {
			go func() { results <- work() }()
		}
	}
	for range 200 {
		<-results
	}
}

func batches(work func(int) int) {
	results := make(chan int)
	go func() {
		for i := range 100 {
			if i%10 == 9 {
				results <- work(i)
			}
		}
		close(results)
	}()
	for range 10 {
		<-results
	}
}

func room(work func() int) {
	results := make(chan int, 10)
	for i := 0; i < 100; i++ {
		work()
	}
	results <- work()
	results <- work()
	results <- work()
}

func overfull(work func() int) {
	results := make(chan int, 40)
	go func() {
		for range 50 {
			results <- work()
		}
	}()
}

func twice(work func() int) {
	results := make(chan int)
	for range 50 {
		go func() { results <- work() }()
	}
	for range 50 {
		go func() { results <- work() }()
	}
	for range 100 {
		<-results
	}
}

func unrelated(work func() int) {
	results := make(chan int)
	for range 50 {
		go func() {
			results <- work() // want `chan-send`
		}()
	}
	for range 130 {
		work()
	}
}

func pairs(work func() int) {
	results := make(chan int)
	for range 50 {
		for range 2 {
			go func() { results <- work() }()
		}
	}
	for range 100 {
		<-results
	}
}

func some(work func() int) {
	results := make(chan int, 100)
	for range 100 {
		work()
	}
	results <- work()
	results <- work()
	results <- work()
	results <- work()
}

// Numbers that are reckoned from unknown ones, which the loops choose one by one.

func grid(n, m int, work func()) {
	var wg sync.WaitGroup
	wg.Add(n * m)
	for range n {
		for range m {
			go func() {
				defer wg.Done()
				work()
			}()
		}
	}
	wg.Wait()
}

func twoKinds(readers, writers int, work func()) {
	var wg sync.WaitGroup
	wg.Add(readers + writers)
	for range readers {
		go func() {
			work()
			wg.Done()
		}()
	}
	for range writers {
		go func() {
			work()
			wg.Done()
		}()
	}
	wg.Wait()
}

func forgets(n int, work func() error) {
	var wg sync.WaitGroup
	wg.Add(n)
	for range n {
		go func() {
			if work() != nil {
				return
			}
			wg.Done()
		}()
	}
	wg.Wait() // want `waitgroup`
}

// A slice's length stays, whoever has the slice; a list that others fill is as long
// as they like, and stays so while it is gone through.

func listed(fill func(*[]string), serve func(string)) {
	var names []string
	fill(&names)
	if len(names) == 0 {
		names = []string{"localhost"}
	}
	var wg sync.WaitGroup
	wg.Add(len(names))
	for _, name := range names {
		go func() {
			serve(name)
			wg.Done()
		}()
	}
	wg.Wait()
}

func listedTwice(show func([]string), serve func(string)) {
	names := []string{"localhost", "example.org"}
	show(names)
	var wg sync.WaitGroup
	wg.Add(len(names))
	for range names[0] {
		go func() {
			serve(names[0])
			wg.Done()
		}()
		break
	}
	wg.Wait() // want `waitgroup`
}

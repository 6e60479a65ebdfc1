// Package numbers has goroutines whose way depends on numbers and strings.
package numbers

import "errors"

const (
	smallest = 5 << 20
	largest  = 5 << 40
)

// upload gives up where the size is wrong, before it starts anything.
func upload(size int64, quit chan bool) error {
	if size == -1 {
		size = largest
	}
	if size > largest || size < smallest {
		return errors.New("wrong size")
	}
	parts := size / 10000 * 3
	if parts*smallest > size {
		return errors.New("too many parts")
	}
	results := make(chan int64)
	go func() { results <- parts }() // want `chan-send: the goroutine blocks for ever on results <- parts`
	select {
	case <-results:
	case <-quit:
	}
	return nil
}

func uploadRoom(size int64, quit chan bool) error {
	if size == -1 {
		size = largest
	}
	parts := size / 10000 * 3
	if parts*smallest > size {
		return errors.New("too many parts")
	}
	results := make(chan int64, 1)
	go func() { results <- parts }()
	select {
	case <-results:
	case <-quit:
	}
	return nil
}

// thousands is right for both sizes: 2000 and 5000 are no multiples of 3000.
func thousands(more bool) {
	n := 2000
	if more {
		n = 5000
	}
	results := make(chan int)
	go func() { results <- n }()
	if n%3000 == 0 || n/1000 == 3 || n < 1000 {
		return
	}
	<-results
}

func thousandsLeft(more bool) {
	n := 2000
	if more {
		n = 6000
	}
	results := make(chan int)
	go func() { results <- n }() // want `chan-send: the goroutine blocks for ever on results <- n`
	if n%3000 == 0 {
		return
	}
	<-results
}

// name is not the one that ends it early, whichever suffix it has.
func name(long bool) {
	s := "a"
	if long {
		s = "b"
	}
	results := make(chan string)
	go func() { results <- s }()
	if s == "c" {
		return
	}
	<-results
}

// suffix may be the one that ends it early.
func suffix(s string) {
	s += ".txt"
	results := make(chan string)
	go func() { results <- s }() // want `chan-send: the goroutine blocks for ever on results <- s`
	if s == "a.txt" {
		return
	}
	<-results
}

// unset leaves early where nobody has set the limit.
func unset(limit int, quit chan bool) {
	if limit > 0 {
		return
	}
	results := make(chan int)
	go func() { results <- limit }() // want `chan-send: the goroutine blocks for ever on results <- limit`
	select {
	case <-results:
	case <-quit:
	}
}

// set waits in both cases.
func set(limit int) {
	results := make(chan int)
	go func() { results <- limit }()
	if limit > 0 {
		<-results
		return
	}
	<-results
}

// each receives as many as there are, be it none.
func each(jobs []func() int) {
	results := make(chan int)
	left := len(jobs)
	for _, job := range jobs {
		go func() { results <- job() }()
	}
	for left > 0 {
		<-results
		left--
	}
}

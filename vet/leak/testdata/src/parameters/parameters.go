// Package parameters has functions of which all callers are known.
package parameters

// checked would leave early with no limit, but the package calls it with 100.
func checked(limit int) {
	results := make(chan int)
	go func() { results <- limit }()
	if limit <= 0 {
		return
	}
	<-results
}

func Checked() { checked(100) }

func init() { checked(100) }

// unchecked has a caller who gives no limit.
func unchecked(limit int) {
	results := make(chan int)
	go func() { results <- limit }() // want `chan-send`
	if limit <= 0 {
		return
	}
	<-results
}

func Unchecked() {
	unchecked(100)
	unchecked(0)
}

// first takes one answer of as many as there are: one, from all who call it.
func first(n int) int {
	answers := make(chan int)
	for i := 0; i < n; i++ {
		go func() { answers <- i }()
	}
	return <-answers
}

func First() int  { return first(1) }
func Second() int { return passed(1) }

// passed gives on what it gets.
func passed(n int) int {
	if n > 5 {
		return passed(n)
	}
	return first(n)
}

// firstOf is called with two as well.
func firstOf(n int) int {
	answers := make(chan int)
	for i := 0; i < n; i++ {
		go func() { answers <- i }() // want `chan-send`
	}
	return <-answers
}

func FirstOf() int { return firstOf(1) + firstOf(2) }

// named is called for one name, which is not the one that nobody receives for.
func named(name string) {
	answers := make(chan int)
	go func() { answers <- 1 }()
	if name == "none" {
		return
	}
	<-answers
}

func Named() {
	for range 2 {
		named("one")
	}
}

// unnamed is called for one name, and it is.
func unnamed(name string) {
	answers := make(chan int)
	go func() { answers <- 1 }() // want `chan-send`
	if name == "none" {
		return
	}
	<-answers
}

func Unnamed() { unnamed("none") }

// value goes somewhere, where others may call it.
func value(n int) int {
	answers := make(chan int)
	for i := 0; i < n; i++ {
		go func() { answers <- i }() // want `chan-send`
	}
	return <-answers
}

func Value(use func(func(int) int)) {
	value(1)
	use(value)
}

// stored is a variable's value.
func stored(n int) int {
	answers := make(chan int)
	for i := 0; i < n; i++ {
		go func() { answers <- i }() // want `chan-send`
	}
	return <-answers
}

var Stored = stored

func init() { stored(1) }

// Exported has callers in other packages.
func Exported(n int) int {
	answers := make(chan int)
	for i := 0; i < n; i++ {
		go func() { answers <- i }() // want `chan-send`
	}
	return <-answers
}

func Exports() int { return Exported(1) }

// A worker's methods: one is called as it is, one as a value, one by an interface.
type worker struct{}

func (worker) direct(n int) int {
	answers := make(chan int)
	for i := 0; i < n; i++ {
		go func() { answers <- i }()
	}
	return <-answers
}

func (worker) bound(n int) int {
	answers := make(chan int)
	for i := 0; i < n; i++ {
		go func() { answers <- i }() // want `chan-send`
	}
	return <-answers
}

func (worker) through(n int) int {
	answers := make(chan int)
	for i := 0; i < n; i++ {
		go func() { answers <- i }() // want `chan-send`
	}
	return <-answers
}

type througher interface{ through(int) int }

func Work(w worker, other througher, n int, use func(func(int) int)) {
	w.direct(1)
	w.bound(1)
	use(w.bound)
	w.through(1)
	other.through(n)
}

// SPDX-License-Identifier: MIT

package leaktest_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/unleak/unleak/leaktest"
)

// background starts goroutines that stay until the benchmark ends.
func background(b *testing.B, n int) {
	before := runtime.NumGoroutine()
	c := make(chan int)
	for range n {
		go receive(c)
	}
	b.Cleanup(func() {
		close(c)
		for runtime.NumGoroutine() > before {
			time.Sleep(time.Millisecond)
		}
	})
}

var sizes = []int{0, 1_000, 10_000, 100_000}

// checked runs f as a test with a check, and returns whether that failed.
func checked(b *testing.B, o leaktest.Options, f func()) bool {
	s := &subject{TB: b}
	done := make(chan bool)
	go func() {
		defer close(done)
		leaktest.Check(s, o)
		f()
		for i := len(s.cleanups) - 1; i >= 0; i-- {
			s.cleanups[i]()
		}
	}()
	<-done
	return len(s.errors) > 0
}

// BenchmarkPass is a check of a test that starts nothing, or a few goroutines that
// end, beside others that stay.
func BenchmarkPass(b *testing.B) {
	for name, f := range map[string]func(){
		"none": func() {},
		"some": func() {
			done := make(chan int)
			for range 10 {
				go func() { done <- 1 }()
			}
			for range 10 {
				<-done
			}
		},
	} {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				background(b, n)
				b.ReportAllocs()
				for b.Loop() {
					if checked(b, leaktest.Options{}, f) {
						b.Fatal("a clean test failed")
					}
				}
			})
		}
	}
}

// BenchmarkFail is a check of a test that leaves goroutines, with the default grace.
func BenchmarkFail(b *testing.B) {
	for _, n := range sizes[1:] {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				before := runtime.NumGoroutine()
				c := make(chan int)
				b.StartTimer()
				if !checked(b, leaktest.Options{}, func() {
					for range n {
						go receive(c)
					}
				}) {
					b.Fatal("the leak was not found")
				}
				b.StopTimer()
				close(c)
				for runtime.NumGoroutine() > before {
					time.Sleep(time.Millisecond)
				}
				b.StartTimer()
			}
		})
	}
}

// SPDX-License-Identifier: MIT

package twofeeds

import (
	"sync/atomic"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

// TestLeakyMerge leaves the one goroutine that merges.
func TestLeakyMerge(t *testing.T) {
	a, b := make(chan int), make(chan int)
	var sum atomic.Int64
	Merge(a, b, func(n int) { sum.Add(int64(n)) })
	a <- 1
	b <- 2
	a <- 3
	settle.Wait(t)
	if got := sum.Load(); got != 6 {
		t.Errorf("sum = %d, want 6", got)
	}
}

func TestFixedMerge(t *testing.T) {
	a, b := make(chan int), make(chan int)
	var sum atomic.Int64
	MergeFixed(a, b, func(n int) { sum.Add(int64(n)) })
	a <- 1
	b <- 2
	close(b)
	a <- 3
	close(a)
	settle.Wait(t)
	if got := sum.Load(); got != 6 {
		t.Errorf("sum = %d, want 6", got)
	}
}

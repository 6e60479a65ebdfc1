// SPDX-License-Identifier: MIT

package unboundedspawn

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/unleak/unleak/examples/internal/settle"
)

// pictures returns n pictures that come all at once.
func pictures(n int) <-chan string {
	c := make(chan string, n)
	for range n {
		c <- "cat.png"
	}
	close(c)
	return c
}

// TestLeakyServe leaves 20 goroutines: two resize, 18 queue.
func TestLeakyServe(t *testing.T) {
	Serve(pictures(20), func(string) { time.Sleep(10 * time.Minute) })
	settle.Wait(t)
}

func TestFixedServe(t *testing.T) {
	var now, done atomic.Int32
	ServeFixed(pictures(20), func(string) {
		if n := now.Add(1); n > Slots {
			t.Errorf("%d at the same time, want at most %d", n, Slots)
		}
		done.Add(1)
		now.Add(-1)
	})
	settle.Wait(t)
	if got := done.Load(); got != 20 {
		t.Errorf("%d pictures done, want 20", got)
	}
}

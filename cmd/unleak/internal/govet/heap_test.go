// SPDX-License-Identifier: MIT

package govet

import (
	"runtime"
	"testing"
)

func TestPercentOf(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 400}, {4 << 20, 400}, {64 << 20, 400}, {80 << 20, 300}, {160 << 20, 100}, {200 << 20, 100}, {400 << 20, 100}, {2 << 30, 75},
	} {
		if got := percentOf(c.live); got != c.want {
			t.Errorf("with %d MB in use: %d, want %d", c.live>>20, got, c.want)
		}
	}
}

// TestRelaxCollector lets a heap grow until the collector comes often.
func TestRelaxCollector(t *testing.T) {
	percents := make(chan int, 1)
	relaxCollector(func(percent int) int {
		percents <- percent
		return 0
	})
	if got := <-percents; got != roomy {
		t.Errorf("at first: %d, want %d", got, roomy)
	}
	large := make([]byte, much)
	for got := roomy; got != tight; { // a cleanup runs some time after a collection
		runtime.GC()
		select {
		case got = <-percents:
		default:
			runtime.Gosched()
		}
	}
	runtime.KeepAlive(large)
}

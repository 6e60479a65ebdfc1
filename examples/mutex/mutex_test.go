// SPDX-License-Identifier: MIT

package mutex

import (
	"sync/atomic"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

// TestLeakyServe sends ten buyers for an item that is sold out: one is told
// so, nine wait for the mutex.
func TestLeakyServe(t *testing.T) {
	var told atomic.Int32
	var stock Stock
	stock.Serve(10, "book", func(error) { told.Add(1) })
	settle.Wait(t)
	if got := told.Load(); got != 1 {
		t.Errorf("%d buyers were told, want 1", got)
	}
}

func TestFixedServe(t *testing.T) {
	var soldOut atomic.Int32
	stock := Stock{left: map[string]int{"book": 4}}
	stock.ServeFixed(10, "book", func(err error) {
		if err == ErrSoldOut {
			soldOut.Add(1)
		}
	})
	settle.Wait(t)
	if got := soldOut.Load(); got != 6 {
		t.Errorf("%d buyers got nothing, want 6", got)
	}
}

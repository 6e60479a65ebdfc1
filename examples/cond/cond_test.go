// SPDX-License-Identifier: MIT

package cond

import (
	"sync/atomic"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

// TestLeakyPut leaves two consumers, though there is an item for each.
func TestLeakyPut(t *testing.T) {
	q := NewQueue()
	q.Consume(2, func(item string) { t.Errorf("used %q", item) })
	settle.Wait(t) // the consumers wait
	q.Put("tea")
	q.Put("milk")
	settle.Wait(t)
}

func TestFixedPut(t *testing.T) {
	q := NewQueue()
	var used atomic.Int32
	q.Consume(2, func(string) { used.Add(1) })
	settle.Wait(t)
	q.PutFixed("tea")
	q.PutFixed("milk")
	settle.Wait(t)
	if got := used.Load(); got != 2 {
		t.Errorf("%d items used, want 2", got)
	}
}

// SPDX-License-Identifier: MIT

package chanrange

import (
	"sync/atomic"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

var orders = []string{"tea", "milk", "sugar", "lemon", "honey"}

// TestLeakyProcess leaves its three workers.
func TestLeakyProcess(t *testing.T) {
	var done atomic.Int32
	Process(orders, 3, func(string) { done.Add(1) })
	if got := int(done.Load()); got != len(orders) {
		t.Errorf("%d orders done, want %d", got, len(orders))
	}
	settle.Wait(t)
}

func TestFixedProcess(t *testing.T) {
	var done atomic.Int32
	ProcessFixed(orders, 3, func(string) { done.Add(1) })
	if got := int(done.Load()); got != len(orders) {
		t.Errorf("%d orders done, want %d", got, len(orders))
	}
	settle.Wait(t)
}

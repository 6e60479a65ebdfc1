// SPDX-License-Identifier: MIT

package emptyselect

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

// TestLeakyRun leaves one goroutine for each of two tenants.
func TestLeakyRun(t *testing.T) {
	var services atomic.Int32
	for range 2 {
		Run(func() { services.Add(1) })
	}
	settle.Wait(t)
	if got := services.Load(); got != 2 {
		t.Errorf("%d services, want 2", got)
	}
}

func TestFixedRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var services atomic.Int32
	for range 2 {
		RunFixed(ctx, func() { services.Add(1) }, func() { services.Add(-1) })
	}
	cancel()
	settle.Wait(t)
	if got := services.Load(); got != 0 {
		t.Errorf("%d services left, want 0", got)
	}
}

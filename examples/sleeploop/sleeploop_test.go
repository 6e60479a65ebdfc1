// SPDX-License-Identifier: MIT

package sleeploop

import (
	"context"
	"testing"
	"time"

	"github.com/unleak/unleak/examples/internal/settle"
)

func weather() string { return "fair" }

// TestLeakyNewCache leaves the loops of two caches.
func TestLeakyNewCache(t *testing.T) {
	for range 2 {
		if got := NewCache(weather, time.Hour).Get(); got != "fair" {
			t.Errorf("Get = %q, want fair", got)
		}
	}
	settle.Wait(t)
}

func TestFixedNewCache(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	for range 2 {
		if got := NewCacheFixed(ctx, weather, time.Hour).Get(); got != "fair" {
			t.Errorf("Get = %q, want fair", got)
		}
	}
	cancel()
	settle.Wait(t)
}

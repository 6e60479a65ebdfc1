// SPDX-License-Identifier: MIT

package chansend

import (
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

func echo(query string) string { return query }

// TestLeakyFastest calls Fastest four times: 4 × 2 goroutines stay.
func TestLeakyFastest(t *testing.T) {
	for range 4 {
		if got := Fastest("ping", echo, echo, echo); got != "ping" {
			t.Errorf("Fastest = %q, want ping", got)
		}
	}
	settle.Wait(t)
}

func TestFixedFastest(t *testing.T) {
	for range 4 {
		if got := FastestFixed("ping", echo, echo, echo); got != "ping" {
			t.Errorf("FastestFixed = %q, want ping", got)
		}
	}
	settle.Wait(t)
}

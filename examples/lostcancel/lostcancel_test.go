// SPDX-License-Identifier: MIT

package lostcancel

import (
	"context"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

func temperatures(degrees ...int) <-chan int {
	c := make(chan int, len(degrees))
	for _, d := range degrees {
		c <- d
	}
	return c
}

// TestLeakyHighest leaves two subscriptions.
func TestLeakyHighest(t *testing.T) {
	for range 2 {
		if got := Highest(context.Background(), temperatures(17, 21, 19), 3); got != 21 {
			t.Errorf("Highest = %d, want 21", got)
		}
	}
	settle.Wait(t)
}

func TestFixedHighest(t *testing.T) {
	for range 2 {
		if got, err := HighestFixed(t.Context(), temperatures(17, 21, 19), 3); got != 21 || err != nil {
			t.Errorf("HighestFixed = %d, %v, want 21", got, err)
		}
	}
	settle.Wait(t)
}

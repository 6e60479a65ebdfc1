// SPDX-License-Identifier: MIT

package iterpull

import (
	"slices"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

var want = []int{1, 4, 9}

// TestLeakyFirst leaves the coroutines of two sequences.
func TestLeakyFirst(t *testing.T) {
	for range 2 {
		if got := First(Squares, 3); !slices.Equal(got, want) {
			t.Errorf("First = %v, want %v", got, want)
		}
	}
	settle.Wait(t)
}

func TestFixedFirst(t *testing.T) {
	for range 2 {
		if got := FirstFixed(Squares, 3); !slices.Equal(got, want) {
			t.Errorf("FirstFixed = %v, want %v", got, want)
		}
	}
	settle.Wait(t)
}

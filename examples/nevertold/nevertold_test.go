// SPDX-License-Identifier: MIT

package nevertold

import (
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

func one() int { return 1 }

// TestLeakyStart takes a few readings and leaves all four sensors running.
func TestLeakyStart(t *testing.T) {
	readings := Start(one, one, one, one)
	if sum := <-readings + <-readings + <-readings; sum != 3 {
		t.Errorf("sum = %d, want 3", sum)
	}
	settle.Wait(t)
}

func TestFixedStart(t *testing.T) {
	readings, stop := StartFixed(one, one, one, one)
	if sum := <-readings + <-readings + <-readings; sum != 3 {
		t.Errorf("sum = %d, want 3", sum)
	}
	stop()
	settle.Wait(t)
}

// SPDX-License-Identifier: MIT

package receiverleft

import (
	"testing"
	"time"

	"github.com/unleak/unleak/examples/internal/settle"
)

// TestLeakyAsk asks three times in vain. All answers come once Ask has given
// up: three goroutines stay.
func TestLeakyAsk(t *testing.T) {
	late := make(chan string)
	for range 3 {
		if _, err := Ask(func() string { return <-late }, time.Millisecond); err != ErrTooSlow {
			t.Errorf("Ask: %v, want %v", err, ErrTooSlow)
		}
	}
	close(late)
	settle.Wait(t)
}

func TestFixedAsk(t *testing.T) {
	late := make(chan string)
	for range 3 {
		if _, err := AskFixed(func() string { return <-late }, time.Millisecond); err != ErrTooSlow {
			t.Errorf("AskFixed: %v, want %v", err, ErrTooSlow)
		}
	}
	close(late)
	settle.Wait(t)
}

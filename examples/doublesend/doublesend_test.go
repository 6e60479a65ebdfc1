// SPDX-License-Identifier: MIT

package doublesend

import (
	"errors"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

var errUnknown = errors.New("unknown item")

func unknown(string) (int, error) { return 0, errUnknown }

// TestLeakyPrice leaves one goroutine at its second send.
func TestLeakyPrice(t *testing.T) {
	if got := Price("unicorn", unknown); got.Err != errUnknown {
		t.Errorf("Price: %v, want %v", got.Err, errUnknown)
	}
	settle.Wait(t)
}

func TestFixedPrice(t *testing.T) {
	if got := PriceFixed("unicorn", unknown); got.Err != errUnknown {
		t.Errorf("PriceFixed: %v, want %v", got.Err, errUnknown)
	}
	settle.Wait(t)
}

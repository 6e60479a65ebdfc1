// SPDX-License-Identifier: MIT

package waitgroup

import (
	"errors"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

// Two of these five pages have no name and cannot be loaded.
var pages = []string{"home", "", "news", "", "about"}

func size(page string) (int, error) {
	if page == "" {
		return 0, errors.New("no such page")
	}
	return len(page), nil
}

// TestLeakySizes takes the three sizes that come: Add(5) and three Done, so
// the one goroutine in Wait stays.
func TestLeakySizes(t *testing.T) {
	sizes := Sizes(pages, size)
	if sum := <-sizes + <-sizes + <-sizes; sum != len("home"+"news"+"about") {
		t.Errorf("sum = %d", sum)
	}
	settle.Wait(t)
}

func TestFixedSizes(t *testing.T) {
	sum := 0
	for n := range SizesFixed(pages, size) {
		sum += n
	}
	if sum != len("home"+"news"+"about") {
		t.Errorf("sum = %d", sum)
	}
	settle.Wait(t)
}

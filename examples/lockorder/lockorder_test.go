// SPDX-License-Identifier: MIT

package lockorder

import (
	"runtime"
	"sync"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

// TestLeakyRush lets the two meet: the audit lets neither go on before both
// hold their first lock. Both stay.
func TestLeakyRush(t *testing.T) {
	var meet sync.WaitGroup
	meet.Add(2)
	shop := &Shop{Audit: func(string) {
		meet.Done()
		meet.Wait()
	}}
	shop.Rush()
	settle.Wait(t)
}

func TestFixedRush(t *testing.T) {
	shop := &Shop{Audit: func(string) { runtime.Gosched() }}
	for range 100 {
		shop.RushFixed()
	}
	settle.Wait(t)
	shop.stock.Lock()
	defer shop.stock.Unlock()
	if shop.goods != 0 {
		t.Errorf("%d goods after as many purchases as returns, want 0", shop.goods)
	}
}

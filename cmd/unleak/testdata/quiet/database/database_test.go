// SPDX-License-Identifier: MIT

package database

import (
	"sync"
	"testing"
)

// Two tests that both make the pool of connections grow.
func TestPing(t *testing.T)  { t.Parallel(); pingAtOnce(t) }
func TestPing2(t *testing.T) { t.Parallel(); pingAtOnce(t) }

func pingAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			c, err := DB().Conn(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			if err := c.PingContext(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

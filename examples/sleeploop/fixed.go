// SPDX-License-Identifier: MIT

package sleeploop

import (
	"context"
	"time"
)

// NewCacheFixed is NewCache, mended: the loop ends when ctx is done, also in
// the middle of an interval.
func NewCacheFixed(ctx context.Context, load func() string, interval time.Duration) *Cache {
	c := new(Cache)
	c.value.Store(load())
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(interval):
				c.value.Store(load())
			}
		}
	}()
	return c
}

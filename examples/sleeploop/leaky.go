// SPDX-License-Identifier: MIT

// Package sleeploop keeps a cache fresh.
//
// The loop loads, sleeps and loads again. Nothing ends it, so each cache that
// is ever made is loaded until the process ends, long after its last user.
package sleeploop

import (
	"sync/atomic"
	"time"
)

// A Cache holds the value that was loaded last.
type Cache struct {
	value atomic.Value
}

// NewCache returns a cache that loads its value now and at every interval.
func NewCache(load func() string, interval time.Duration) *Cache {
	c := new(Cache)
	c.value.Store(load())
	go func() {
		for { // no way out of this loop
			time.Sleep(interval)
			c.value.Store(load())
		}
	}()
	return c
}

// Get returns the value.
func (c *Cache) Get() string { return c.value.Load().(string) }

// SPDX-License-Identifier: MIT

// Package janitor has one cache for the process, with a goroutine that evicts.
package janitor

import (
	"sync"
	"time"
)

// A Cache forgets what is old.
type Cache struct {
	mu sync.Mutex
	m  map[string]time.Time
}

var (
	mu     sync.Mutex
	shared *Cache
)

// Shared returns the process's cache.
func Shared() *Cache {
	mu.Lock()
	defer mu.Unlock()
	if shared == nil {
		shared = &Cache{m: make(map[string]time.Time)}
		go shared.evict()
	}
	return shared
}

// Put remembers a key.
func (c *Cache) Put(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[key] = time.Now()
}

func (c *Cache) evict() {
	for now := range time.Tick(time.Minute) {
		c.mu.Lock()
		for k, t := range c.m {
			if now.Sub(t) > time.Hour {
				delete(c.m, k)
			}
		}
		c.mu.Unlock()
	}
}

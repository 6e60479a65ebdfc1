// SPDX-License-Identifier: MIT

// Package rwmutex keeps settings that many read and few change.
//
// Get returns early when a name is unknown, and on that way out it forgets to
// give the read lock back. Nobody notices while there are only readers. The
// next writer waits for that reader for ever, and every later reader queues
// behind the writer.
package rwmutex

import "sync"

// Settings holds values by name.
type Settings struct {
	mu     sync.RWMutex
	values map[string]string
}

// Get returns a value, or "" where the name is unknown.
func (s *Settings) Get(name string) string {
	s.mu.RLock() // behind a writer that waits: for ever
	value, ok := s.values[name]
	if !ok {
		return "" // without RUnlock
	}
	s.mu.RUnlock()
	return value
}

// Set replaces all values in the background.
func (s *Settings) Set(values map[string]string) {
	go func() {
		s.mu.Lock() // after an early return of Get, waits here for ever
		defer s.mu.Unlock()
		s.values = values
	}()
}

// Show hands the value of each name to show, in the background.
func (s *Settings) Show(names []string, show func(value string)) {
	for _, name := range names {
		go func() {
			show(s.Get(name))
		}()
	}
}

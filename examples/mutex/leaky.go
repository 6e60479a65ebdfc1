// SPDX-License-Identifier: MIT

// Package mutex sells a shop's stock to many buyers at once.
//
// Take returns early when an item is sold out, and on that way out it forgets
// to unlock. The buyer who meets it goes on; everyone after waits for ever.
package mutex

import (
	"errors"
	"sync"
)

// ErrSoldOut says that there is nothing left of an item.
var ErrSoldOut = errors.New("sold out")

// A Stock counts the items that are left.
type Stock struct {
	mu   sync.Mutex
	left map[string]int
}

// Take removes one item from the stock.
func (s *Stock) Take(item string) error {
	s.mu.Lock() // from the second buyer on, waits here for ever
	if s.left[item] == 0 {
		return ErrSoldOut // without Unlock
	}
	s.left[item]--
	s.mu.Unlock()
	return nil
}

// Serve lets buyers take an item each and tells what came of it.
func (s *Stock) Serve(buyers int, item string, tell func(error)) {
	for range buyers {
		go func() {
			tell(s.Take(item))
		}()
	}
}

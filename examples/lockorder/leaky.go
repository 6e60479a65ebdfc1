// SPDX-License-Identifier: MIT

// Package lockorder sells and takes back a shop's goods.
//
// A purchase locks the stock and then the orders; a return locks the orders
// and then the stock. If one of each comes at the same time, either holds what
// the other wants.
package lockorder

import "sync"

// A Shop has goods in stock and orders to send.
type Shop struct {
	// Audit is told of every step while it is under way.
	Audit func(step string)

	stock  sync.Mutex
	goods  int
	orders sync.Mutex
	open   int
}

// Buy moves one piece from the stock to the orders.
func (s *Shop) Buy() {
	s.stock.Lock()
	defer s.stock.Unlock()
	s.Audit("buy")
	s.orders.Lock() // waits for Return, which waits for this one
	defer s.orders.Unlock()
	s.goods--
	s.open++
}

// Return moves one piece from the orders back to the stock.
func (s *Shop) Return() {
	s.orders.Lock()
	defer s.orders.Unlock()
	s.Audit("return")
	s.stock.Lock() // waits for Buy, which waits for this one
	defer s.stock.Unlock()
	s.open--
	s.goods++
}

// Rush sees to a purchase and a return at the same time.
func (s *Shop) Rush() {
	go s.Buy()
	go s.Return()
}

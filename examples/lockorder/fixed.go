// SPDX-License-Identifier: MIT

package lockorder

// ReturnFixed is Return, mended: everyone locks the stock before the orders.
func (s *Shop) ReturnFixed() {
	s.stock.Lock()
	defer s.stock.Unlock()
	s.Audit("return")
	s.orders.Lock()
	defer s.orders.Unlock()
	s.open--
	s.goods++
}

// RushFixed is Rush with ReturnFixed.
func (s *Shop) RushFixed() {
	go s.Buy()
	go s.ReturnFixed()
}

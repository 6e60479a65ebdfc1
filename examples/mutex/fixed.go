// SPDX-License-Identifier: MIT

package mutex

// TakeFixed is Take, mended: a deferred Unlock runs on every way out.
func (s *Stock) TakeFixed(item string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left[item] == 0 {
		return ErrSoldOut
	}
	s.left[item]--
	return nil
}

// ServeFixed is Serve over TakeFixed.
func (s *Stock) ServeFixed(buyers int, item string, tell func(error)) {
	for range buyers {
		go func() {
			tell(s.TakeFixed(item))
		}()
	}
}

// SPDX-License-Identifier: MIT

package rwmutex

// GetFixed is Get, mended: a deferred RUnlock runs on every way out.
func (s *Settings) GetFixed(name string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.values[name]
}

// ShowFixed is Show over GetFixed.
func (s *Settings) ShowFixed(names []string, show func(value string)) {
	for _, name := range names {
		go func() {
			show(s.GetFixed(name))
		}()
	}
}

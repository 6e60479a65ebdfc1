// SPDX-License-Identifier: MIT

package twofeeds

// MergeFixed is Merge, mended: a feed says by closing its channel that it has
// ended. A closed feed is set to nil, which takes its case out of the select.
func MergeFixed(a, b <-chan int, emit func(int)) {
	go func() {
		for a != nil || b != nil {
			select {
			case n, ok := <-a:
				if !ok {
					a = nil
					continue
				}
				emit(n)
			case n, ok := <-b:
				if !ok {
					b = nil
					continue
				}
				emit(n)
			}
		}
	}()
}

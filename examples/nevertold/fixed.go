// SPDX-License-Identifier: MIT

package nevertold

// StartFixed is Start, mended: it also returns a function that ends all that it
// started. Call stop once.
func StartFixed(sensors ...func() int) (readings <-chan int, stop func()) {
	out := make(chan int)
	quit := make(chan struct{})
	for _, read := range sensors {
		go func() {
			for {
				select {
				case out <- read():
				case <-quit:
					return
				}
			}
		}()
	}
	return out, func() { close(quit) }
}

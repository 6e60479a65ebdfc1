// SPDX-License-Identifier: MIT

package unboundedspawn

// ServeFixed is Serve, mended: it takes the slot before it starts the
// goroutine. There are never more than Slots of them, and who sends pictures
// too fast is the one who waits.
func ServeFixed(pictures <-chan string, resize func(picture string)) {
	slots := make(chan struct{}, Slots)
	for picture := range pictures {
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			resize(picture)
		}()
	}
}

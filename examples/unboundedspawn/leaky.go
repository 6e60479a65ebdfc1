// SPDX-License-Identifier: MIT

// Package unboundedspawn resizes pictures, two at a time.
//
// Only two are at work, but every picture gets its goroutine at once, and the
// others queue for a slot inside theirs. When pictures come faster than they
// are done, the queue grows until the memory is gone.
package unboundedspawn

// Slots is how many pictures are resized at the same time.
const Slots = 2

// Serve resizes each picture that comes.
func Serve(pictures <-chan string, resize func(picture string)) {
	slots := make(chan struct{}, Slots)
	for picture := range pictures {
		go func() {
			slots <- struct{}{} // the queue: as long as the flood of pictures
			defer func() { <-slots }()
			resize(picture)
		}()
	}
}

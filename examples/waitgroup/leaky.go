// SPDX-License-Identifier: MIT

// Package waitgroup measures a handful of pages side by side.
//
// Sizes adds one for each page to the WaitGroup, but a page that fails returns
// before Done. The counter never gets back to zero, so the goroutine that would
// close the channel waits for ever.
package waitgroup

import "sync"

// Sizes sends the size of each page that could be loaded.
func Sizes(pages []string, size func(page string) (int, error)) <-chan int {
	sizes := make(chan int, len(pages))
	var wg sync.WaitGroup
	wg.Add(len(pages))
	for _, page := range pages {
		go func() {
			n, err := size(page)
			if err != nil {
				return // without Done
			}
			sizes <- n
			wg.Done()
		}()
	}
	go func() {
		wg.Wait() // waits here for ever after an error
		close(sizes)
	}()
	return sizes
}

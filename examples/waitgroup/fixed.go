// SPDX-License-Identifier: MIT

package waitgroup

import "sync"

// SizesFixed is Sizes, mended: WaitGroup.Go counts the goroutine and calls Done
// on every way out of it.
func SizesFixed(pages []string, size func(page string) (int, error)) <-chan int {
	sizes := make(chan int, len(pages))
	var wg sync.WaitGroup
	for _, page := range pages {
		wg.Go(func() {
			n, err := size(page)
			if err != nil {
				return
			}
			sizes <- n
		})
	}
	go func() {
		wg.Wait()
		close(sizes)
	}()
	return sizes
}

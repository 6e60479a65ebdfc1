// SPDX-License-Identifier: MIT

package chanrange

import "sync"

// ProcessFixed is Process, mended: who sends closes the channel.
func ProcessFixed(orders []string, workers int, handle func(order string)) {
	queue := make(chan string)
	var open sync.WaitGroup
	for range workers {
		open.Go(func() {
			for order := range queue {
				handle(order)
			}
		})
	}
	for _, order := range orders {
		queue <- order
	}
	close(queue)
	open.Wait()
}

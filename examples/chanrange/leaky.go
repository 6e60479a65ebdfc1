// SPDX-License-Identifier: MIT

// Package chanrange hands a list of orders to a few workers.
//
// All orders get done, and Process returns. But a range over a channel ends
// only when the channel is closed, and nobody closes the queue: every worker
// waits for one more order.
package chanrange

import "sync"

// Process calls handle for each order, from several workers.
func Process(orders []string, workers int, handle func(order string)) {
	queue := make(chan string)
	var open sync.WaitGroup
	open.Add(len(orders))
	for range workers {
		go func() {
			for order := range queue { // when the orders are done, waits here for ever
				handle(order)
				open.Done()
			}
		}()
	}
	for _, order := range orders {
		queue <- order
	}
	open.Wait()
}

// SPDX-License-Identifier: MIT

// Package lostcancel finds the highest of the next few temperatures.
//
// Subscribe gives its caller a cancel function, as it should. Highest throws
// it away. The subscription waits for a temperature or for the end of a context
// that nobody can cancel.
package lostcancel

import "context"

// Subscribe sends on what comes from temperatures, until it is cancelled.
func Subscribe(ctx context.Context, temperatures <-chan int) (<-chan int, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	subscription := make(chan int)
	go func() {
		for {
			select { // without a cancel, waits here for ever
			case <-ctx.Done():
				return
			case degrees := <-temperatures:
				select {
				case <-ctx.Done():
					return
				case subscription <- degrees:
				}
			}
		}
	}()
	return subscription, cancel
}

// Highest returns the highest of the next n temperatures.
func Highest(ctx context.Context, temperatures <-chan int, n int) int {
	subscription, _ := Subscribe(ctx, temperatures) // the cancel function is lost
	highest := <-subscription
	for range n - 1 {
		highest = max(highest, <-subscription)
	}
	return highest
}

// SPDX-License-Identifier: MIT

package lostcancel

import "context"

// HighestFixed is Highest, mended: it cancels what it subscribed to.
func HighestFixed(ctx context.Context, temperatures <-chan int, n int) int {
	subscription, cancel := Subscribe(ctx, temperatures)
	defer cancel()
	highest := <-subscription
	for range n - 1 {
		highest = max(highest, <-subscription)
	}
	return highest
}

// SPDX-License-Identifier: MIT

package lostcancel

import "context"

// HighestFixed is Highest, mended: it cancels what it subscribed to, and does not
// wait for a subscription that ctx has ended.
func HighestFixed(ctx context.Context, temperatures <-chan int, n int) (int, error) {
	subscription, cancel := Subscribe(ctx, temperatures)
	defer cancel()
	var highest int
	for i := range n {
		select {
		case degrees := <-subscription:
			if i == 0 || degrees > highest {
				highest = degrees
			}
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return highest, nil
}

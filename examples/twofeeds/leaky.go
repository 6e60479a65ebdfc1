// SPDX-License-Identifier: MIT

// Package twofeeds merges two feeds of numbers.
//
// The loop expects more from both feeds for ever. When both have sent their
// last number, no case of the select can happen any more.
package twofeeds

// Merge calls emit for each number of either feed.
func Merge(a, b <-chan int, emit func(int)) {
	go func() {
		for {
			select { // when both feeds have ended, waits here for ever
			case n := <-a:
				emit(n)
			case n := <-b:
				emit(n)
			}
		}
	}()
}

// SPDX-License-Identifier: MIT

// Package ticker reports a number at regular intervals.
//
// Nothing ends the loop: a ticker's channel is never closed, not even by Stop,
// and there is no other way out. Each call of Report costs a goroutine and a
// timer for as long as the process lives.
package ticker

import "time"

// Report calls report at once and then at every interval.
func Report(interval time.Duration, report func()) {
	report()
	ticker := time.NewTicker(interval)
	go func() {
		for range ticker.C { // no way out of this loop
			report()
		}
	}()
}

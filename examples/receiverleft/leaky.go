// SPDX-License-Identifier: MIT

// Package receiverleft gives a slow question a limited time.
//
// When the time is up, Ask returns. The answer still comes, but the only
// receiver has left, and a channel without room cannot take it.
package receiverleft

import (
	"errors"
	"time"
)

// ErrTooSlow says that the answer did not come in time.
var ErrTooSlow = errors.New("too slow")

// Ask returns the answer if it comes within patience.
func Ask(answer func() string, patience time.Duration) (string, error) {
	answers := make(chan string)
	go func() {
		answers <- answer() // after the time-out, waits here for ever
	}()
	select {
	case got := <-answers:
		return got, nil
	case <-time.After(patience):
		return "", ErrTooSlow
	}
}

// SPDX-License-Identifier: MIT

// Package networkio asks a server for its state at every tick.
//
// http.Get has no time-out. When the server accepts the connection and never
// answers, the call never returns, and the next tick starts another one.
package networkio

import (
	"net/http"
	"time"
)

// Poll asks the server at every tick and tells the status of each answer. It
// returns when ticks is closed.
func Poll(ticks <-chan time.Time, url string, tell func(status int)) {
	for range ticks {
		go func() {
			resp, err := http.Get(url) // a server that never answers: waits here for ever
			if err != nil {
				return
			}
			defer resp.Body.Close()
			tell(resp.StatusCode)
		}()
	}
}

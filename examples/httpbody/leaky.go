// SPDX-License-Identifier: MIT

// Package httpbody asks a server whether it is well.
//
// Status needs nothing of the response but its number, and so it forgets the
// body. Until the body is read to its end or closed, the connection belongs to
// it: each call costs a connection and the two goroutines that serve it.
package httpbody

import "net/http"

// Status returns the status code with which the server answers.
func Status(client *http.Client, url string) (int, error) {
	resp, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil // resp.Body is never closed
}

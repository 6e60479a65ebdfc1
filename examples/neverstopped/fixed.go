// SPDX-License-Identifier: MIT

package neverstopped

import "io"

// ServeFixed is Serve, mended: who makes a Logger stops it.
func ServeFixed(w io.Writer, request string) {
	log := NewLogger(w)
	defer log.Stop()
	log.Print("got " + request)
	log.Print("answered " + request)
}

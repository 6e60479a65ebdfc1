// SPDX-License-Identifier: MIT

package neverstopped

import (
	"io"
	"strings"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

// TestLeakyServe leaves the loggers of three requests.
func TestLeakyServe(t *testing.T) {
	for range 3 {
		Serve(io.Discard, "GET /")
	}
	settle.Wait(t)
}

func TestFixedServe(t *testing.T) {
	var log strings.Builder
	for range 3 {
		ServeFixed(&log, "GET /")
	}
	if got := strings.Count(log.String(), "\n"); got != 6 {
		t.Errorf("%d lines, want 6", got)
	}
	settle.Wait(t)
}

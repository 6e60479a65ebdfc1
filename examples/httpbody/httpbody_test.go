// SPDX-License-Identifier: MIT

package httpbody

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

func newServer(t *testing.T) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "I am well.")
	}))
	t.Cleanup(server.Close)
	return server
}

// TestLeakyStatus leaves two connections. The server's end is closed with the
// server; the client's goroutines wait for somebody to close the body.
func TestLeakyStatus(t *testing.T) {
	server := newServer(t)
	for range 2 {
		if got, err := Status(server.Client(), server.URL); got != http.StatusOK {
			t.Errorf("Status = %d, %v, want %d", got, err, http.StatusOK)
		}
	}
	settle.Wait(t)
}

func TestFixedStatus(t *testing.T) {
	server := newServer(t)
	for range 2 {
		if got, err := StatusFixed(server.Client(), server.URL); got != http.StatusOK {
			t.Errorf("StatusFixed = %d, %v, want %d", got, err, http.StatusOK)
		}
	}
	server.Close()
	settle.Wait(t)
}

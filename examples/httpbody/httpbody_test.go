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
// server; the client's goroutines wait for somebody to close the body. They
// cannot be proven to wait in vain while something that lives on, such as
// http.DefaultTransport or a timer of the server's, leads to their client: so
// the client is the test's own.
func TestLeakyStatus(t *testing.T) {
	server := newServer(t)
	client := &http.Client{Transport: new(http.Transport)}
	for range 2 {
		if got, err := Status(client, server.URL); got != http.StatusOK {
			t.Errorf("Status = %d, %v, want %d", got, err, http.StatusOK)
		}
	}
	settle.Wait(t)
}

func TestFixedStatus(t *testing.T) {
	server := newServer(t)
	client := &http.Client{Transport: new(http.Transport)}
	for range 2 {
		if got, err := StatusFixed(client, server.URL); got != http.StatusOK {
			t.Errorf("StatusFixed = %d, %v, want %d", got, err, http.StatusOK)
		}
	}
	server.Close()
	settle.Wait(t)
}

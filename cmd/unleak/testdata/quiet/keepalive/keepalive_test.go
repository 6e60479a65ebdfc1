// SPDX-License-Identifier: MIT

// Package keepalive leaves idle connections in http.DefaultTransport, to a server
// that outlives the tests.
package keepalive

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

var server = sync.OnceValue(func() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello")
	}))
})

func TestGet(t *testing.T)  { t.Parallel(); get(t) }
func TestGet2(t *testing.T) { t.Parallel(); get(t) }
func TestGet3(t *testing.T) {
	for range 3 {
		t.Run("sub", func(t *testing.T) { t.Parallel(); get(t) })
	}
}

func get(t *testing.T) {
	resp, err := http.Get(server().URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
}

// SPDX-License-Identifier: MIT

// Package mainserver shares a server that TestMain starts and closes.
package mainserver

import (
	"net"
	"net/http"
	"os"
	"testing"
)

var addr string

func TestMain(m *testing.M) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	addr = l.Addr().String()
	stop := make(chan struct{})
	server := &http.Server{Handler: http.NotFoundHandler()}
	go server.Serve(l)
	go func() { <-stop }()
	code := m.Run()
	server.Close()
	close(stop)
	os.Exit(code)
}

func TestGet(t *testing.T) {
	resp, err := http.Get("http://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

func TestGetAgain(t *testing.T) { TestGet(t) }

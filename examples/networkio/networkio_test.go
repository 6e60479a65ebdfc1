// SPDX-License-Identifier: MIT

package networkio

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/unleak/unleak/examples/internal/settle"
)

// A silentServer accepts connections and never answers.
type silentServer struct {
	net.Listener
	conns []net.Conn
}

// silent lives as long as the process: the garbage collector closes a
// connection that nobody holds, and that would wake the client.
var silent silentServer

func (s *silentServer) url(t *testing.T) string {
	if s.Listener == nil {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s.Listener = l
	}
	return "http://" + s.Addr().String()
}

// take returns when n requests have come in.
func (s *silentServer) take(t *testing.T, n int) {
	for range n {
		conn, err := s.Accept()
		if err != nil {
			t.Fatal(err)
		}
		s.conns = append(s.conns, conn)
		if _, err := conn.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
}

func ticks(n int) <-chan time.Time {
	c := make(chan time.Time, n)
	for range n {
		c <- time.Time{}
	}
	close(c)
	return c
}

// TestLeakyPoll leaves a request for each of three ticks.
func TestLeakyPoll(t *testing.T) {
	Poll(ticks(3), silent.url(t), func(status int) {
		t.Errorf("told %d by a silent server", status)
	})
	silent.take(t, 3)
	settle.Wait(t)
}

func TestFixedPoll(t *testing.T) {
	server := new(silentServer)
	url := server.url(t)
	requests := make(chan int)
	go func() {
		n := 0
		for {
			conn, err := server.Accept()
			if err != nil {
				break // the listener is closed
			}
			defer conn.Close()
			n++
		}
		requests <- n
	}()
	PollFixed(ticks(100), url, 50*time.Millisecond, func(status int) {
		t.Errorf("told %d by a silent server", status)
	})
	server.Close()
	if n := <-requests; n > 10 {
		t.Errorf("%d requests for 100 ticks that came all at once, want a few", n)
	}
	settle.Wait(t)
}

func TestFixedPollTells(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	told := 0
	PollFixed(ticks(1), server.URL, time.Minute, func(status int) { told = status })
	if told != http.StatusNotFound {
		t.Errorf("told %d, want %d", told, http.StatusNotFound)
	}
	server.Close()
	settle.Wait(t)
}

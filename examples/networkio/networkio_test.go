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
	defer server.Close()
	PollFixed(ticks(100), url, 100*time.Millisecond, func(status int) {
		t.Errorf("told %d by a silent server", status)
	})
	server.take(t, 3) // 100 ticks, three requests
	for _, conn := range server.conns {
		for buf := make([]byte, 1<<10); ; {
			if _, err := conn.Read(buf); err != nil {
				break // the client gave up and hung up
			}
		}
		conn.Close()
	}
	settle.Wait(t)
}

func TestFixedPollTells(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	told := make(chan int, 1)
	PollFixed(ticks(1), server.URL, time.Minute, func(status int) { told <- status })
	if got := <-told; got != http.StatusNotFound {
		t.Errorf("told %d, want %d", got, http.StatusNotFound)
	}
	server.Close()
	settle.Wait(t)
}

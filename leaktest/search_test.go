// SPDX-License-Identifier: MIT

package leaktest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/unleak/unleak/leaktest"
)

// snapshot is taken by another goroutine, so that it is not too late for what this one
// has started.
func snapshot() *leaktest.Snapshot {
	taken := make(chan *leaktest.Snapshot)
	go func() { taken <- leaktest.Current() }()
	return <-taken
}

// TestSame: goroutines that do the same and have the same creator are told apart by a
// snapshot, in small and in large processes.
func TestSame(t *testing.T) {
	for _, before := range []int{3, 2000} {
		c := gate(t)
		var since *leaktest.Snapshot
		for i := range before + 2 {
			if i == before {
				since = snapshot()
			}
			go receive(c)
		}
		o := leaktest.Options{Grace: short, Since: since}
		findings, err := leaktest.Find(t.Context(), o)
		if err != nil || len(findings) != 1 || findings[0].Count != 2 {
			t.Errorf("%d before: got %+v, %v, want 2 goroutines", before, findings, err)
		}
		left, err := leaktest.Left(t.Context(), o)
		if err != nil || len(left) != 1 || left[0].Count != 2 || left[0].ID == 0 {
			t.Errorf("%d before: got %+v, %v, want 2 goroutines", before, left, err)
		}
	}
}

// TestRunning: a search leaves to tests that still run what they have started.
func TestRunning(t *testing.T) {
	o := leaktest.Options{Grace: short, Since: snapshot()}
	started, searched, ended := make(chan bool), make(chan bool), make(chan bool)
	go func() { // not t.Parallel, which -parallel=1 would make wait for each other
		defer close(ended)
		t.Run("other", func(t *testing.T) {
			go receive(gate(t))
			close(started)
			<-searched
		})
	}()
	t.Run("this", func(t *testing.T) {
		defer close(searched)
		<-started
		if left, err := leaktest.Left(t.Context(), o); err != nil || len(left) > 0 {
			t.Errorf("got %+v, %v, want nothing", left, err)
		}
		go receive(gate(t))
		if left, err := leaktest.Left(t.Context(), o); err != nil || len(left) != 1 || left[0].Count != 1 {
			t.Errorf("got %+v, %v, want this test's goroutine", left, err)
		}
	})
	<-ended
}

// TestIdleConnection: Find knows connections that are kept alive, Left has them all.
func TestIdleConnection(t *testing.T) {
	o := leaktest.Options{Grace: short, Since: snapshot(), Background: []leaktest.Ignore{{Func: "net/http.(*Server).Serve"}}}
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	if findings, err := leaktest.Find(t.Context(), o); err != nil || len(findings) > 0 {
		t.Errorf("got %+v, %v, want nothing", findings, err)
	}
	left, err := leaktest.Left(t.Context(), o)
	if err != nil || len(left) != 3 {
		t.Errorf("got %+v, %v, want both loops of the client and the server's connection", left, err)
	}
}

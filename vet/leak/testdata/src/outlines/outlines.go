// SPDX-License-Identifier: MIT

package outlines

import (
	"context"
	"errors"
	"os"
	"sync"
)

// A server is asked in requests that are too much to follow step by step.
type server struct {
	mu    sync.Mutex
	ended chan struct{}
	bad   bool
	last  error
}

var errRefused = errors.New("refused")

// request has more ways through it than any search can try.
func (s *server) request(name string) (*string, error) {
	var a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r bool
	for range 2 {
		a, b, c = a || exists(name, 'a'), b || exists(name, 'b'), c || exists(name, 'c')
		d, e, f = d || exists(name, 'd'), e || exists(name, 'e'), f || exists(name, 'f')
		g, h, i = g || exists(name, 'g'), h || exists(name, 'h'), i || exists(name, 'i')
		j, k, l = j || exists(name, 'j'), k || exists(name, 'k'), l || exists(name, 'l')
		m, n, o = m || exists(name, 'm'), n || exists(name, 'n'), o || exists(name, 'o')
		p, q, r = p || exists(name, 'p'), q || exists(name, 'q'), r || exists(name, 'r')
	}
	if a && b && c && d && e && f && g && h && i && j && k && l && m && n && o && p && q && r {
		return nil, errRefused
	}
	if (a || b || c) && (d || e || f) && (g || h || i) && (j || k || l) && (m || n || o) && (p || q || r) {
		return nil, errRefused
	}
	return &name, nil
}

func exists(name string, part rune) bool {
	_, err := os.Stat(name + string(part))
	return err == nil
}

// Workers send what they have got after the caller has left.

func (s *server) all(ctx context.Context, names []string) error {
	got := make(chan error)
	for _, name := range names {
		go func() {
			_, err := s.request(name)
			got <- err // want `chan-send`
		}()
	}
	for range names {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-got:
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *server) allWithRoom(ctx context.Context, names []string) error {
	got := make(chan error, len(names))
	for _, name := range names {
		go func() {
			_, err := s.request(name)
			got <- err
		}()
	}
	for range names {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-got:
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// The receiver leaves only where a request gives neither a value nor an error, which
// none does.

func (s *server) pair(name string) error {
	got := make(chan error)
	go func() {
		_, err := s.request(name)
		got <- err
	}()
	v, err := s.request(name)
	if err == nil && v == nil {
		return nil
	}
	return <-got
}

// What the request writes, the receiver asks for.

func (s *server) note(name string) error {
	s.bad = false
	_, err := s.request(name)
	return err
}

func (s *server) noted(name string) error {
	got := make(chan error)
	go func() {
		if _, err := s.request(name); err != nil {
			got <- err
			return
		}
		got <- nil
	}()
	s.bad = true
	if err := s.note(name); err != nil {
		return <-got
	}
	if s.bad {
		return nil
	}
	return <-got
}

func (s *server) notedBadly(name string) error {
	got := make(chan error)
	go func() {
		if _, err := s.request(name); err != nil {
			got <- err // want `chan-send`
			return
		}
		got <- nil
	}()
	s.bad = true
	if _, err := s.request(name); err != nil {
		return <-got
	}
	if s.bad {
		return nil
	}
	return <-got
}

// What the request ends, a goroutine waits for.

func (s *server) end(name string) error {
	_, err := s.request(name)
	close(s.ended)
	return err
}

func (s *server) watched(name string) error {
	t := &server{ended: make(chan struct{})}
	go func() {
		<-t.ended
	}()
	if _, err := s.request(name); err != nil {
		close(t.ended)
		return err
	}
	return t.end(name)
}

func (s *server) watchedBadly(name string) error {
	ended := make(chan struct{})
	go func() {
		<-ended // want `chan-receive`
	}()
	if _, err := s.request(name); err != nil {
		return err
	}
	return s.end(name) // closes another one
}

// What the request unlocks, a goroutine wants.

func (s *server) free(name string) error {
	_, err := s.request(name)
	s.mu.Unlock()
	return err
}

func (s *server) guarded(name string) error {
	var t server
	t.mu.Lock()
	done := make(chan struct{})
	go func() {
		t.mu.Lock()
		t.mu.Unlock()
		close(done)
	}()
	if _, err := s.request(name); err != nil {
		t.mu.Unlock()
		return err
	}
	err := t.free(name)
	<-done
	return err
}

// What is reckoned without asking anybody is followed, though much hangs on it.

func (s *server) limit(n int) bool { return n < 2 }

func (s *server) limited(name string) error {
	got := make(chan error)
	go func() {
		if _, err := s.request(name); err != nil {
			got <- err
			return
		}
		got <- nil
	}()
	if !s.limit(1) {
		return nil
	}
	return <-got
}

// Who gets the channel is followed.

func (s *server) tell(name string, to chan<- error) {
	_, err := s.request(name)
	to <- err // want `chan-send` `chan-send`
}

func (s *server) told(name string) error {
	got := make(chan error)
	go s.tell(name, got)
	return <-got
}

func (s *server) toldTwice(name string) error {
	got := make(chan error)
	go s.tell(name, got)
	go func() {
		s.tell(name, got)
	}()
	return <-got
}

// A function that never returns is followed, whatever it asks.

func (s *server) serve(name string) {
	for {
		s.request(name)
	}
}

func (s *server) served(name string) {
	var t server
	go func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		s.request(name)
	}()
	if _, err := s.request(name); err != nil {
		return
	}
	s.serve(name)
	t.mu.Lock()
}

// SPDX-License-Identifier: MIT

package leaktest

import (
	"sync"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/live"
)

// label is the pprof label that a check puts on its test's goroutine. Its value is
// the goroutine's number and the test's name.
const label = "leaktest"

// A looker takes profiles for all checks. Those that wait for one at the same time
// share it, so that two hundred parallel tests cost hardly more than one.
type looker struct {
	mu     sync.Mutex
	reader live.Reader
	last   map[live.Profile]*profile
}

// A profile holds the goroutines that bear a check's mark.
type profile struct {
	begun  time.Time
	marked map[string][]*unleak.Goroutine // by the mark's value
	err    error
}

// marked returns the goroutines in a profile that bear a mark, as they are now or
// have been since the call.
func (l *looker) marked(kind live.Profile, mark string) ([]*unleak.Goroutine, error) {
	asked := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.last[kind]
	if p == nil || p.begun.Before(asked) {
		p = l.take(kind)
		if l.last == nil {
			l.last = make(map[live.Profile]*profile)
		}
		l.last[kind] = p
	}
	return p.marked[mark], p.err
}

func (l *looker) take(kind live.Profile) *profile {
	p := &profile{begun: time.Now(), marked: make(map[string][]*unleak.Goroutine)}
	for r, err := range l.reader.Records(kind) {
		if err != nil {
			p.err = err
			continue
		}
		if mark, ok := r.Label(label); ok {
			p.marked[mark] = append(p.marked[mark], r.Goroutine())
		}
	}
	return p
}

// all returns every goroutine of a profile.
func (l *looker) all() (list []*unleak.Goroutine, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for r, e := range l.reader.Records(live.All) {
		if e != nil {
			err = e
			continue
		}
		list = append(list, r.Goroutine())
	}
	return list, err
}

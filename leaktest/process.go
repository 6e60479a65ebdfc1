// SPDX-License-Identifier: MIT

package leaktest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/unleak/unleak"
)

// process is what the checks of a test binary share. It is mutable package state,
// which this project does without elsewhere: a check gets nothing but its test, and
// the goroutines, the profiles and the source that they are about belong to the
// process. Each part is guarded by its own mutex.
var process struct {
	tests   register
	looks   looker
	sources sources
}

// maxTests bounds the tests that a register remembers.
const maxTests = 1 << 17

// A register knows which checks run, which tests had one, and what these reported.
type register struct {
	mu       sync.Mutex
	begun    uint64 // counts checks
	running  map[testing.TB]bool
	names    map[uint64]string // tests by the numbers of their goroutines
	reported map[sighting]bool
}

// A sighting is a leak that a test's check has reported.
type sighting struct {
	mark string
	key  unleak.Key
}

// begin notes that a check of the test on a goroutine begins, and returns its mark. A
// second one at the same time is an error.
func (r *register) begin(t testing.TB, goroutine uint64) (mark string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running[t] {
		return "", &MisuseError{fmt.Sprintf("Check was called a second time in %s: once is enough, and joins several Options; a subtest checks its own t", t.Name())}
	}
	if r.running == nil {
		r.running, r.names, r.reported = make(map[testing.TB]bool), make(map[uint64]string), make(map[sighting]bool)
	}
	r.running[t] = true
	if len(r.names) < maxTests {
		r.names[goroutine] = t.Name()
	}
	r.begun++
	return newMark(goroutine, r.begun, t.Name()), nil
}

func (r *register) end(t testing.TB) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.running, t)
}

// report notes what a check reports, so that CheckMain does not do it again.
func (r *register) report(mark string, key unleak.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.reported) < maxTests {
		r.reported[sighting{mark, key}] = true
	}
}

func (r *register) wasReported(mark string, key unleak.Key) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reported[sighting{mark, key}]
}

// test returns the test that ran on a goroutine and had a check.
func (r *register) test(goroutine uint64) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.names[goroutine]
}

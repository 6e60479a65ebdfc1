// SPDX-License-Identifier: MIT

package diagnose

import (
	"testing"

	"github.com/unleak/unleak"
)

// TestPending has an object whose Close waits for a time and holds up two others
// until then.
func TestPending(t *testing.T) {
	tree, frame := marked(t, imports+`type T struct {
	mu                sync.Mutex
	idle, done, slots chan struct{}
}
func (t *T) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer close(t.done)
	select { // @close
	case <-t.idle:
	case <-time.After(time.Minute):
	}
}
func (t *T) Work() {
	t.slots <- struct{}{} // @queue
	time.Sleep(time.Minute) // @work
	<-t.slots
}
func (t *T) Run() {
	<-t.done // @run
}
func (t *T) Closed() bool {
	t.mu.Lock() // @closed
	defer t.mu.Unlock()
	return false
}
`)
	gs := goroutines(frame,
		sample{wait: unleak.WaitSelect, stack: "(*T).Close@close"},
		sample{wait: unleak.WaitReceive, stack: "(*T).Run@run"},
		sample{wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock (*T).Closed@closed"},
		sample{wait: unleak.WaitReceive, stack: "(*T).Run@run"},
	)
	queue := goroutines(frame,
		sample{wait: unleak.WaitSleep, stack: "time.Sleep (*T).Work@work"},
		sample{wait: unleak.WaitSend, count: 9, stack: "(*T).Work@queue"},
	)
	var left []Leftover
	for _, g := range queue {
		left = append(left, Leftover{Goroutine: g, Package: "m", Test: "TestA"})
	}
	if findings, running := Cases(left, tree).Findings(); len(findings) != 1 || running != 1 {
		t.Errorf("a queue for a slot: %d findings and %d running, want 1 of each: %+v", len(findings), running, findings)
	}
	leftovers := func(tests ...string) []Leftover {
		var left []Leftover
		for i, test := range tests {
			left = append(left, Leftover{Goroutine: gs[i], Package: "m", Test: test})
		}
		return left
	}
	for _, tt := range []struct {
		name  string
		tests []string
		want  int
	}{
		{"all of one test", []string{"TestA", "TestA", "TestA"}, 0},
		{"another test's wait", []string{"TestA", "TestB", "TestA"}, 1},
		{"one of this test, one of another", []string{"TestA", "TestA", "TestA", "TestB"}, 1},
		{"no test is known", []string{"", "", ""}, 2},
	} {
		findings, _ := Cases(leftovers(tt.tests...), tree).Findings()
		if len(findings) != tt.want {
			t.Errorf("%s: %d findings, want %d: %+v", tt.name, len(findings), tt.want, findings)
		}
	}
}

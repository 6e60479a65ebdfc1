// SPDX-License-Identifier: MIT

// Package settle lets the gallery's tests wait until the goroutines that they
// started have come to rest, so that each run leaves the same goroutines at the
// same waits on any machine.
package settle

import (
	"regexp"
	"runtime"
	"testing"
	"time"
)

// moving matches the header of a goroutine that has not reached a wait.
var moving = regexp.MustCompile(`(?m)^goroutine \d+ .*?\[(running|runnable|preempted|syscall|GC )`)

// Wait returns as soon as each goroutine but the caller's has ended or waits
// for something. It changes nothing in the example: a goroutine that waits in
// vain goes on doing so.
func Wait(t testing.TB) {
	t.Helper()
	buf := make([]byte, 1<<20)
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		// A look stops the world, so that it sees no goroutine between two
		// states. Its first record is the caller, always running.
		all := buf[:runtime.Stack(buf, true)]
		if len(moving.FindAll(all, 2)) == 1 {
			return
		}
		if time.Since(start) > 30*time.Second {
			t.Fatalf("goroutines do not come to rest:\n%s", all)
		}
	}
}

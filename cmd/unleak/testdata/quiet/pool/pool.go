// SPDX-License-Identifier: MIT

// Package pool starts its workers once, at the first job, and keeps them.
package pool

import "sync"

var (
	start sync.Once
	jobs  chan func()
)

// Do runs f on one of the workers and waits for it.
func Do(f func()) {
	start.Do(func() {
		jobs = make(chan func())
		for range 4 {
			go work()
		}
	})
	done := make(chan struct{})
	jobs <- func() { f(); close(done) }
	<-done
}

func work() {
	for job := range jobs {
		job()
	}
}

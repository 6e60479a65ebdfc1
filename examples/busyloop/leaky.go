// SPDX-License-Identifier: MIT

// Package busyloop runs jobs in the background.
//
// The select has a default case, which makes it a question instead of a wait.
// While there is no job, the loop asks again at once: it never ends, and it
// burns a processor.
package busyloop

// Work runs the jobs that come.
func Work(jobs <-chan func()) {
	go func() {
		for { // no way out of this loop, and nothing in it that waits
			select {
			case job := <-jobs:
				job()
			default:
			}
		}
	}()
}

// SPDX-License-Identifier: MIT

package busyloop

import "testing"

// TestLeakyWork leaves one goroutine that runs until the process ends.
func TestLeakyWork(t *testing.T) {
	jobs := make(chan func())
	Work(jobs)
	done := make(chan struct{})
	jobs <- func() { close(done) }
	<-done
}

func TestFixedWork(t *testing.T) {
	jobs := make(chan func())
	done := WorkFixed(jobs)
	ran := false
	jobs <- func() { ran = true }
	close(jobs)
	<-done
	if !ran {
		t.Error("the job did not run")
	}
}

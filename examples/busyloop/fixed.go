// SPDX-License-Identifier: MIT

package busyloop

// WorkFixed is Work, mended: it waits for the next job and ends when jobs is
// closed. The channel that it returns is closed when the last job is done.
func WorkFixed(jobs <-chan func()) (done <-chan struct{}) {
	end := make(chan struct{})
	go func() {
		defer close(end)
		for job := range jobs {
			job()
		}
	}()
	return end
}

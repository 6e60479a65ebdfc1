// SPDX-License-Identifier: MIT

package iterpull

import "iter"

// FirstFixed is First, mended: it stops the coroutine on every way out.
func FirstFixed(seq iter.Seq[int], n int) []int {
	next, stop := iter.Pull(seq)
	defer stop()
	var first []int
	for range n {
		v, ok := next()
		if !ok {
			break
		}
		first = append(first, v)
	}
	return first
}

// SPDX-License-Identifier: MIT

// Package iterpull takes the first few values of a sequence.
//
// iter.Pull runs the sequence in a coroutine, which is a goroutine of its own.
// It ends with the sequence, or when stop is called. An endless sequence has no
// end, and First throws stop away.
package iterpull

import "iter"

// First returns the first n values of seq, or all where there are fewer.
func First(seq iter.Seq[int], n int) []int {
	next, _ := iter.Pull(seq) // the stop function is lost
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

// Squares yields the squares of 1, 2, 3 and so on.
func Squares(yield func(int) bool) {
	for n := 1; yield(n * n); n++ { // the coroutine waits here for ever
	}
}

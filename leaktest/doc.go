// SPDX-License-Identifier: MIT

// Package leaktest fails tests that leave goroutines behind, and says why those are
// stuck and what to change.
//
//	func TestServer(t *testing.T) {
//		leaktest.Check(t) // first of all
//		…
//	}
//
// A check reports what its own test and its descendants left, and nothing else:
// under t.Parallel, in subtests, and beside goroutines that live as long as the
// process. It labels the test's goroutine (runtime/pprof), and every goroutine
// inherits the labels of the one that starts it. Goroutines whose labels were
// replaced are known by their creators, as long as these live.
//
// What is still there when the time of grace is over fails the test, unless it
// belongs to the process: the standard library's background goroutines, kept-alive
// connections, what source shows to be started once in a process, what an [Ignore]
// names. Findings bear the grades that "unleak test" gives: proven where the
// runtime proved that nothing can end the wait (Go 1.27; Go 1.26 with
// GOEXPERIMENT=goroutineleakprofile), likely where goroutines wait for others, and
// suspect where they may end by themselves.
//
// The package needs no environment variable and nothing outside of the standard
// library. "unleak test" finds the same leaks without a change to the code, and
// runs doubtful tests again to see whether what they leave grows.
package leaktest

// SPDX-License-Identifier: MIT

// Package goleak has the functions of go.uber.org/goleak, for suites that use it: one
// import line changes, and nothing else.
//
//	import "github.com/unleak/unleak/goleak"
//
//	func TestX(t *testing.T) {
//		defer goleak.VerifyNone(t)
//		…
//	}
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
//
// What is there besides the goroutine that checks, and is no part of package testing,
// fails the check, if it is still there after 430 ms. The check ends at once when
// nothing is left, or when the runtime has proved that all that is left is stuck.
//
// It costs a tenth or less of what the other package's checks do, its error groups
// equal goroutines and stays under 64 KiB, and it leaves to tests that run in
// parallel what they have started. docs/goleak.md lists all that differs.
//
// For new tests there is package leaktest: it knows under t.Parallel, too, what
// belongs to which test, and says why a goroutine is stuck and what to change.
package goleak

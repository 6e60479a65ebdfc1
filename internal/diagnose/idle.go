// SPDX-License-Identifier: MIT

package diagnose

import "github.com/unleak/unleak"

// A SetAside is a goroutine that is no finding of its own, and why.
type SetAside struct {
	Goroutine *unleak.Goroutine
	// Reason is a sentence without a full stop, such as "the standard library's
	// signal loop".
	Reason string
	// Companion says that the goroutine only serves another one, which is
	// reported if it leaks; otherwise it is idle by design.
	Companion bool
}

// Idle parts goroutines into those that may be findings and those set aside by
// rule. The order is kept.
func Idle(goroutines []*unleak.Goroutine) (rest []*unleak.Goroutine, aside []SetAside) {
	return goroutines, nil
}

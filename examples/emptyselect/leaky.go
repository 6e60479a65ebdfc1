// SPDX-License-Identifier: MIT

// Package emptyselect runs a service until the process ends.
//
// A select without cases is how a main function says "for ever". Here it was
// moved, with the rest of main, into a function that runs once a tenant: a
// goroutine that has nothing left to do and cannot end.
package emptyselect

// Run registers a service in the background and keeps it.
func Run(register func()) {
	go func() {
		register()
		select {} // waits here for ever
	}()
}

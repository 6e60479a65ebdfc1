// SPDX-License-Identifier: MIT

// Package chansend asks three replicas the same question and takes the answer
// that comes first.
//
// The channel has no room, and Fastest receives once. Whoever comes second and
// third waits for a receiver that has long gone: two goroutines a call.
package chansend

// A Replica answers a query.
type Replica func(query string) string

// Fastest returns the first answer that any of the replicas gives.
func Fastest(query string, replicas ...Replica) string {
	answers := make(chan string)
	for _, ask := range replicas {
		go func() {
			answers <- ask(query) // one send is received; the others wait here for ever
		}()
	}
	return <-answers
}

// SPDX-License-Identifier: MIT

// Package search explores a model's states and finds goroutines that nothing can
// wake any more, with the shortest schedule that it knows to get there.
//
// A goroutine is stuck for good where it waits in every state of a set of states
// that no step leaves (a bottom component of the graph of states). So the rest of
// the program may go on for ever and the finding still holds; and what was cut off
// for want of time or words never counts as an end.
//
// A searcher expands one state after another: successors runs a goroutine's next
// step on a clone, and all safe steps behind it (reduce.go); the keyer makes the key
// by which a state is known again (key.go, of the digests of its parts); what the
// graph keeps of a state is its edges and who waits in it. Bottom components of the
// graph are looked for at the end, and the schedules to them are replayed.
package search

// SPDX-License-Identifier: MIT

// Package search explores a model's states and finds goroutines that nothing can
// wake any more, with the shortest schedule that it knows to get there.
//
// A goroutine is stuck for good where it waits in every state of a set of states
// that no step leaves (a bottom component of the graph of states). So the rest of
// the program may go on for ever and the finding still holds; and what was cut off
// for want of time or words never counts as an end.
package search

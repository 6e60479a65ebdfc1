// SPDX-License-Identifier: MIT

// Package model describes small concurrent programs as plain data: what is left of
// Go code when only channels, locks, WaitGroups, conditions, contexts and the
// values that decide on them are kept.
//
// A Program is a set of functions in a simple code of registers and jumps, much
// like SSA form with the phis resolved. What the code cannot know is a symbol: a
// value that the search chooses once it matters, and then chooses everywhere. What
// leaves the program (an argument of unknown code, a result that is returned to an
// unknown caller) is open: outsiders may operate on it, so that nothing waits for
// it in vain.
package model

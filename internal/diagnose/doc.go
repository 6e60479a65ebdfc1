// SPDX-License-Identifier: MIT

// Package diagnose makes findings of goroutines: it groups them by key, sets
// aside what is idle by rule, and says of each group why it is stuck and what to
// change. One file holds one cause.
package diagnose

// SPDX-License-Identifier: MIT

// Package unleak holds the words that all of unleak speaks: goroutines with
// their stacks, frames and waits as any source tells them; the Key that names a
// leak; the Finding, with its grade, evidence, cause and fixes, in which
// everything ends; and the messages of the JSON stream.
//
// It is plain data. It reads no file, starts no goroutine and imports nothing
// of the project's.
package unleak

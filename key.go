// SPDX-License-Identifier: MIT

package unleak

import (
	"crypto/sha256"
	"encoding/hex"
)

// A Key is the identity of a leak. It has no line numbers, so that the same leak
// has the same key in source, in a test, in production, and before and after an
// edit above it. Keys are comparable.
type Key struct {
	// Wait is what the goroutine waits for. A receive from a nil channel counts
	// as a chan receive: not every source can tell the two apart.
	Wait Wait
	// Blocked is the innermost function outside the standard library, else the
	// innermost function.
	Blocked string
	// Entry is the goroutine's outermost function.
	Entry string
}

// ID returns the key as 16 hexadecimal digits: the first eight bytes of the
// SHA-256 of its parts. It stands in JSON and in baseline files.
func (k Key) ID() string {
	sum := sha256.Sum256([]byte(string(k.Wait) + "\x00" + k.Blocked + "\x00" + k.Entry))
	return hex.EncodeToString(sum[:8])
}

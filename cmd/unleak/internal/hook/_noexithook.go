// SPDX-License-Identifier: MIT

package testdeps

import (
	"runtime"
	"strings"
)

// unleakAtExit reports that this release has no exit hook: m.Run's return has to
// do.
func unleakAtExit(func()) bool { return false }

// unleakGoroutine returns the calling goroutine's number: here it stands in a
// traceback's first line only.
func unleakGoroutine() string {
	var buf [64]byte
	s := string(buf[:runtime.Stack(buf[:], false)])
	s = strings.TrimPrefix(s, "goroutine ")
	id, _, _ := strings.Cut(s, " ")
	return id
}

// SPDX-License-Identifier: MIT

package testdeps

import (
	"internal/runtime/exithook"
	"strconv"
)

// unleakAtExit arranges for f to run when the process exits, after TestMain's
// teardown and whichever way os.Exit is reached. It reports whether it could.
func unleakAtExit(f func()) bool {
	exithook.Add(exithook.Hook{F: f, RunOnFailure: true})
	return true
}

// unleakGoroutine returns the calling goroutine's number, which the runtime tells
// to exit hooks alone.
func unleakGoroutine() string { return strconv.FormatUint(exithook.Goid(), 10) }

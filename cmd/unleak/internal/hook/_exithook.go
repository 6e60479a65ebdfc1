// SPDX-License-Identifier: MIT

package testdeps

import "internal/runtime/exithook"

// unleakAtExit arranges for f to run when the process exits, after TestMain's
// teardown and whichever way os.Exit is reached. It reports whether it could.
func unleakAtExit(f func()) bool {
	exithook.Add(exithook.Hook{F: f, RunOnFailure: true})
	return true
}

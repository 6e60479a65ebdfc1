// SPDX-License-Identifier: MIT

package cli

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// runVersion is "unleak version".
func runVersion(_ context.Context, p process, _ []string) (int, error) {
	_, err := fmt.Fprintf(p.out, "unleak %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return exitClean, err
}

// version returns the module version that the binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

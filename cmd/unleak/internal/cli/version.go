// SPDX-License-Identifier: MIT

package cli

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

const versionUsage = `usage: unleak version

Version prints the version of unleak, and the Go release and system that it was
built with and for.
`

// runVersion is "unleak version".
func runVersion(_ context.Context, p process, args []string) (int, error) {
	if wantsHelp(args) {
		_, err := fmt.Fprint(p.out, versionUsage)
		return exitClean, err
	}
	if len(args) > 0 {
		return exitUsage, usage.Errorf("no argument %q: version takes none", args[0])
	}
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

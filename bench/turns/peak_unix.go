// SPDX-License-Identifier: MIT

//go:build unix

package turns

import (
	"os"
	"runtime"
	"syscall"
)

// Peak returns how many megabytes of memory a process that has ended had at most, or
// the largest of those that it waited for, such as the go command for its tools
// (Linux, kernel/sys.c, getrusage: RUSAGE_BOTH).
func Peak(p *os.ProcessState) (megabytes float64, ok bool) {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, false
	}
	unit := 1024.0 // the kernels count in KiB
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		unit = 1 // but this one in bytes
	}
	return float64(usage.Maxrss) * unit / 1e6, true
}

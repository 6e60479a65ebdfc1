// SPDX-License-Identifier: MIT

//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peak returns how many megabytes of memory a process that has ended had at most.
func peak(p *os.ProcessState) (megabytes float64, ok bool) {
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

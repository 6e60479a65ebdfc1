// SPDX-License-Identifier: MIT

//go:build unix

package dumptest

import (
	"syscall"

	"github.com/unleak/unleak"
)

func platform() []waiting { return []waiting{{wait: unleak.WaitSyscall, run: systemCall}} }

// systemCall reads from a pipe that the network poller does not know.
func systemCall(id chan<- uint64) {
	var p [2]int
	if err := syscall.Pipe(p[:]); err != nil {
		panic(err)
	}
	id <- Self()
	syscall.Read(p[0], make([]byte, 1))
}

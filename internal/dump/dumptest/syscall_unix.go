// SPDX-License-Identifier: MIT

//go:build unix

package dumptest

import (
	"syscall"

	"github.com/unleak/unleak"
)

func platform() []waiting { return []waiting{{run: systemCall}} }

// systemCall reads from a pipe that the network poller does not know.
func systemCall(known chan<- Goroutine) {
	var p [2]int
	if err := syscall.Pipe(p[:]); err != nil {
		panic(err)
	}
	known <- Here(unleak.WaitSyscall)
	syscall.Read(p[0], make([]byte, 1))
}

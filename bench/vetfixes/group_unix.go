// SPDX-License-Identifier: MIT

//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// endTogether makes the end of a command's context end what it has started as
// well: the go command killed leaves its vet tool running.
func endTogether(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// SPDX-License-Identifier: MIT

// Command unleak finds goroutine leaks. See "unleak help".
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/unleak/unleak/cmd/unleak/internal/cli"
	"github.com/unleak/unleak/cmd/unleak/internal/govet"
)

func main() {
	if govet.Called(os.Args[1:]) {
		govet.Main(os.Args[1:]) // ends the process
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	// Else a reader of our output who has seen enough (| head) would end us, and
	// the exit code would be lost. Programs that we start are not told to ignore it.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ())
	stop()
	os.Exit(code)
}

// SPDX-License-Identifier: MIT

// Command unleak finds goroutine leaks. See "unleak help".
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/unleak/unleak/cmd/unleak/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ())
	stop()
	os.Exit(code)
}

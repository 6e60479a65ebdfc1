// SPDX-License-Identifier: MIT

// Modules keeps the go.mod files of the checkout in step with each other.
//
//	go run ./bench/modules tidy            go mod tidy in every module
//	go run ./bench/modules release v1.2.3  write the version into every go.mod, print the tags
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "modules:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: modules tidy | modules release VERSION")

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return errUsage
	}
	c, err := findCheckout(".")
	if err != nil {
		return err
	}
	switch {
	case args[0] == "tidy" && len(args) == 1:
		return c.tidy(ctx, stdout, stderr)
	case args[0] == "release" && len(args) == 2:
		return c.release(args[1], stdout)
	}
	return errUsage
}

// SPDX-License-Identifier: MIT

// Goleak measures what leak checks cost in tests, beside go.uber.org/goleak and within
// one run.
//
//	go run ./bench/goleak [-runs N] [-only CASE,...]
//	go run ./bench/goleak check SIDE passing|failing GOROUTINES
//
// The sides of a case take turns, each a process of its own, which is what a test
// binary is: package testing runs in it. A passing check looks at a test that leaves
// nothing, among goroutines that were there before; a failing one at a test that
// leaves as many. It exits with 1 if a case is dearer than wanted.
package main

import (
	"context"
	"io"

	"github.com/unleak/unleak/bench/turns"
)

func main() { turns.Main("goleak", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "check" {
		return check(args[1:], stdout)
	}
	return turns.Program[testCase]{
		Name: "goleak", Cases: cases, WithoutTool: true,
		Runs: 5, Note: "; slow cases run less often",
		Commands: ", or the command check",
	}.Run(ctx, args, stdout, stderr)
}

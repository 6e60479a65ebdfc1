// SPDX-License-Identifier: MIT

// Testcost measures what "unleak test" costs beside plain "go test" and beside
// goleak, as ratios within one run.
//
//	go run ./bench/testcost [-runs N] [-only CASE,...] [-unleak FILE]
//
// It writes the modules to test into a temporary folder, warms the build caches,
// runs the commands of a case in turn, and compares the runs of one turn with
// each other, so that a machine that slows down slows all sides. It exits with 1
// if a case is dearer than wanted.
package main

import (
	"context"
	"io"

	"github.com/unleak/unleak/bench/turns"
)

func main() { turns.Main("testcost", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return turns.Program[testCase]{Name: "testcost", Cases: cases, Runs: 10}.Run(ctx, args, stdout, stderr)
}

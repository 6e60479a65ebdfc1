// SPDX-License-Identifier: MIT

// Vetspeed measures what the analyzers cost beside "go vet", in time and memory and
// within one run, on large modules.
//
//	go run ./bench/vetspeed [-runs N] [-only CASE,...] [-unleak FILE]
//
// It copies the modules from the module cache into a temporary folder and lets "go
// vet ./..." and "go vet -vettool=FILE ./..." take turns there: cold, each with an
// empty build cache of its own, where both compile what the packages import, and
// warm, with all that a run before has left. A package costs each time when it has
// findings: the go command keeps nothing of a run that had some. It exits with 1 if
// a case is dearer than wanted. The caches take 2 GB for each module and side, and a
// cold turn takes minutes.
package main

import (
	"context"
	"io"

	"github.com/unleak/unleak/bench/turns"
)

func main() { turns.Main("vetspeed", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return turns.Program[testCase]{
		Name: "vetspeed", Cases: cases,
		Runs: 5, Note: ", warm; cold ones are made once",
	}.Run(ctx, args, stdout, stderr)
}

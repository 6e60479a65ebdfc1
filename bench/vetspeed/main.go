// SPDX-License-Identifier: MIT

// Vetspeed measures what the analyzers cost beside "go vet", in time and memory and
// within one run, on large modules.
//
//	go run ./bench/vetspeed [-runs N] [-only CASE,...] [-unleak FILE]
//
// It copies the modules from the module cache into a temporary folder and lets "go
// vet ./..." and "go vet -vettool=FILE ./..." take turns there. A case is
//
//   - cold: everything that the packages import is compiled, but nothing is analysed,
//     so that both sides analyse all packages and, for facts, all that those import.
//     It is what a new version of a tool costs. (With an empty build cache both sides
//     would compile first, which takes longer than either analysis and hides it.)
//   - changed: one package is changed, whose imports are analysed already.
//   - warm: the go command has all results and reads them again.
//
// The times of whole modules are processor time, of the go command and all that it runs,
// so that other programs on the machine count little; those of one package are what a
// user waits. The memory is that of the largest process. It exits with 1 if a case is
// dearer than wanted. The user's own build cache is used: the first run compiles for
// some minutes, the next one does not.
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
		Runs: 3, Note: "; cold ones are made once",
	}.Run(ctx, args, stdout, stderr)
}

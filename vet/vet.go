// SPDX-License-Identifier: MIT

// Package vet lists the analyzers that find goroutine leaks in source. Each is a
// go/analysis analyzer of its own, for any driver.
package vet

import (
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"

	"github.com/unleak/unleak/vet/endless"
	"github.com/unleak/unleak/vet/httpbody"
	"github.com/unleak/unleak/vet/httpclient"
	"github.com/unleak/unleak/vet/internal/report"
	"github.com/unleak/unleak/vet/iterpull"
	"github.com/unleak/unleak/vet/leak"
	"github.com/unleak/unleak/vet/neverstopped"
	"github.com/unleak/unleak/vet/spawn"
)

// Analyzers returns all analyzers. ResultOf reads the result of each.
func Analyzers() []*analysis.Analyzer {
	return []*analysis.Analyzer{
		leak.Analyzer,
		endless.Analyzer,
		httpbody.Analyzer,
		httpclient.Analyzer,
		iterpull.Analyzer,
		neverstopped.Analyzer,
		spawn.Analyzer,
	}
}

// Facts returns the analyzers that a driver has to run on packages which it does
// not report on: those whose facts the others need. They are cheap.
func Facts() []*analysis.Analyzer {
	return []*analysis.Analyzer{
		ctrlflow.Analyzer, // which functions do not return
		neverstopped.Contracts,
	}
}

// A Result is what one analyzer has found in one package.
type Result = report.Result

// ResultOf returns what an analyzer's result says (analysis.Pass.ResultOf,
// checker.Action.Result), and whether the analyzer is one of Analyzers.
func ResultOf(result any) (Result, bool) {
	if r, ok := result.(*report.Result); ok {
		return *r, true
	}
	return Result{}, false
}

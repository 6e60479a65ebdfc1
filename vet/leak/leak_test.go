// SPDX-License-Identifier: MIT

package leak_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/unleak/unleak/vet/internal/report"
	"github.com/unleak/unleak/vet/leak"
)

func TestAnalyzer(t *testing.T) {
	for _, pkg := range []string{"channels", "clients", "contexts", "counts", "dynamic", "generics", "gone", "lent", "library", "locks", "numbers", "outlines", "pairs", "parameters", "tables", "tests", "waits"} {
		t.Run(pkg, func(t *testing.T) {
			for _, r := range analysistest.Run(t, analysistest.TestData(), leak.Analyzer, pkg) {
				for _, loss := range r.Result.(*report.Result).Failed {
					t.Error(loss.Message)
				}
			}
		})
	}
}

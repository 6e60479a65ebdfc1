// SPDX-License-Identifier: MIT

package report_test

import (
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/unleak/unleak/vet/internal/report"
)

// TestTry: a mistake in one function is told as a loss, and the next is analysed.
func TestTry(t *testing.T) {
	r := report.NewReporter(&analysis.Pass{Analyzer: &analysis.Analyzer{Name: "check"}, Pkg: types.NewPackage("m", "m")})
	ran := false
	r.Try("m.f", func() { panic("index out of range") })
	r.Try("m.g", func() { ran = true })
	failed := r.Done().Failed
	if len(failed) != 1 || !failed[0].Hides || !strings.Contains(failed[0].Message, "m.f by check failed: index out of range") {
		t.Errorf("lost: %+v, want m.f", failed)
	}
	if !ran {
		t.Error("m.g was not analysed")
	}
}

// SPDX-License-Identifier: MIT

package neverstopped_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/unleak/unleak/vet/neverstopped"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), neverstopped.Analyzer, "objects", "callers")
}

func TestContracts(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), neverstopped.Contracts, "facts")
}

// SPDX-License-Identifier: MIT

package iterpull_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/unleak/unleak/vet/iterpull"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), iterpull.Analyzer, "pull")
}

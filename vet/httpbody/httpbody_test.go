// SPDX-License-Identifier: MIT

package httpbody_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/unleak/unleak/vet/httpbody"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), httpbody.Analyzer, "body")
}

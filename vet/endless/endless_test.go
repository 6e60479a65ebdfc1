// SPDX-License-Identifier: MIT

package endless_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/unleak/unleak/vet/endless"
)

func TestAnalyzer(t *testing.T) {
	for _, pkg := range []string{"loops", "closes", "command"} {
		t.Run(pkg, func(t *testing.T) { analysistest.Run(t, analysistest.TestData(), endless.Analyzer, pkg) })
	}
}

// SPDX-License-Identifier: MIT

package spawn_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/unleak/unleak/vet/spawn"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), spawn.Analyzer, "queue")
}

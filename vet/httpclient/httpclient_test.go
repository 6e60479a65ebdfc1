// SPDX-License-Identifier: MIT

package httpclient_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/unleak/unleak/vet/httpclient"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), httpclient.Analyzer, "client", "changed")
}

// SPDX-License-Identifier: MIT

package report_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/github"
	"github.com/unleak/unleak/internal/report/reporttest"
)

// TestGitHubHostile: no text of a dump starts a line or adds a property.
func TestGitHubHostile(t *testing.T) {
	for _, text := range append(reporttest.Attacks(), "x\n::error::y", "a,line=9::b", "100%0A::set-output name=a::b", "\r::stop-commands::t") {
		var out strings.Builder
		if err := github.Write(&out, slices.Values(reporttest.Everywhere(text)), github.Options{}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != 5 {
			t.Fatalf("%q: %d lines, want 5:\n%s", text, len(lines), out.String())
		}
		for _, line := range lines[:4] {
			properties, _, ok := strings.Cut(strings.TrimPrefix(line, "::"), "::")
			if !ok || !strings.HasPrefix(line, "::notice ") || strings.Count(properties, ",") > 2 || strings.ContainsAny(line, "\r\n") {
				t.Errorf("%q: %s", text, line)
			}
		}
	}
}

func TestGitHubEscapes(t *testing.T) {
	var out strings.Builder
	finding := &unleak.Finding{Grade: unleak.Proven, Count: 2, Wait: unleak.WaitSend, Explanation: "100% sure: a, b",
		Blocked: unleak.Frame{Func: "m.f", File: "a,b:c%.go", Line: 3}}
	if err := github.Write(&out, slices.Values([]unleak.Message{{Finding: finding}, {Summary: new(unleak.Summary)}}), github.Options{}); err != nil {
		t.Fatal(err)
	}
	want := "::error file=a%2Cb%3Ac%25.go,line=3,title=proven goroutine leak::2 goroutines: chan send in m.f%0A100%25 sure: a, b\n"
	if line, _, _ := strings.Cut(out.String(), "unleak:"); line != want {
		t.Errorf("got  %swant %s", line, want)
	}
}

// SPDX-License-Identifier: MIT

package markdown_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/unleak/unleak/internal/report/markdown"
)

var update = flag.Bool("update", false, "write docs/causes.md")

// TestCausesPage: the committed page has the catalogue's words.
func TestCausesPage(t *testing.T) {
	var got bytes.Buffer
	if err := markdown.Causes(&got); err != nil {
		t.Fatal(err)
	}
	const file = "../../../docs/causes.md"
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// A checkout on Windows may have CRLF.
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s is not what the catalogue says; run this test with -update", file)
	}
}

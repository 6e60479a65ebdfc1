// SPDX-License-Identifier: MIT

package report_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/text"
)

// TestTextCaps: nothing goes unsaid whatever the caps are.
func TestTextCaps(t *testing.T) {
	for _, test := range []struct {
		opts text.Options
		want string
	}{
		{text.Options{}, "and 10 more findings ("},
		{text.Options{}, "and 10 more suspects ("},
		{text.Options{Max: 29}, "and 1 more finding ("},
		{text.Options{Tests: 13}, "TestMany/case_06 (1), and 2 more (2)"},
	} {
		var out strings.Builder
		if err := text.Write(&out, stream(t, "many"), test.opts); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), test.want) {
			t.Errorf("%+v: no %q", test.opts, test.want)
		}
	}
	var out strings.Builder
	if err := text.Write(&out, stream(t, "many"), text.Options{Max: -1, Tests: -1}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\nproven  "); n != 29 || strings.Contains(out.String(), "not shown") {
		t.Errorf("without caps: %d findings after the first, want 29", n)
	}
}

// TestTextHostile: no control or format character of a dump reaches the terminal.
func TestTextHostile(t *testing.T) {
	var out strings.Builder
	if err := text.Write(&out, stream(t, "hostile"), text.Options{Verbose: true}); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexAny(out.String(), "\x1b\u009b\u202e\a\b\r\x00"); i >= 0 {
		t.Errorf("%q", out.String()[max(0, i-20):i+20])
	}
}

func TestExplain(t *testing.T) {
	var all bytes.Buffer
	for _, entry := range unleak.Causes() {
		if all.Len() > 0 {
			all.WriteString("\n\n")
		}
		if err := text.Explain(&all, entry.Cause, text.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "explain.txt", all.Bytes())
	for line := range strings.Lines(all.String()) {
		if len(line) > 101 {
			t.Errorf("line of %d bytes: %s", len(line), line)
		}
	}
	var unknown *text.UnknownCauseError
	if err := text.Explain(io.Discard, "moon", text.Options{}); !errors.As(err, &unknown) || unknown.Cause != "moon" {
		t.Errorf("error %v", err)
	}
}

func TestList(t *testing.T) {
	var out bytes.Buffer
	if err := text.List(&out, text.Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "list.txt", out.Bytes())
}

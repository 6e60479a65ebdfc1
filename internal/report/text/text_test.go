// SPDX-License-Identifier: MIT

package text_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/jsonstream"
	"github.com/unleak/unleak/internal/report/text"
)

var update = flag.Bool("update", false, "write the golden files")

// stream yields the messages of a file in testdata; that one of them is cut
// short is what the reporter must show.
func stream(t *testing.T, name string) iter.Seq[unleak.Message] {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(unleak.Message) bool) {
		for m, err := range jsonstream.Read(bytes.NewReader(data)) {
			if err != nil && !errors.Is(err, jsonstream.ErrCut) {
				t.Errorf("%s: %v", name, err)
			}
			if err == nil && !yield(m) {
				return
			}
		}
	}
}

// golden compares with testdata/name, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: run the test with -update if this is meant; got\n%s\nwant\n%s", file, got, want)
	}
}

func TestWrite(t *testing.T) {
	for _, test := range []struct {
		stream, flags string
		opts          text.Options
	}{
		{"findings", "", text.Options{}},
		{"findings", "verbose", text.Options{Verbose: true}},
		{"findings", "color", text.Options{Color: true}},
		{"findings", "width-60", text.Options{Width: 60}},
		{"clean", "", text.Options{}},
		{"clean", "color", text.Options{Color: true}},
		{"empty", "", text.Options{}},
		{"suspects", "", text.Options{}},
		{"losses", "", text.Options{}},
		{"cut", "", text.Options{}},
		{"hostile", "verbose", text.Options{Verbose: true}},
		{"many", "max-3-tests-2", text.Options{Max: 3, Tests: 2}},
	} {
		name := strings.Trim(test.stream+"."+test.flags, ".")
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := text.Write(&out, stream(t, test.stream), test.opts); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".txt", out.Bytes())
		})
	}
}

// TestCaps: nothing goes unsaid whatever the caps are.
func TestCaps(t *testing.T) {
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
			t.Errorf("%+v: no %q in\n%s", test.opts, test.want, out.String())
		}
	}
	var out strings.Builder
	if err := text.Write(&out, stream(t, "many"), text.Options{Max: -1, Tests: -1}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "more") {
		t.Errorf("without caps something was cut:\n%s", out.String())
	}
}

// TestHostile: no control or format character of a dump reaches the terminal.
func TestHostile(t *testing.T) {
	var out strings.Builder
	if err := text.Write(&out, stream(t, "hostile"), text.Options{Verbose: true}); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexAny(out.String(), "\x1b\u009b\u202e\a\b\r\x00"); i >= 0 {
		t.Errorf("%q", out.String()[max(0, i-20):i+20])
	}
}

func TestWriteError(t *testing.T) {
	_, w := io.Pipe()
	w.Close()
	if err := text.Write(w, slices.Values([]unleak.Message{}), text.Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v, want %v", err, io.ErrClosedPipe)
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

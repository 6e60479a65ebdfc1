// SPDX-License-Identifier: MIT

// The tests of all reporters: a JSON stream of testdata goes in, and what comes
// out is compared with the golden file beside it. A golden file's name is the
// stream's, the flags', and the format's.
package report_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/github"
	"github.com/unleak/unleak/internal/report/html"
	"github.com/unleak/unleak/internal/report/jsonstream"
	"github.com/unleak/unleak/internal/report/sarif"
	"github.com/unleak/unleak/internal/report/text"
)

var update = flag.Bool("update", false, "write the golden files")

// stream yields the messages of a file in testdata; that one of them is cut
// short is what the reporter must show.
func stream(t *testing.T, name string) iter.Seq[unleak.Message] {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".jsonl"))
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

// A reporter is one package's Write with its options.
type reporter func(io.Writer, iter.Seq[unleak.Message]) error

func with[O any](write func(io.Writer, iter.Seq[unleak.Message], O) error, opts O) reporter {
	return func(w io.Writer, messages iter.Seq[unleak.Message]) error { return write(w, messages, opts) }
}

func TestGolden(t *testing.T) {
	for _, test := range []struct {
		streams []string
		suffix  string
		write   reporter
	}{
		{[]string{"findings", "clean", "empty", "suspects", "losses", "cut", "mixed", "places", "vet"}, ".txt", with(text.Write, text.Options{})},
		{[]string{"findings", "hostile", "vet"}, ".verbose.txt", with(text.Write, text.Options{Verbose: true})},
		{[]string{"findings", "clean", "vet"}, ".color.txt", with(text.Write, text.Options{Color: true})},
		{[]string{"findings"}, ".width-60.txt", with(text.Write, text.Options{Width: 60})},
		{[]string{"many"}, ".max-3-tests-2.txt", with(text.Write, text.Options{Max: 3, Tests: 2})},
		{[]string{"findings", "clean", "losses", "cut", "hostile", "vet"}, ".github", with(github.Write, github.Options{})},
		{[]string{"findings"}, ".dir.github", with(github.Write, github.Options{Dir: "services/shop"})},
		{[]string{"findings", "clean", "losses", "cut", "hostile", "vet"}, ".sarif", with(sarif.Write, sarif.Options{})},
		{[]string{"findings"}, ".dir.sarif", with(sarif.Write, sarif.Options{Dir: "services/shop"})},
		{[]string{"findings", "clean", "losses", "cut", "hostile", "inspect", "vet"}, ".html", bare(with(html.Write, html.Options{}))},
	} {
		for _, name := range test.streams {
			t.Run(name+test.suffix, func(t *testing.T) {
				var out bytes.Buffer
				if err := test.write(&out, stream(t, name)); err != nil {
					t.Fatal(err)
				}
				golden(t, name+test.suffix, out.Bytes())
			})
		}
	}
}

func TestWriteErrors(t *testing.T) {
	_, closed := io.Pipe()
	closed.Close()
	for name, write := range map[string]reporter{
		"text":       with(text.Write, text.Options{}),
		"jsonstream": with(jsonstream.Write, jsonstream.Options{}),
		"github":     with(github.Write, github.Options{}),
		"sarif":      with(sarif.Write, sarif.Options{}),
		"html":       with(html.Write, html.Options{}),
	} {
		if err := write(closed, slices.Values([]unleak.Message{{Summary: new(unleak.Summary)}})); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: error %v, want %v", name, err, io.ErrClosedPipe)
		}
	}
}

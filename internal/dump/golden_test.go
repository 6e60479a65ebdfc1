// SPDX-License-Identifier: MIT

package dump_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden reads the texts in testdata, one behaviour each.
func TestGolden(t *testing.T) {
	for _, name := range texts(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := render(t, bytes.NewReader(text))
			golden := strings.TrimSuffix(name, "txt") + "json"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant, by %s,\n%s", got, golden, want)
			}
			if again := render(t, iotest.OneByteReader(bytes.NewReader(text))); !bytes.Equal(again, got) {
				t.Errorf("read byte by byte it is\n%s", again)
			}
		})
	}
}

func texts(t testing.TB) []string {
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no texts in testdata: %v", err)
	}
	return names
}

// render writes what Read yields as indented JSON, a value each.
func render(t *testing.T, r io.Reader) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "\t")
	enc.SetEscapeHTML(false)
	for g, err := range dump.Read(r, dump.Options{}) {
		var v any
		if bad := (*dump.Error)(nil); errors.As(err, &bad) {
			v = bad
		} else if err != nil {
			t.Fatal(err)
		} else {
			v = brief(*g)
		}
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// brief is unleak.Goroutine, written without what is zero.
type brief struct {
	ID        uint64
	Count     int
	Wait      unleak.Wait
	Leaked    bool   `json:",omitzero"`
	Minutes   int    `json:",omitzero"`
	Locked    bool   `json:",omitzero"`
	Bubble    uint64 `json:",omitzero"`
	Stack     []unleak.Frame
	Elided    int               `json:",omitzero"`
	Created   unleak.Frame      `json:",omitzero"`
	Creator   uint64            `json:",omitzero"`
	Ancestors []unleak.Ancestor `json:",omitzero"`
	Labels    map[string]string `json:",omitzero"`
}

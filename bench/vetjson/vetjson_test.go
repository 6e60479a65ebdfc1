// SPDX-License-Identifier: MIT

package vetjson

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	root := t.TempDir()
	in := func(name string) string { return filepath.ToSlash(filepath.Join(root, name)) }
	text := "# m\n" + `{"m": {"leak": [{"posn": "` + in("p/b.go") + `:12:3", "message": "waits"}, {"posn": "` + in("p/a.go") + `:7:1", "message": "blocks"}]}}` +
		"\ngo: downloading m\n{}\n" +
		`{"m [m.test]": {"leak": [{"posn": "` + in("p/b.go") + `:12:9", "message": "waits"}], "spawn": [{"posn": "` + in("../elsewhere.go") + `:1:1", "message": "starts"}]}}`
	got, err := Read([]byte(text), root)
	want := []Diagnostic{
		{in("../elsewhere.go"), 1, "starts"},
		{"p/a.go", 7, "blocks"},
		{"p/b.go", 12, "waits"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if place := want[1].Place(); place != "p/a.go:7" {
		t.Errorf("place %q", place)
	}
}

func TestReadErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{"p": {"leak": {"error": "no memory"}}}`:                 "p: leak: no memory",
		`{"p": {"leak": [{"posn": "p.go", "message": "m"}]}}`:     `"p.go" is no file:line:column`,
		`{"p": {"leak": [{"posn": "p.go:x:1", "message": "m"}]}}`: `position "p.go:x:1"`,
		`{"p": `:                             "unexpected EOF",
		"# p\nvet: p.go:1:1: undefined: x\n": `says "vet: p.go:1:1: undefined: x"`,
	} {
		if _, err := Read([]byte(text), t.TempDir()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %s", text, err, want)
		}
	}
}

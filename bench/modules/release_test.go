// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// development is a small checkout between releases.
var development = map[string]string{
	"go.work": `go 1.26.0

use (
	.
	./bench
	./cmd/tool
)

// Why it is there.
replace example.org/m v0.0.0 => ./
`,
	"go.mod":       "module example.org/m\n\ngo 1.26.0\n",
	"bench/go.mod": "module example.org/m/bench\n\ngo 1.26.0\n\nrequire example.org/m v0.0.0\n",
	"cmd/tool/go.mod": `module example.org/m/cmd/tool

go 1.26.0

require (
	example.org/m v0.0.0 // ours
	example.org/m2 v0.0.0
	example.org/other v1.4.0
)
`,
}

func TestRelease(t *testing.T) {
	root := t.TempDir()
	for name, text := range development {
		write(t, filepath.Join(root, name), text)
	}
	c, err := findCheckout(filepath.Join(root, "cmd", "tool"))
	if err != nil {
		t.Fatal(err)
	}

	var out bytes.Buffer
	if err := c.release("v1.2.3", &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\tgit tag v1.2.3\n", "\tgit tag cmd/tool/v1.2.3\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "bench/") {
		t.Errorf("the output tags a module that nobody requires:\n%s", out.String())
	}
	for name, text := range development {
		text = strings.ReplaceAll(text, "example.org/m v0.0.0", "example.org/m v1.2.3")
		if got := read(t, filepath.Join(root, name)); got != text {
			t.Errorf("%s after the release:\n%s\nwant:\n%s", name, got, text)
		}
	}

	if err := c.release(unreleased, &out); err != nil {
		t.Fatal(err)
	}
	for name, text := range development {
		if got := read(t, filepath.Join(root, name)); got != text {
			t.Errorf("%s back in development:\n%s\nwant:\n%s", name, got, text)
		}
	}
}

func TestReleaseRefuses(t *testing.T) {
	root := t.TempDir()
	for name, text := range development {
		write(t, filepath.Join(root, name), text)
	}
	c, err := readCheckout(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"", "1.2.3", "v1.2", "v1.2.3+meta", "latest"} {
		if err := c.release(version, new(bytes.Buffer)); err == nil {
			t.Errorf("release %q: no error", version)
		}
	}
	if got := read(t, c.goWork()); got != development["go.work"] {
		t.Errorf("go.work changed:\n%s", got)
	}
}

func TestNoCheckout(t *testing.T) {
	if _, err := findCheckout(t.TempDir()); err == nil || !strings.Contains(err.Error(), "go.work") {
		t.Errorf("outside a checkout: error %v, want one that names go.work", err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

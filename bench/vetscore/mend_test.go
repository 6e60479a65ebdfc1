// SPDX-License-Identifier: MIT

package main

import (
	_ "embed"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Each mend says in a few lines what the fix of a kernel changes.
//
//go:embed mends.json
var mends []byte

// TestMended mends copies of the kernels, each as its own fix did, and finds nothing
// in them any more.
func TestMended(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the tool over a package of the Go tree")
	}
	tree, err := open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(tree.kernels())); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module mended\n\ngo 1.26\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOWORK", "off")
	mended := mendAll(t, dir)
	t.Setenv("GOWORK", "")
	tool, err := build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(tool)
	t.Setenv("GOWORK", "off")
	findings, err := look(t.Context(), tool, dir)
	if err != nil {
		t.Fatal(err)
	}
	others := 0
	for _, f := range findings {
		if name := filepath.Base(f.Blocked.File); mended[name] {
			t.Errorf("%s:%d: %s blocks for ever [%s] in the mended variant", name, f.Blocked.Line, f.Entry.Func, f.Wait)
		} else {
			others++
		}
	}
	if others == 0 {
		t.Error("nothing found in the kernels that are not mended: the tool has not looked")
	}
}

// mendAll applies the mends and returns the files that they changed.
func mendAll(t *testing.T, dir string) map[string]bool {
	t.Helper()
	var list []struct {
		Kernel string
		Edits  [][2]string // what a line looks like, and what stands there now
	}
	if err := json.Unmarshal(mends, &list); err != nil {
		t.Fatal(err)
	}
	mended := make(map[string]bool)
	for _, m := range list {
		name := m.Kernel + ".go"
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range m.Edits {
			re := regexp.MustCompile(e[0])
			if !re.Match(data) {
				t.Errorf("%s: nothing matches %s", name, e[0])
			}
			data = re.ReplaceAll(data, []byte(e[1]))
		}
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		mended[name] = true
	}
	return mended
}

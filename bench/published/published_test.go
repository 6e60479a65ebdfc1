// SPDX-License-Identifier: MIT

package published

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCopy downloads a module from a proxy of the test's own: the copy is a main
// module without its repository's other folders, and can be written.
func TestCopy(t *testing.T) {
	proxy := t.TempDir()
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(proxy))
	t.Setenv("GONOSUMDB", "*")
	t.Setenv("GOFLAGS", "-modcacherw") // so that the test can remove it
	t.Setenv("GOMODCACHE", t.TempDir())
	mod := "module example.org/m\n\nreplace example.org/a => ../a\n\nreplace example.org/b => example.org/c v1.0.0\n"
	publish(t, proxy, map[string]string{"go.mod": mod, "p/p.go": "package p\n"})

	folder := filepath.Join(t.TempDir(), "new")
	if err := Copy(t.Context(), "example.org/m@v1.0.0", folder); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if err != nil || strings.Contains(string(text), "../a") || !strings.Contains(string(text), "example.org/c v1.0.0") {
		t.Errorf("go.mod: %q, %v", text, err)
	}
	if err := os.WriteFile(filepath.Join(folder, "p", "p.go"), []byte("package q\n"), 0o666); err != nil {
		t.Error(err)
	}
	if err := Copy(t.Context(), "example.org/m@v1.0.1", t.TempDir()); err == nil || !strings.Contains(err.Error(), "example.org/m@v1.0.1") {
		t.Errorf("a version that there is not: error %v, want one that names it", err)
	}
}

// TestOwn: a module from before modules gets a go.mod.
func TestOwn(t *testing.T) {
	folder := t.TempDir()
	if err := own(folder, "example.org/m"); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(folder, "go.mod")); err != nil || string(text) != "module example.org/m\n" {
		t.Errorf("go.mod made: %q, %v", text, err)
	}
}

// publish writes version v1.0.0 of example.org/m into a proxy's folder.
func publish(t *testing.T, proxy string, files map[string]string) {
	t.Helper()
	folder := filepath.Join(proxy, "example.org", "m", "@v")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"v1.0.0.info": `{"Version":"v1.0.0"}`, "v1.0.0.mod": files["go.mod"]} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(folder, "v1.0.0.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	archive := zip.NewWriter(f)
	for name, text := range files {
		w, err := archive.Create("example.org/m@v1.0.0/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
}

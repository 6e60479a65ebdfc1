// SPDX-License-Identifier: MIT

package main

import (
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	modversion "golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// TestInstall releases a copy of this checkout into a module proxy made of files
// and installs the tool from there, as a user does: in a folder outside any
// checkout, with an empty module cache.
//
// The go command's test cache looks at files of this module alone, so that a
// cached result may be older than the tree; make release runs the test anew.
func TestInstall(t *testing.T) {
	const version, tool = "v0.1.0", "github.com/unleak/unleak/cmd/unleak"
	here, err := findCheckout(".")
	if err != nil {
		t.Fatal(err)
	}
	// What is not ours comes from what builds of this checkout downloaded, else
	// from where those come from: a workspace may build with later versions than
	// the tool alone.
	downloads := filepath.Join(goCommand(t, here.root, nil, "env", "GOMODCACHE"), "cache", "download")

	copied := t.TempDir()
	copyTree(t, copied, here.root)
	c, err := readCheckout(copied)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.release(version, io.Discard); err != nil {
		t.Fatal(err)
	}
	proxy := t.TempDir()
	for _, m := range c.modules {
		if m.published() {
			publish(t, proxy, c, m, version)
		}
	}

	bin, outside := t.TempDir(), t.TempDir()
	env := []string{
		"GOENV=off", "GOWORK=", "GOTOOLCHAIN=local", "GOPRIVATE=", "GONOPROXY=none", "GOSUMDB=off",
		"GOPROXY=" + fileURL(proxy) + "," + fileURL(downloads) + "," + goCommand(t, here.root, nil, "env", "GOPROXY"),
		"GOFLAGS=-modcacherw", // so that the folder can be removed
		"GOMODCACHE=" + t.TempDir(),
		"GOCACHE=" + goCommand(t, here.root, nil, "env", "GOCACHE"),
		"GOBIN=" + bin,
	}
	goCommand(t, outside, env, "install", tool+"@latest")

	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "unleak"), "version")
	cmd.Dir = outside
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), version) {
		t.Errorf("unleak version: %v, %q; want it to name %s", err, out, version)
	}
}

// publish writes a module into a proxy's tree of files
// (go.dev/ref/mod#goproxy-protocol).
func publish(t *testing.T, proxy string, c *checkout, m module, version string) {
	t.Helper()
	versions := filepath.Join(proxy, filepath.FromSlash(m.path), "@v")
	write(t, filepath.Join(versions, "list"), version+"\n")
	write(t, filepath.Join(versions, version+".info"), `{"Version":"`+version+`"}`)
	write(t, filepath.Join(versions, version+".mod"), read(t, c.goMod(m)))
	file, err := os.Create(filepath.Join(versions, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	// It leaves nested modules out, as the go command does.
	id := modversion.Version{Path: m.path, Version: version}
	if err := zip.CreateFromDir(file, id, filepath.Dir(c.goMod(m))); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// goCommand runs the go command and returns what it prints on standard output.
func goCommand(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// copyTree copies the files of a tree, without those of version control.
func copyTree(t *testing.T, to, from string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(from), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".git" && d.IsDir():
			return fs.SkipDir
		case name != ".git" && d.Type().IsRegular(): // a linked working tree has a file there
			write(t, filepath.Join(to, name), read(t, filepath.Join(from, name)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func fileURL(folder string) string {
	folder = filepath.ToSlash(folder)
	if !strings.HasPrefix(folder, "/") {
		folder = "/" + folder
	}
	return "file://" + folder
}

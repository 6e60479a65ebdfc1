// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
)

// A checkout is a working tree whose go.work ties several modules together.
type checkout struct {
	root    string // the folder of go.work
	modules []module
}

// A module is one of a checkout's, with its folder relative to the checkout,
// slash-separated and "." for the root.
type module struct {
	path, folder string
}

// published reports whether users get the module: only then it is tagged. The
// gallery and the benchmarks are for those who have a checkout.
func (m module) published() bool {
	return m.folder != "examples" && m.folder != "bench"
}

// tag is the version control tag by which the go command finds a version of the
// module (go.dev/ref/mod#vcs-version).
func (m module) tag(version string) string {
	if m.folder == "." {
		return version
	}
	return m.folder + "/" + version
}

func (c *checkout) goMod(m module) string {
	return filepath.Join(c.root, filepath.FromSlash(m.folder), "go.mod")
}

func (c *checkout) goWork() string { return filepath.Join(c.root, "go.work") }

// findCheckout reads the checkout that holds the folder.
func findCheckout(folder string) (*checkout, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	for dir := folder; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return readCheckout(dir)
		}
		if dir == filepath.Dir(dir) {
			return nil, fmt.Errorf("no go.work in %s or above: run this inside a checkout", folder)
		}
	}
}

func readCheckout(root string) (*checkout, error) {
	c := &checkout{root: root}
	text, err := os.ReadFile(c.goWork())
	if err != nil {
		return nil, err
	}
	work, err := modfile.ParseWork(c.goWork(), text, nil)
	if err != nil {
		return nil, err
	}
	for _, use := range work.Use {
		m := module{folder: filepath.ToSlash(filepath.Clean(use.Path))}
		text, err := os.ReadFile(c.goMod(m))
		if err != nil {
			return nil, fmt.Errorf("go.work uses %s: %w", use.Path, err)
		}
		if m.path = modfile.ModulePath(text); m.path == "" {
			return nil, fmt.Errorf("%s has no module line", c.goMod(m))
		}
		c.modules = append(c.modules, m)
	}
	return c, nil
}

// SPDX-License-Identifier: MIT

package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/unleak/unleak"
)

// Each mend says in a few lines what the fix of a kernel changes.
//
//go:embed mends.json
var mends []byte

// A mended kernel is a copy with the lines of its fix.
type mended struct {
	Kernel string
	Edits  [][2]string // what a line looks like, and what stands there now
	found  []unleak.Finding
}

// String says how it went, for the table.
func (m *mended) String() string {
	switch {
	case m == nil:
		return "not made"
	case len(m.found) > 0:
		return fmt.Sprintf("%d found", len(m.found))
	}
	return "silent"
}

// variants are mended kernels, by file.
type variants struct {
	dir string
	of  map[string]*mended
}

// mend copies the kernels to a folder and mends them there.
func mend(kernels, dir string) (variants, error) {
	v := variants{dir, make(map[string]*mended)}
	var list []*mended
	if err := json.Unmarshal(mends, &list); err != nil {
		return v, fmt.Errorf("reading the mends: %w", err)
	}
	if err := os.CopyFS(dir, os.DirFS(kernels)); err != nil {
		return v, fmt.Errorf("copying the kernels: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module mended\n\ngo 1.26\n"), 0o666); err != nil {
		return v, fmt.Errorf("making a module of the kernels: %w", err)
	}
	for _, m := range list {
		name := m.Kernel + ".go"
		if err := m.apply(filepath.Join(dir, name)); err != nil {
			return v, err
		}
		v.of[name] = m
	}
	return v, nil
}

func (m *mended) apply(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading a kernel: %w", err)
	}
	for _, e := range m.Edits {
		re, err := regexp.Compile(e[0])
		if err != nil {
			return fmt.Errorf("%s: %w", m.Kernel, err)
		}
		if !re.Match(data) {
			return fmt.Errorf("%s: nothing matches %s", m.Kernel, e[0])
		}
		data = re.ReplaceAll(data, []byte(e[1]))
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		return fmt.Errorf("mending a kernel: %w", err)
	}
	return nil
}

// look runs the tool over all variants and returns how much it finds in the kernels
// that are not mended.
func (v variants) look(ctx context.Context, tool string) (others int, _ error) {
	findings, err := look(ctx, tool, v.dir)
	if err != nil {
		return 0, err
	}
	for _, f := range findings {
		if m := v.of[filepath.Base(f.Blocked.File)]; m != nil {
			m.found = append(m.found, f)
		} else {
			others++
		}
	}
	return others, nil
}

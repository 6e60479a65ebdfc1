// SPDX-License-Identifier: MIT

// Package hook puts unleak's hook into the test binaries that the go command
// builds, without a change to any file: it writes an overlay (go build -overlay)
// that adds calls to the standard library's package testing.
//
// The hook marks the goroutines of tests with a pprof label, which every
// goroutine started under them inherits, and writes at exit what the runtime
// knows. See the files _testing.go and _testdeps.go.
package hook

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// sources are the hook's files and, for Keep, what patches the others.
//
//go:embed _testing.go _testdeps.go _exithook.go _noexithook.go overlay.go patch.go
var sources embed.FS

// Variable is the environment variable through which a test binary gets its
// Config.
const Variable = "UNLEAK_HOOK"

// Replace is the content of an overlay file: the path of a file that the go
// command is to see, to the path of the file that it reads instead.
type Replace map[string]string

// Write writes the patched files of the standard library under goroot into dir
// and returns the overlay's entries. A ShapeError says that the release is not
// known.
func Write(goroot, dir string) (Replace, error) {
	w := writer{goroot: goroot, dir: dir, replace: make(Replace)}
	files, errs := w.parseAll()
	hasContext := errs[0] == nil && files[0].hasField("common", "ctx")
	for i, patch := range []func(*file) error{
		patchTesting,
		patchFuzz,
		func(f *file) error { return patchBenchmark(f, hasContext) },
		patchExample,
	} {
		if errs[i] != nil {
			return nil, errs[i]
		}
		if err := patch(files[i]); err != nil {
			return nil, err
		}
		if err := w.write(patched[i], files[i].bytes()); err != nil {
			return nil, err
		}
	}
	return w.replace, w.add(hasContext)
}

// patched are the files of the standard library that are changed, in the order of
// Write's patches.
var patched = [...]string{"testing/testing.go", "testing/fuzz.go", "testing/benchmark.go", "testing/run_example.go"}

// writer collects the files of one overlay.
type writer struct {
	goroot, dir string
	replace     Replace
}

// parseAll parses the files to patch, side by side: they are most of the time that
// a run costs before go test starts.
func (w *writer) parseAll() (files [len(patched)]*file, errs [len(patched)]error) {
	var wg sync.WaitGroup
	for i, name := range patched {
		wg.Go(func() { files[i], errs[i] = w.parse(name) })
	}
	wg.Wait()
	return files, errs
}

func (w *writer) parse(name string) (*file, error) {
	path := filepath.Join(w.goroot, "src", filepath.FromSlash(name))
	src, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &ShapeError{File: path, Want: "such file"}
	}
	if err != nil {
		return nil, fmt.Errorf("reading the standard library: %w", err)
	}
	return parse(path, src)
}

// place returns where a file of the standard library is written.
func (w *writer) place(name string) string {
	return filepath.Join(w.dir, strings.ReplaceAll(name, "/", "_"))
}

func (w *writer) write(name string, data []byte) error {
	path := w.place(name)
	if err := os.WriteFile(path, data, 0o666); err != nil {
		return fmt.Errorf("writing the overlay: %w", err)
	}
	w.replace[filepath.Join(w.goroot, "src", filepath.FromSlash(name))] = path
	return nil
}

// deps is the package that testing gets its dependencies from.
const deps = "testing/internal/testdeps"

// added are the files that the hook adds to the standard library, and what they
// are made from.
var added = [...]struct{ name, source string }{
	{"testing/unleak.go", "_testing.go"},
	{deps + "/unleak.go", "_testdeps.go"},
	{deps + "/unleak_atexit.go", "_exithook.go"},
}

// add writes the added files.
func (w *writer) add(hasContext bool) error {
	if !w.exists(deps) {
		return &ShapeError{File: filepath.Join(w.goroot, "src", filepath.FromSlash(deps)), Want: "such package"}
	}
	for _, file := range added {
		source := file.source
		if source == "_exithook.go" && !w.exists("internal/runtime/exithook") {
			source = "_noexithook.go"
		}
		data, err := fs.ReadFile(sources, source)
		if err != nil {
			return err
		}
		if err := w.write(file.name, choose(data, hasContext)); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) exists(pkg string) bool {
	st, err := os.Stat(filepath.Join(w.goroot, "src", filepath.FromSlash(pkg)))
	return err == nil && st.IsDir()
}

// choose keeps, of the lines that differ between releases with and without a
// context in testing's common struct, the ones that fit.
func choose(src []byte, hasContext bool) []byte {
	if hasContext {
		return src
	}
	lines := strings.Split(string(src), "\n")
	out := lines[:0]
	for i := 0; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == "//unleak:context" {
			i++ // and the line it marks
			continue
		}
		out = append(out, strings.Replace(lines[i], "//unleak:nocontext ", "", 1))
	}
	return []byte(strings.Join(out, "\n"))
}

// WriteFile writes the overlay file that go build -overlay reads.
func (r Replace) WriteFile(name string) error {
	data, err := json.Marshal(struct{ Replace Replace }{r})
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, data, 0o666); err != nil {
		return fmt.Errorf("writing the overlay: %w", err)
	}
	return nil
}

// ReadFile reads an overlay file of a user's for a go command that runs in dir: from
// there it takes relative names (cmd/go/internal/fsys, Init).
func ReadFile(name, dir string) (Replace, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("-overlay: %w", err)
	}
	absolute := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(dir, name)
	}
	data, err := os.ReadFile(absolute(name))
	if err != nil {
		return nil, fmt.Errorf("-overlay: %w", err)
	}
	var overlay struct{ Replace Replace }
	if err := json.Unmarshal(data, &overlay); err != nil {
		return nil, fmt.Errorf("-overlay %s: %w", name, err)
	}
	replace := make(Replace)
	for from, to := range overlay.Replace {
		replace[absolute(from)] = absolute(to)
	}
	return replace, nil
}

// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
)

// An analysis runs the vet tool over packages of published modules.
type analysis struct {
	tool  string
	work  string        // a folder for copies
	limit time.Duration // for one package
}

// A side is what the analysis reports for one version.
type side struct {
	version string
	reports []report
	// functions are those around the operations of the fix, where the version is the
	// one before.
	functions []string
	err       error
	took      time.Duration
}

// A report is one diagnostic. Its function is the declared one around its line.
type report struct {
	file     string // relative to the module
	line     int
	function string
	message  string
}

// outside is the environment of a go command that works on somebody else's
// module: without this checkout's workspace, and free to complete the go.mod of a
// copy, since the older modules have none.
var outside = []string{"GOWORK=off", "GOFLAGS=-mod=mod"}

// side analyses one version of the fix's package.
func (a analysis) side(ctx context.Context, f fix, version string) side {
	s := side{version: version}
	folder, err := a.copyOf(ctx, f.Module, version, f.Package)
	if err != nil {
		s.err = err
		return s
	}
	defer os.RemoveAll(folder)
	if version == f.Before {
		if s.functions, s.err = f.functions(folder); s.err != nil {
			return s
		}
	}
	// The dependencies are compiled first: the limit is for the analysis.
	if _, err := command(ctx, folder, outside, "build", f.Package); err != nil {
		s.err = err
		return s
	}
	bounded, cancel := context.WithTimeout(ctx, a.limit)
	defer cancel()
	start := time.Now()
	out, err := command(bounded, folder, outside, "vet", "-json", "-vettool="+a.tool, f.Package)
	s.took = time.Since(start)
	if err != nil {
		s.err = err
		return s
	}
	s.reports, s.err = readReports(bytes.NewReader(out), folder)
	return s
}

// copyOf downloads a module and returns a copy that can be written. The copy has
// no tests where the package is: they are no part of what is analysed, and go vet
// would want their dependencies.
func (a analysis) copyOf(ctx context.Context, module, version, pattern string) (string, error) {
	out, err := command(ctx, a.work, outside, "mod", "download", "-json", module+"@"+version)
	var download struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &download); jsonErr != nil || download.Error != "" {
		return "", errors.Join(err, fmt.Errorf("%s@%s: %s", module, version, download.Error))
	}
	folder, err := os.MkdirTemp(a.work, "copy")
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(folder, os.DirFS(download.Dir)); err != nil {
		return "", err
	}
	if err := ownModule(folder, module); err != nil {
		return "", err
	}
	tests, err := filepath.Glob(filepath.Join(folder, filepath.FromSlash(pattern), "*_test.go"))
	if err != nil {
		return "", err
	}
	for _, name := range tests {
		if err := os.Remove(name); err != nil {
			return "", err
		}
	}
	return folder, os.RemoveAll(filepath.Join(folder, "vendor"))
}

// ownModule makes the copy a main module: one from before modules gets a go.mod,
// and replacements by folders of its repository, which only its authors have, go.
func ownModule(folder, module string) error {
	name := filepath.Join(folder, "go.mod")
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return os.WriteFile(name, []byte("module "+module+"\n"), 0o644)
	}
	if err != nil {
		return err
	}
	mod, err := modfile.Parse(name, text, nil)
	if err != nil {
		return err
	}
	for _, r := range mod.Replace {
		if r.New.Version == "" {
			if err := mod.DropReplace(r.Old.Path, r.Old.Version); err != nil {
				return err
			}
		}
	}
	mod.Cleanup()
	text, err = mod.Format()
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}

// readReports reads what go vet -json writes: objects of package, analyzer and
// diagnostics, or an analyzer's error.
func readReports(r io.Reader, folder string) ([]report, error) {
	var reports []report
	var errs []error
	for d := json.NewDecoder(r); ; {
		var packages map[string]map[string]json.RawMessage
		if err := d.Decode(&packages); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return reports, fmt.Errorf("output of go vet -json: %w", err)
		}
		for pkg, analyzers := range packages {
			for analyzer, raw := range analyzers {
				more, err := readDiagnostics(raw, folder)
				if err != nil {
					errs = append(errs, fmt.Errorf("%s: %s: %w", pkg, analyzer, err))
				}
				reports = append(reports, more...)
			}
		}
	}
	slices.SortFunc(reports, func(a, b report) int {
		return strings.Compare(a.String(), b.String())
	})
	return reports, errors.Join(errs...)
}

// readDiagnostics reads one analyzer's diagnostics.
func readDiagnostics(raw json.RawMessage, folder string) ([]report, error) {
	var failed struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(raw, &failed) == nil && failed.Error != "" {
		return nil, errors.New(failed.Error)
	}
	var list []struct{ Posn, Message string }
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	var reports []report
	for _, d := range list {
		r, err := newReport(folder, d.Posn, d.Message)
		if err != nil {
			return reports, err
		}
		reports = append(reports, r)
	}
	return reports, nil
}

// newReport takes apart a position, file:line:column, and finds its function.
func newReport(folder, posn, message string) (report, error) {
	rest := posn[:max(0, strings.LastIndexByte(posn, ':'))]
	colon := strings.LastIndexByte(rest, ':')
	if colon < 0 {
		return report{}, fmt.Errorf("position %q is no file:line:column", posn)
	}
	line, err := strconv.Atoi(rest[colon+1:])
	if err != nil {
		return report{}, fmt.Errorf("position %q: %w", posn, err)
	}
	name := rest[:colon]
	r := report{file: name, line: line, message: message}
	if relative, err := filepath.Rel(folder, name); err == nil {
		r.file = filepath.ToSlash(relative)
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return r, err
	}
	if names, err := enclosing(name, src, []int{line}); err == nil {
		r.function = names[0]
	}
	return r, nil
}

func (r report) String() string {
	return fmt.Sprintf("%s:%d: %s", r.file, r.line, r.message)
}

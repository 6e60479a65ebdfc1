// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/unleak/unleak/bench/published"
	"github.com/unleak/unleak/bench/vetjson"
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

// A report is one diagnostic, with the declared function around its line.
type report struct {
	vetjson.Diagnostic
	function string
}

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
	if _, err := command(ctx, folder, published.Environment(), "build", f.Package); err != nil {
		s.err = err
		return s
	}
	bounded, cancel := context.WithTimeout(ctx, a.limit)
	defer cancel()
	start := time.Now()
	out, err := command(bounded, folder, published.Environment(), "vet", "-json", "-vettool="+a.tool, f.Package)
	s.took = time.Since(start)
	if err != nil {
		s.err = err
		return s
	}
	s.reports, s.err = readReports(out, folder)
	return s
}

// copyOf returns a copy of a module. It has no tests where the package is: they are
// no part of what is analysed, and go vet would want their dependencies.
func (a analysis) copyOf(ctx context.Context, module, version, pattern string) (string, error) {
	folder, err := os.MkdirTemp(a.work, "copy")
	if err != nil {
		return "", err
	}
	if err := published.Copy(ctx, module+"@"+version, folder); err != nil {
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

// readReports reads what go vet -json writes, and finds the functions.
func readReports(out []byte, folder string) ([]report, error) {
	list, err := vetjson.Read(out, folder)
	if err != nil {
		return nil, err
	}
	reports := make([]report, len(list))
	for i, d := range list {
		name := filepath.FromSlash(d.File)
		if !filepath.IsAbs(name) {
			name = filepath.Join(folder, name)
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		reports[i].Diagnostic = d
		if names, err := enclosing(name, src, []int{d.Line}); err == nil {
			reports[i].function = names[0]
		}
	}
	return reports, nil
}

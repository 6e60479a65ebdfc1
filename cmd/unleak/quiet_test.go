// SPDX-License-Identifier: MIT

package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// runs repeats the tests that must hold every time; go test -runs=20 shows it.
var runs = flag.Int("runs", 1, "run TestQuiet and TestParallel this many times")

// outside copies a module of testdata to where no go.work is above it.
func outside(t *testing.T, module string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", module))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestQuiet runs suites that leave goroutines and leak none: what is started once
// and lives as long as its process, and what is merely slow.
func TestQuiet(t *testing.T) {
	dir := outside(t, "quiet")
	for i := range *runs {
		r := unleakTest(t, dir, "./...")
		if r.code != 0 || len(r.failing()) > 0 {
			t.Errorf("run %d: exit code %d:\n%s", i+1, r.code, describe(r.findings))
		}
	}
}

// TestParallel wants exactly those of two hundred parallel subtests named that
// leak.
func TestParallel(t *testing.T) {
	dir := outside(t, "parallel")
	var want []string
	for i := 0; i < 200; i += 5 {
		want = append(want, fmt.Sprintf("TestMany/%03d", i))
	}
	for i := range *runs {
		r := unleakTest(t, dir, ".")
		var got []string
		for _, f := range r.findings {
			for _, e := range f.Evidence {
				got = append(got, e.Test)
			}
		}
		slices.Sort(got)
		if r.code != 3 || !slices.Equal(got, want) {
			t.Errorf("run %d: exit code %d, tests %q:\n%s", i+1, r.code, got, describe(r.findings))
		}
	}
}

// SPDX-License-Identifier: MIT

package gotest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/unleak/unleak/internal/diagnose"
)

// sample is a module whose tests leave goroutines of three kinds: proven, reachable
// and labelled anew.
var sample = map[string]string{
	"go.mod": "module example.com/m\n\ngo 1.26\n",
	"m_test.go": `package m

import (
	"context"
	"runtime/pprof"
	"testing"
)

var kept = make(chan int)

func TestProven(t *testing.T) {
	for range 3 {
		c := make(chan int)
		go func() { c <- 1 }()
	}
}

func TestKept(t *testing.T) {
	t.Run("sub \"quoted\"", func(t *testing.T) { go func() { <-kept }() })
}

func TestRelabelled(t *testing.T) {
	pprof.Do(context.Background(), pprof.Labels("mine", "x"), func(context.Context) {
		go func() { select {} }()
	})
}
`,
}

// record runs the sample's tests and returns the runner with its evidence.
func record(t *testing.T) (*runner, []packageResult) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range sample {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	r := &runner{
		Options: Options{Grace: defaultGrace},
		Streams: Streams{Out: &out, Err: &out, Env: append(os.Environ(), "GOFLAGS=-ldflags=-w", "GOWORK=off"), Dir: dir},
		temp:    t.TempDir(),
	}
	var err error
	if r.tools, err = findToolchain(t.Context(), r.Env, dir); err != nil {
		t.Fatal(err)
	}
	if err := r.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	tests, err := r.folder("tests")
	if err != nil {
		t.Fatal(err)
	}
	results, failed, err := r.goTest(t.Context(), tests, func() {})
	if err != nil || failed || len(results) != 1 {
		t.Fatalf("go test: %v, failed %v, %d results\n%s", err, failed, len(results), out.String())
	}
	return r, results
}

// look reads evidence and returns what findings it makes, by key, and the losses.
func look(t *testing.T, r *runner, results []packageResult, dir string) (findings map[string]int, hidden bool) {
	t.Helper()
	there := evidence{dir: dir}
	binaries, err := there.binaries()
	if err != nil {
		t.Fatal(err)
	}
	r.losses = nil
	r.account(results, binaries, false)
	for _, l := range r.losses {
		hidden = hidden || l.Hides
	}
	left := r.leftovers(nil, binaries)
	set := diagnose.Cases(left, r.checkout.Tree())
	findings = make(map[string]int)
	list, _ := set.Findings()
	for _, f := range list {
		findings[fmt.Sprint(f.Grade, " ", f.Blocked.Func)] += f.Count
	}
	return findings, hidden
}

// TestCutEvidence cuts each file of real evidence short at many places, and takes
// each away. Reading never panics, and where something is missing that is a loss
// which hides: never clean.
func TestCutEvidence(t *testing.T) {
	r, results := record(t)
	folders, err := filepath.Glob(filepath.Join(filepath.Join(r.temp, "tests"), "run-*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("folders %v, %v", folders, err)
	}
	whole, hidden := look(t, r, results, filepath.Join(r.temp, "tests"))
	want := map[string]int{
		"proven example.com/m.TestProven.func1":       3,
		"proven example.com/m.TestRelabelled.func1.1": 1,
		"suspect example.com/m.TestKept.func1.1":      1,
	}
	if hidden || fmt.Sprint(whole) != fmt.Sprint(want) {
		t.Fatalf("whole evidence: %v, losses %v; want %v", whole, r.losses, want)
	}
	files, err := os.ReadDir(folders[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		t.Run(f.Name(), func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(folders[0], f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range cuts(len(data)) {
				dir := t.TempDir()
				folder := filepath.Join(dir, "run-1")
				if err := os.CopyFS(folder, os.DirFS(folders[0])); err != nil {
					t.Fatal(err)
				}
				name := filepath.Join(folder, f.Name())
				if n < 0 {
					err = os.Remove(name)
				} else {
					err = os.Truncate(name, int64(n))
				}
				if err != nil {
					t.Fatal(err)
				}
				got, hidden := look(t, r, results, dir)
				if !hidden && fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("cut at %d of %d: %v without a loss", n, len(data), got)
				}
				// The proof stands in two files: one of them is enough.
				if proven := "proven example.com/m.TestProven.func1"; got[proven] != want[proven] {
					t.Errorf("cut at %d of %d: %v", n, len(data), got)
				}
			}
		})
	}
}

// cuts returns places to cut a file at: -1 to take it away, its end apart.
func cuts(size int) []int {
	list := []int{-1}
	for n := 0; n < size-1; n += max(1, size/60) {
		list = append(list, n)
	}
	return slices.Compact(append(list, size-2))
}

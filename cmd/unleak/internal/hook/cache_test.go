// SPDX-License-Identifier: MIT

package hook

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

// TestKeep wants the same overlay the second time, from the same files, and all of
// it again when a file of it is gone.
func TestKeep(t *testing.T) {
	goroot, dir := roots(t)[0], t.TempDir()
	first, err := Keep(goroot, dir)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := Write(goroot, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != len(fresh) {
		t.Errorf("%d entries are kept, and %d written", len(first), len(fresh))
	}
	for from, to := range fresh {
		want, err1 := os.ReadFile(to)
		got, err2 := os.ReadFile(first[from])
		if err := errors.Join(err1, err2); err != nil || string(got) != string(want) {
			t.Errorf("%s is kept otherwise than it is written: %v", from, err)
		}
	}
	before := modified(t, first)
	again, err := Keep(goroot, dir)
	if err != nil || !maps.Equal(first, again) || !maps.Equal(before, modified(t, again)) {
		t.Errorf("the second overlay is another: %v, %v", again, err)
	}
	for _, to := range first {
		if err := os.Remove(to); err != nil {
			t.Fatal(err)
		}
		break
	}
	if again, err = Keep(goroot, dir); err != nil || !maps.Equal(first, again) || len(modified(t, again)) != len(first) {
		t.Errorf("a folder that is not whole is not made anew: %v", err)
	}
	if rest, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(rest) != 1 {
		t.Errorf("the folder holds %q, want one overlay: %v", rest, err)
	}
}

// modified returns the times at which an overlay's files were written.
func modified(t *testing.T, r Replace) map[string]int64 {
	t.Helper()
	times := make(map[string]int64)
	for _, to := range r {
		st, err := os.Stat(to)
		if err != nil {
			t.Fatal(err)
		}
		times[to] = st.ModTime().UnixNano()
	}
	return times
}

// TestKeepNowhere wants an error where nothing can be kept, for the caller to fall
// back on.
func TestKeepNowhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Keep(roots(t)[0], filepath.Join(file, "cache")); err == nil {
		t.Error("an overlay was kept in a file")
	}
}

// TestKeepUnknownShape wants the refusal, and nothing left behind.
func TestKeepUnknownShape(t *testing.T) {
	dir := t.TempDir()
	var shape *ShapeError
	if _, err := Keep(t.TempDir(), dir); !errors.As(err, &shape) {
		t.Errorf("an empty GOROOT gives %v, want a ShapeError", err)
	}
	if rest, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(rest) != 0 {
		t.Errorf("the folder holds %q: %v", rest, err)
	}
}

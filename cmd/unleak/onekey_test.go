// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/cli"
	"github.com/unleak/unleak/internal/report/jsonstream"
)

// dumping is a TestMain that writes, when the tests have run, what the process
// shows of its goroutines in each of the runtime's formats.
const dumping = `package %s

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	code := m.Run()
	for still, last := 0, 0; still < 20; still++ {
		if n := runtime.NumGoroutine(); n != last {
			still, last = 0, n
		}
		time.Sleep(10 * time.Millisecond)
	}
	for debug := range 3 {
		f, err := os.Create(fmt.Sprintf("%%s/%s.debug%%d", os.Getenv("DUMPS"), debug))
		if err != nil {
			panic(err)
		}
		if err := pprof.Lookup("goroutine").WriteTo(f, debug); err != nil {
			panic(err)
		}
		if err := f.Close(); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}
`

// TestOneKey runs the leaks of each folder of the gallery and wants the keys that
// "unleak test" gives them in each format of a dump of the same leak.
func TestOneKey(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", "..", "examples"))
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string][]unleak.Finding)
	for _, f := range unleakTest(t, root, "-confirm=off", "-run=Leaky", "./...").findings {
		for folder, part := range byFolder(f) {
			want[folder] = append(want[folder], part)
		}
	}
	dumps := galleryDumps(t, root)
	for folder := range folders(t, root) {
		for _, debug := range []string{"debug0", "debug1", "debug2"} {
			t.Run(folder+"/"+debug, func(t *testing.T) {
				counts := inspectKeys(t, filepath.Join(dumps, folder+"."+debug))
				for _, f := range want[folder] {
					if counts[f.Key] < f.Count {
						t.Errorf("%d goroutines with the key %s (%s in %s, entry %s), want %d",
							counts[f.Key], f.Key, f.Wait, f.Blocked.Func, f.Entry.Func, f.Count)
					}
				}
			})
		}
	}
}

// galleryDumps runs the leaking tests of the gallery and returns the folder with
// what they dumped.
func galleryDumps(t *testing.T, root string) string {
	t.Helper()
	dir := t.TempDir()
	replace := make(map[string]string)
	for folder := range folders(t, root) {
		file := filepath.Join(dir, folder+".go")
		if err := os.WriteFile(file, fmt.Appendf(nil, dumping, folder, folder), 0o666); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, folder, "dumping_test.go")] = file
	}
	overlay := filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, text, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-overlay="+overlay, "-run=Leaky", "./...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "DUMPS="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return dir
}

// inspectKeys runs "unleak inspect" and counts goroutines by key.
func inspectKeys(t *testing.T, file string) map[string]int {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args := []string{"inspect", "-format=json", file}
	if code := cli.Run(context.Background(), args, strings.NewReader(""), &stdout, &stderr, os.Environ()); code == 1 || code == 2 {
		t.Fatalf("unleak inspect %s: exit code %d\n%s%s", path.Base(file), code, stdout.String(), stderr.String())
	}
	counts := make(map[string]int)
	for m, err := range jsonstream.Read(&stdout) {
		if err != nil {
			t.Fatal(err)
		}
		if m.Group != nil {
			counts[m.Group.Key] += m.Group.Count
		}
	}
	return counts
}

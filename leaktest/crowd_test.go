// SPDX-License-Identifier: MIT

package leaktest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// go test ./leaktest -run=Crowd -runs=20
var runs = flag.Int("runs", 1, "run the crowd of parallel tests this many times")

// TestCrowd runs 200 parallel tests of one package with the race detector, each of
// which starts 50 goroutines and leaves 20 of them: each must be told of its 20.
func TestCrowd(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a test binary with the race detector")
	}
	const tests = 200
	dir := module(t, map[string]string{"crowd_test.go": crowd(tests)})
	binary := filepath.Join(dir, "crowd.test")
	command(t, dir, "test", "-c", "-race", "-o", binary, ".")
	for range *runs {
		cmd := exec.Command(binary, "-test.v=test2json", "-test.parallel=200")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
			t.Fatalf("the tests passed or did not run: %v\n%s", err, out)
		}
		left := reports(t, out)
		for i := range tests {
			name := fmt.Sprintf("Test%03d", i)
			if got := left[name]; got != "20" {
				t.Errorf("%s: told of %q goroutines, want 20", name, got)
			}
			delete(left, name)
		}
		if len(left) > 0 {
			t.Errorf("told of others too: %v", left)
		}
		if t.Failed() {
			t.Logf("%.4000s", out)
			return
		}
	}
}

// crowd writes tests that leave 20 goroutines of 50, some of them in a function
// that all share, some started by a goroutine that has ended by then, some under
// labels of their own.
func crowd(tests int) string {
	var b strings.Builder
	b.WriteString(`package crowd

import (
	"context"
	"runtime/pprof"
	"sync"
	"testing"

	"github.com/unleak/unleak/leaktest"
)

func shared(c chan int) { <-c }

func each(t *testing.T) {
	t.Parallel()
	leaktest.Check(t)
	in, out, both, end := make(chan int), make(chan int), make(chan int), make(chan int)
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() { shared(end) })
	}
	for range 5 {
		go shared(in)
		go func() { out <- 1 }()
	}
	wg.Go(func() {
		for range 5 {
			go func() { select { case <-both: case <-in: } }()
		}
	})
	for range 5 {
		pprof.Do(context.Background(), pprof.Labels("job", t.Name()), func(context.Context) {
			go shared(in)
		})
	}
	close(end)
	wg.Wait()
}

`)
	for i := range tests {
		fmt.Fprintf(&b, "func Test%03d(t *testing.T) { each(t) }\n", i)
	}
	return b.String()
}

var behind = regexp.MustCompile(`(Test\d+) left (\d+) goroutines? behind`)

// reports finds in the output of go test what each test was told.
func reports(t *testing.T, out []byte) map[string]string {
	t.Helper()
	left := make(map[string]string)
	for _, m := range behind.FindAllSubmatch(out, -1) {
		name := string(m[1])
		if _, twice := left[name]; twice {
			t.Errorf("%s was told twice", name)
		}
		left[name] = string(m[2])
	}
	return left
}

// module makes a module that requires this one and nothing else.
func module(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	files["go.mod"] = "module crowd\n\ngo 1.26.0\n\nrequire github.com/unleak/unleak v0.0.0\n\nreplace github.com/unleak/unleak => " + root + "\n"
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// command runs the go command in a folder, outside of any workspace.
func command(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.Bytes())
	}
	return string(out)
}

// TestAlone: who imports leaktest gets it and nothing else.
func TestAlone(t *testing.T) {
	dir := module(t, map[string]string{"alone_test.go": `package crowd

import (
	"testing"

	"github.com/unleak/unleak/leaktest"
)

func Test(t *testing.T) { leaktest.SelfCheck(t) }
`})
	for line := range strings.Lines(command(t, dir, "mod", "graph")) {
		from, to, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, m := range []string{from, to} {
			name, _, _ := strings.Cut(m, "@")
			if name != "crowd" && name != "github.com/unleak/unleak" && name != "go" && name != "toolchain" {
				t.Errorf("go mod graph has %s", m)
			}
		}
	}
	if out := command(t, dir, "test", "-json", "."); !passed(out) {
		t.Errorf("the self-check failed:\n%s", out)
	}
}

func passed(out string) bool {
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var event struct{ Action, Test string }
		if err := d.Decode(&event); err == io.EOF || err != nil {
			return false
		}
		if event.Action == "pass" && event.Test == "Test" {
			return true
		}
	}
}

// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// goleakModule is the peer's latest release.
const goleakModule = "go.uber.org/goleak@v1.3.0"

// writeModule writes the files and a go.mod, with the peer required where a file
// imports it.
func writeModule(ctx context.Context, folder string, files map[string]string) error {
	files["go.mod"] = "module m\n\ngo 1.26.0\n"
	for name, text := range files {
		name = filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	imports := func(text string) bool { return strings.Contains(text, `"go.uber.org/goleak"`) }
	if !slices.ContainsFunc(slices.Collect(maps.Values(files)), imports) {
		return nil
	}
	cmd := exec.CommandContext(ctx, "go", "get", goleakModule)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go get %s: %w\n%s", goleakModule, err, out)
	}
	return nil
}

// A testFile describes a test file of package m.
type testFile struct {
	// tests is how many quick tests there are; each starts a goroutine and
	// waits for it.
	tests int
	// first is a statement that stands at the start of every test.
	first string
	// ready is a statement that a TestMain runs before the tests.
	ready string
	// imports and rest are what these statements need.
	imports []string
	rest    string
}

func (f testFile) text() string {
	var b strings.Builder
	b.WriteString("package m\n\nimport (\n\t\"testing\"\n")
	for _, path := range f.imports {
		fmt.Fprintf(&b, "\t%q\n", path)
	}
	b.WriteString(")\n" + f.rest)
	for i := range f.tests {
		fmt.Fprintf(&b, `
func Test%d(t *testing.T) {
	%s
	c := make(chan int)
	go func() { c <- %[1]d }()
	if <-c != %[1]d {
		t.Fatal("another number")
	}
}
`, i, f.first)
	}
	return b.String()
}

// onePackage returns the files of a module with one package.
func onePackage(f testFile) func() map[string]string {
	return func() map[string]string { return map[string]string{"m_test.go": f.text()} }
}

// manyPackages returns the files of a module with so many equal packages.
func manyPackages(n int, f testFile) func() map[string]string {
	return func() map[string]string {
		files := make(map[string]string)
		for i := range n {
			files[fmt.Sprintf("p%02d/m_test.go", i)] = f.text()
		}
		return files
	}
}

// withPool returns f with so many idle workers of a pool that the first test to
// need it starts.
func (f testFile) withPool(workers int) testFile {
	f.imports = append(f.imports, "sync")
	f.first = "start.Do(pool)"
	f.rest += fmt.Sprintf(`
var (
	start sync.Once
	work  = make(chan func())
)

func pool() {
	for range %d {
		go func() {
			for f := range work {
				f()
			}
		}()
	}
}
`, workers)
	return f
}

// withBackground returns f with so many goroutines that TestMain starts and
// leaves.
func (f testFile) withBackground(goroutines int) testFile {
	f.imports = append(f.imports, "os")
	f.rest += fmt.Sprintf(`
var never = make(chan int)

func TestMain(m *testing.M) {
	for range %d {
		go func() { <-never }()
	}
	%s
	os.Exit(m.Run())
}
`, goroutines, f.ready)
	return f
}

// withGoleak returns f with goleak's check in every test. TestMain names the
// goroutines that it is to pass over: else each check would wait for them in vain.
func (f testFile) withGoleak() testFile {
	f.imports = append(f.imports, "go.uber.org/goleak")
	f.first = "defer goleak.VerifyNone(t, known)"
	f.ready = "known = goleak.IgnoreCurrent()"
	f.rest += "\nvar known goleak.Option\n"
	return f
}

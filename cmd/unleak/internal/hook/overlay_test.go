// SPDX-License-Identifier: MIT

package hook

import (
	"errors"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// roots returns the toolchains of this machine: the one in use, and those that
// GOTOOLCHAIN downloaded.
func roots(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT", "GOMODCACHE").Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	list := []string{lines[0]}
	downloaded, err := filepath.Glob(filepath.Join(lines[1], "golang.org", "toolchain@*", "src"))
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range downloaded {
		if root := filepath.Dir(src); root != lines[0] {
			list = append(list, root)
		}
	}
	return list
}

// calls are what each patched file must hold afterwards.
var calls = map[string][]string{
	"testing/testing.go":     {"{ unleakTest(&t.common);", "unleakRun(m); defer unleakReturn(); m.before()"},
	"testing/fuzz.go":        {"{ unleakTest(&f.common);"},
	"testing/benchmark.go":   {"unleakTest(&b.common)"},
	"testing/run_example.go": {"unleakExample(eg.Name); eg.F(); unleakExample(\"\")"},
}

func TestWrite(t *testing.T) {
	for _, root := range roots(t) {
		t.Run(filepath.Base(root), func(t *testing.T) {
			replace, err := Write(root, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if len(replace) != len(calls)+3 {
				t.Errorf("replaced: %v", replace)
			}
			for name, want := range calls {
				path := filepath.Join(root, "src", filepath.FromSlash(name))
				sameLines(t, path, replace[path], want)
			}
			for from, to := range replace {
				if _, err := parser.ParseFile(token.NewFileSet(), to, nil, parser.AllErrors); err != nil {
					t.Errorf("%s: %v", from, err)
				}
			}
		})
	}
}

// sameLines holds that the patch only inserts, in the lines that there are: so the
// numbers in tracebacks stay.
func sameLines(t *testing.T, original, patched string, want []string) {
	t.Helper()
	before, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(patched)
	if err != nil {
		t.Fatal(err)
	}
	old, now := strings.Split(string(before), "\n"), strings.Split(string(after), "\n")
	if len(old) != len(now) {
		t.Fatalf("%s: %d lines, before %d", original, len(now), len(old))
	}
	changed := 0
	for i := range old {
		if old[i] != now[i] {
			changed++
			if len(now[i]) < len(old[i]) {
				t.Errorf("%s:%d: %q became %q", original, i+1, old[i], now[i])
			}
		}
	}
	if changed != len(want) {
		t.Errorf("%s: %d lines changed, want %d", original, changed, len(want))
	}
	for _, call := range want {
		if !strings.Contains(string(after), call) {
			t.Errorf("%s: no %q", original, call)
		}
	}
}

// TestUnknownShape changes the standard library's files as a release to come might:
// that is an error which names the file and what is missing, and no overlay.
func TestUnknownShape(t *testing.T) {
	real := roots(t)[0]
	tests := []struct{ name, file, old, new, want string }{
		{"no tRunner", "testing/testing.go", "func tRunner(", "func runnerOfT(", "no func tRunner"},
		{"no M.Run", "testing/testing.go", "func (m *M) Run(", "func (m *M) Start(", "no func (*M).Run"},
		{"no m.before", "testing/testing.go", "\tm.before()\n", "\tm.prepare()\n", "no statement on m.before in func Run"},
		{"no fRunner", "testing/fuzz.go", "func fRunner(", "func runnerOfF(", "no func fRunner"},
		{"no runN", "testing/benchmark.go", ") runN(", ") repeat(", "no func (*B).runN"},
		{"no context", "testing/benchmark.go", "\tb.ctx = ctx\n", "\tb.setContext(ctx)\n", "no statement on b.ctx in func runN"},
		{"no runExample", "testing/run_example.go", "func runExample(", "func example(", "no func runExample"},
		{"no call", "testing/run_example.go", "\teg.F()\n", "\tcall(eg.F)\n", "no statement on eg.F in func runExample"},
		{"not Go", "testing/testing.go", "package testing", "pakage testing", "no file that parses"},
		{"no file", "testing/fuzz.go", "", "", "no such file"},
		{"no testdeps", "testing/internal/testdeps/deps.go", "", "", "no such package"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := doctored(t, real, tt.file, tt.old, tt.new)
			_, err := Write(root, t.TempDir())
			var shape *ShapeError
			if !errors.As(err, &shape) {
				t.Fatalf("error %v, want a ShapeError", err)
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(tt.file, filepath.ToSlash(strings.TrimPrefix(shape.File, filepath.Join(root, "src")+string(filepath.Separator)))) {
				t.Errorf("error %v, want %q of %s", err, tt.want, tt.file)
			}
		})
	}
}

// doctored copies the files that the hook looks at, with one of them changed, or
// left out where there is nothing to change.
func doctored(t *testing.T, real, file, old, new string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range []string{
		"testing/testing.go", "testing/fuzz.go", "testing/benchmark.go", "testing/run_example.go",
		"testing/internal/testdeps/deps.go", "internal/runtime/exithook/hooks.go",
	} {
		data, err := os.ReadFile(filepath.Join(real, "src", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if name == file {
			if old == "" {
				continue
			}
			if !strings.Contains(text, old) {
				t.Fatalf("%s has no %q", name, old)
			}
			text = strings.ReplaceAll(text, old, new)
		}
		path := filepath.Join(root, "src", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestNoExitHook holds that a release without exit hooks gets the other source.
func TestNoExitHook(t *testing.T) {
	root := doctored(t, roots(t)[0], "internal/runtime/exithook/hooks.go", "", "")
	replace, err := Write(root, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(replace[filepath.Join(root, "src", "testing", "internal", "testdeps", "unleak_atexit.go")])
	if err != nil || strings.Contains(string(data), "exithook.Add") {
		t.Errorf("%v\n%s", err, data)
	}
}

func TestChoose(t *testing.T) {
	src := "a\n\t//unleak:context\n\twith\n\t//unleak:nocontext without\nb\n"
	if got := string(choose([]byte(src), true)); got != src {
		t.Errorf("with a context: %q", got)
	}
	if got, want := string(choose([]byte(src), false)), "a\n\twithout\nb\n"; got != want {
		t.Errorf("without: %q, want %q", got, want)
	}
}

func TestConfigEnv(t *testing.T) {
	c := Config{Dir: "/a;b=c", Proof: true, Grace: 1500, Full: 7}
	if got, want := c.Env(), "proof=1;labels=0;grace=1.5µs;linger=0s;floor=0;full=7;dir=/a;b=c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

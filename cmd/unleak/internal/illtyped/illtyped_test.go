// SPDX-License-Identifier: MIT

package illtyped

import (
	"bytes"
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const source = `package p

import (
	"fmt"
	"os"
	str "strings"
)

type T struct{ done, other chan int }

var global int

func (t *T) Close() { t.stop(); undefined() }

func (t *T) stop() { close(t.done) }

func (t *T) wait() { <-t.done }

func (t *T) pass() { <-t.other }

func bad() {
	fmt.Println(str.ToUpper(global))
}

func count() { global++ }

func local() { done, global := 1, 2; _, _ = done, global }

func (T) generic() { call[int](1); call(bad) }

func call[E any](e E) E { return nil }

func free() { println("free") }

func (t *T) set() { t.other, global = mistake, 1 }
`

// TestMend: what does not type-check goes, with the imports that nobody needs then,
// and what is left knows whether it shares anything with it.
func TestMend(t *testing.T) {
	dir := module(t, map[string]string{
		"p.go":           source,
		"p_test.go":      "package p\n\nimport \"testing\"\n\nfunc TestP(t *testing.T) { var x int }\n",
		"bad/bad.go":     "package bad\n\nvar X int = \"\"\n\nfunc f() { undefined() }\n",
		"user/user.go":   "package user\n\nimport \"m\"\n\nfunc f() { p.Free(); undefined() }\n\nvar _ = p.T{}\n",
		"sets/sets.go":   "package sets\n\nimport \"os\"\n\nfunc f() { os.Args = undefined }\n",
		"line/line.go":   "package line\n\n//line x.y:1\nfunc f() { undefined() }\n",
		"syntax/bad.go":  "package syntax\n\nfun f() {}\n",
		"syntax/good.go": "package syntax\n\nfunc f() { undefined() }\n",
	})
	r, err := Mend(t.Context(), Options{Dir: dir, Env: env(), Packages: []string{"./..."}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Functions {
		got = append(got, f.Package+": "+f.Name+": "+f.Error)
	}
	slices.Sort(got)
	if want := []string{
		"m/user: f: user/user.go:5:14: undefined: p.Free",
		"m: (*T).Close: p.go:13:33: undefined: undefined",
		"m: (*T).set: p.go:35:39: undefined: mistake",
		"m: TestP: p_test.go:5:32: declared and not used: x",
		"m: bad: p.go:22:26: cannot use global (variable of type int) as string value in argument to str.ToUpper",
		"m: call: p.go:31:34: cannot use nil as E value in return statement",
	}; !slices.Equal(got, want) {
		t.Errorf("taken out:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	name := filepath.Join(dir, "p.go")
	text := string(r.Files[name])
	if !strings.HasPrefix(text, "//line "+name+":1:1\n") {
		t.Errorf("the file does not say where it comes from: %.80s", text)
	}
	for _, want := range []string{"\t_ \"fmt\"\n\t_ \"os\"\n\t_  \"strings\"\n", "Close() {panic(0)}", "func bad() {panic(0)\n\n}", "stop() { close(t.done) }"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Count(text, "\n") != strings.Count(source, "\n")+1 {
		t.Errorf("its lines have moved:\n%s", text)
	}
	for function, want := range map[string]bool{
		"stop() {": true, "wait()": true, // Close stops
		"count()":   true, // bad reads the variable
		"local()":   true, // by its names; it errs on the side of silence
		"pass()":    true, // set sets what it waits for
		"free()":    false,
		"generic()": true, // calls what is gone
	} {
		line := 1 + strings.Count(source[:strings.Index(source, function)], "\n")
		if got := r.Blind(name, line); got != want {
			t.Errorf("%s in line %d: blind %t, want %t", function, line, got, want)
		}
	}
	if r.Blind(filepath.Join(dir, "elsewhere", "p.go"), 1) {
		t.Error("a file of another package is blind")
	}
}

// TestMendOverlay: the files are the user's overlay's where that has some, and the
// result stands for the files that those stand for.
func TestMendOverlay(t *testing.T) {
	dir := module(t, map[string]string{
		"p.go": "package p\n", "gone.go": "package p\n\nvar x int = \"\"\n",
		"p.txt": "package p\n\nfunc f() { undefined() }\n",
	})
	r, err := Mend(t.Context(), Options{
		Dir: dir, Env: env(), Packages: []string{"."}, Build: []string{"-overlay=" + filepath.Join(dir, "overlay.json")},
		Replace: map[string]string{filepath.Join(dir, "p.go"): filepath.Join(dir, "p.txt"), filepath.Join(dir, "gone.go"): ""},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := r.Files[filepath.Join(dir, "p.go")]
	if len(r.Files) != 1 || !bytes.Contains(text, []byte("func f() {panic(0)}")) || len(r.Functions) != 1 {
		t.Errorf("files %q, functions %v", r.Files, r.Functions)
	}
}

// FuzzMend: whatever is said of whatever place, what comes out is Go with as many
// lines.
func FuzzMend(f *testing.F) {
	for i := 0; i < len(source); i += 7 {
		f.Add(source, i)
	}
	f.Add("package p;import(\"os\");func f(){x};func g(){\r\n}", 20)
	f.Fuzz(func(t *testing.T, text string, offset int) {
		file, err := parse("p.go", []byte(text))
		if err != nil {
			return
		}
		for _, at := range []int{offset, offset + 1, offset / 2} {
			if out, ok := file.mend(at, `"os" imported and not used`); ok && out != nil {
				nameOf(out)
				file.sets(out, map[int]bool{at: true})
			}
		}
		functions := func() (n int) {
			for _, d := range file.syntax.Decls {
				if _, ok := d.(*ast.FuncDecl); ok {
					n++
				}
			}
			return n
		}
		before := functions()
		if err := file.apply(); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if strings.Count(string(file.text), "\n") != strings.Count(text, "\n") || functions() != before {
			t.Errorf("from\n%s\nto\n%s", text, file.text)
		}
	})
}

func env() []string { return append(os.Environ(), "GOWORK=off", "GOFLAGS=") }

// module writes a module m.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files["go.mod"] = "module m\n\ngo 1.26\n"
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// SPDX-License-Identifier: MIT

package checkout

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

// lay writes files beneath a new folder and returns it. A file is named with
// forward slashes; its content is what stands after "=", or a package clause.
func lay(t *testing.T, files ...string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name, text, ok := strings.Cut(f, "=")
		if !ok {
			text = "package p\n"
		}
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// machine is a developer's: a module in app, a workspace beside it, a module
// cache and a GOROOT.
func machine(t *testing.T) string {
	return lay(t,
		"app/go.mod=module github.com/me/app\n\nrequire (\n\tgithub.com/A/b v1.2.3\n\tgopkg.in/yaml.v3 v3.0.1\n\tgithub.com/c/fork v1.0.0\n\tgithub.com/c/near v1.0.0\n)\n\nreplace github.com/c/fork => github.com/d/fork v1.1.0\n\nreplace github.com/c/near => ../near\n",
		"app/main.go", "app/util.go", "app/pkg/y.go", "app/pkg/y_test.go", "app/cmd/srv/main.go",
		"app/vendor/github.com/v/dep/dep.go",
		"near/near.go",
		"go.work=use (\n\t./app\n\t./tools\n)\n",
		"tools/go.mod=module github.com/me/tools\n", "tools/gen/gen.go",
		"cache/github.com/!a/b@v1.2.3/sub/c.go", "cache/github.com/!a/b@v2.0.0+incompatible/sub/c.go",
		"cache/gopkg.in/yaml.v3@v3.0.1/decode.go",
		"cache/github.com/d/fork@v1.1.0/fork.go",
		"cache/golang.org/toolchain@v0.0.1-go1.27.4.linux-amd64/src/net/http/server.go",
		"goroot/src/net/http/server.go", "goroot/src/runtime/proc.go", "goroot/src/runtime/sema.go", "goroot/src/sync/oncefunc.go",
	)
}

func environment(root string) func(string) string {
	return func(name string) string {
		switch name {
		case "GOROOT":
			return filepath.Join(root, "goroot")
		case "GOMODCACHE":
			return filepath.Join(root, "cache")
		case "GOENV":
			return "off"
		}
		return ""
	}
}

func TestFind(t *testing.T) {
	root := machine(t)
	c, err := Open(Options{Dir: filepath.Join(root, "app", "pkg"), Getenv: environment(root)})
	if err != nil {
		t.Fatal(err)
	}
	if c.Module() != "github.com/me/app" || c.Root() != filepath.Join(root, "app") {
		t.Errorf("module %q at %q", c.Module(), c.Root())
	}
	for _, tt := range []struct{ name, function, file, want string }{
		{"package", "github.com/me/app/pkg.F", "/home/ci/build/x/pkg/y.go", "app/pkg/y.go"},
		{"package at the root", "github.com/me/app.F", "/home/ci/build/x/util.go", "app/util.go"},
		{"Windows", "github.com/me/app/pkg.F", `C:\src\x\pkg\y.go`, "app/pkg/y.go"},
		{"Windows with slashes", "github.com/me/app/pkg.F", "C:/src/x/pkg/y.go", "app/pkg/y.go"},
		{"-trimpath", "github.com/me/app/pkg.F", "github.com/me/app/pkg/y.go", "app/pkg/y.go"},
		{"generics", "github.com/me/app/pkg.Map[go.shape.string,a/b.T].Get", "/home/ci/build/x/pkg/y.go", "app/pkg/y.go"},
		{"test package", "github.com/me/app/pkg_test.TestF", "/home/ci/build/x/pkg/y_test.go", "app/pkg/y_test.go"},
		{"Bazel", "github.com/me/app/pkg.F", "pkg/y.go", "app/pkg/y.go"},
		{"main", "main.main", "/home/ci/build/x/cmd/srv/main.go", "app/cmd/srv/main.go"},
		{"main at the root", "main.main", "/app/main.go", "app/main.go"},
		{"main with -trimpath", "main.main", "github.com/me/app/cmd/srv/main.go", "app/cmd/srv/main.go"},
		{"another's main with -trimpath", "main.main", "github.com/you/app/cmd/srv/main.go", ""},
		{"relative main", "main.main", "./main.go", "app/main.go"},
		{"workspace", "github.com/me/tools/gen.F", "/home/ci/tools/gen/gen.go", "tools/gen/gen.go"},
		{"replaced by a folder", "github.com/c/near.F", "/home/ci/near/near.go", "near/near.go"},
		{"replaced by a module", "github.com/c/fork.F", "/home/ci/build/x/vendor/github.com/c/fork/fork.go", "cache/github.com/d/fork@v1.1.0/fork.go"},
		{"module cache", "github.com/A/b/sub.F", "/home/ci/go/pkg/mod/github.com/!a/b@v1.2.3/sub/c.go", "cache/github.com/!a/b@v1.2.3/sub/c.go"},
		{"another version", "github.com/A/b/sub.F", "/home/ci/go/pkg/mod/github.com/!a/b@v2.0.0+incompatible/sub/c.go", "cache/github.com/!a/b@v2.0.0+incompatible/sub/c.go"},
		{"a version that is not there", "github.com/A/b/sub.F", "/home/ci/go/pkg/mod/github.com/!a/b@v1.2.2/sub/c.go", "cache/github.com/!a/b@v1.2.3/sub/c.go"},
		{"module cache with -trimpath", "github.com/A/b/sub.F", "github.com/A/b@v1.2.3/sub/c.go", "cache/github.com/!a/b@v1.2.3/sub/c.go"},
		{"vendored there", "github.com/A/b/sub.F", "/home/ci/build/x/vendor/github.com/A/b/sub/c.go", "cache/github.com/!a/b@v1.2.3/sub/c.go"},
		{"vendored here", "github.com/v/dep.F", "/home/ci/build/x/vendor/github.com/v/dep/dep.go", "app/vendor/github.com/v/dep/dep.go"},
		{"a dot in the last element", "gopkg.in/yaml%2ev3.F", "/home/ci/build/x/vendor/gopkg.in/yaml.v3/decode.go", "cache/gopkg.in/yaml.v3@v3.0.1/decode.go"},
		{"standard", "net/http.(*Server).Serve", "/opt/ci/go/src/net/http/server.go", "goroot/src/net/http/server.go"},
		{"standard with -trimpath", "net/http.(*Server).Serve", "net/http/server.go", "goroot/src/net/http/server.go"},
		{"standard by GOTOOLCHAIN", "net/http.(*Server).Serve", "/home/ci/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.27.4.linux-amd64/src/net/http/server.go", "cache/golang.org/toolchain@v0.0.1-go1.27.4.linux-amd64/src/net/http/server.go"},
		{"lent by the runtime", "sync.runtime_Semacquire", "/opt/ci/go/src/runtime/sema.go", "goroot/src/runtime/sema.go"},
		{"inlined from the standard library", "github.com/me/app/pkg.F.OnceFunc.func1", "/opt/ci/go/src/sync/oncefunc.go", "goroot/src/sync/oncefunc.go"},
		{"inlined from another package", "github.com/me/app/cmd/srv.F.Y.func1", "/home/ci/build/x/pkg/y.go", "app/pkg/y.go"},
		{"not there", "github.com/me/app/pkg.F", "/home/ci/build/x/pkg/z.go", ""},
		{"no such package", "github.com/me/app/gone.F", "/home/ci/build/x/gone/y.go", ""},
		{"a file of that name in another's module", "github.com/you/lib.F", "/home/ci/lib/util.go", ""},
		{"a file of that name in another's version", "github.com/you/lib.F", "/home/ci/go/pkg/mod/github.com/you/lib@v1.0.0/util.go", ""},
		{"out of the tree", "main.main", "../../../etc/passwd", ""},
		{"no file", "main.main", "", ""},
	} {
		want := ""
		if tt.want != "" {
			want = filepath.Join(root, filepath.FromSlash(tt.want))
		}
		if got := c.Find(unleak.Frame{Func: tt.function, File: tt.file, Line: 1}); got != want {
			t.Errorf("%s: %s is at %q, want %q", tt.name, tt.file, got, want)
		}
	}
	itself := filepath.Join(root, "tools", "gen", "gen.go")
	if got := c.Find(unleak.Frame{Func: "x/y.F", File: itself, Line: 1}); got != itself {
		t.Errorf("a file that is there is at %q", got)
	}
}

func TestSourceDirs(t *testing.T) {
	root := machine(t)
	src := lay(t, "github.com/x/lib/lib.go", "lib.go")
	c, err := Open(Options{
		Dir: t.TempDir(), SourceDirs: []string{filepath.Join(root, "app"), src},
		Getenv: environment(root),
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Module() != "github.com/me/app" || c.Root() != filepath.Join(root, "app") {
		t.Errorf("outside of modules: module %q at %q", c.Module(), c.Root())
	}
	for _, tt := range []struct{ name, function, file, want string }{
		{"by the package", "github.com/me/app/pkg.F", "/b/x/pkg/y.go", root + "/app/pkg/y.go"},
		{"by the name's end", "main.main", "/b/x/cmd/srv/main.go", root + "/app/cmd/srv/main.go"},
		{"longest end", "github.com/x/lib.F", "/home/ci/go/pkg/mod/github.com/x/lib@v1.0.0/lib.go", src + "/github.com/x/lib/lib.go"},
		{"another's vendored", "github.com/v/dep.F", "/b/x/vendor/github.com/v/dep/dep.go", root + "/app/vendor/github.com/v/dep/dep.go"},
		{"a file of that name", "github.com/z/other.F", "/b/z/lib.go", ""},
		{"a file of that name in a module", "github.com/z/other.F", "/b/z/util.go", ""},
		{"the standard library's", "net/http.F", "/opt/ci/go/src/net/http/lib.go", ""},
	} {
		if got := c.Find(unleak.Frame{Func: tt.function, File: tt.file, Line: 1}); got != filepath.FromSlash(tt.want) {
			t.Errorf("%s: %s is at %q, want %q", tt.name, tt.file, got, tt.want)
		}
	}
	var dirErr *DirError
	for _, dir := range []string{"none", filepath.Join(src, "lib.go")} {
		if _, err := Open(Options{Dir: src, SourceDirs: []string{dir}}); !errors.As(err, &dirErr) {
			t.Errorf("-source-dir=%s: %v", dir, err)
		}
	}
	if _, err := Open(Options{Dir: src, SourceDirs: []string{"none"}}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such folder: %v", err)
	}
}

// TestLookAround finds the go command's folders without running it.
func TestLookAround(t *testing.T) {
	root := lay(t, "go/bin/go", "go/bin/go.exe", "go/src/runtime/proc.go", "shims/go", "shims/go.exe",
		"m/go.mod=module m\n", "m/a/b/c.go", "env=# a comment\nGOPATH="+filepath.FromSlash("/set/by/env")+"\nGOWORK=off\n")
	bin := filepath.Join(root, "bin")
	if err := os.Symlink(filepath.Join(root, "go", "bin"), bin); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	vars := map[string]string{
		"PATH":  strings.Join([]string{"", filepath.Join(root, "shims"), bin}, string(filepath.ListSeparator)),
		"GOENV": filepath.Join(root, "env"),
	}
	got := lookAround(func(name string) string { return vars[name] }, filepath.Join(root, "m", "a", "b"))
	want := Go{
		GOROOT:     filepath.Join(root, "go"),
		GOMODCACHE: filepath.FromSlash("/set/by/env/pkg/mod"),
		GOMOD:      filepath.Join(root, "m", "go.mod"),
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	vars["GOPATH"] = filepath.FromSlash("/first") + string(filepath.ListSeparator) + filepath.FromSlash("/second")
	vars["GOROOT"] = filepath.FromSlash("/given")
	got = lookAround(func(name string) string { return vars[name] }, root)
	want = Go{GOROOT: filepath.FromSlash("/given"), GOMODCACHE: filepath.FromSlash("/first/pkg/mod")}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestReplace reads source as an overlay changed it.
func TestReplace(t *testing.T) {
	root := lay(t, "m/go.mod=module m\n", "m/a.go=package old\n", "m/gone.go", "new.go=package new\n")
	at := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
	c, err := Open(Options{Go: &Go{GOMOD: at("m/go.mod")}, Replace: map[string]string{
		at("m/a.go"): at("new.go"), at("m/added.go"): at("new.go"), at("m/gone.go"): "",
	}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a.go": "package new", "added.go": "package new", "gone.go": ""} {
		if got := c.tree.Line(unleak.Frame{Func: "m.f", File: at("m/" + name), Line: 1}); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if names, err := c.readDir(at("m")); err != nil || strings.Join(names, " ") != "a.go added.go go.mod" {
		t.Errorf("the folder holds %q, %v", names, err)
	}
}

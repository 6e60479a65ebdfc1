// SPDX-License-Identifier: MIT

package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the scripts compare into them")

// TestMain lets the test binary stand in for the tool, and for a program that
// leaks: a script's "unleak" and "service" are this program under those names.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"unleak": main, "service": service})
}

// TestScript runs the behaviours of the command line, one a file.
func TestScript(t *testing.T) {
	env := goEnv(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, env...)
			// Debug information takes a third of a link's time, and vet as long
			// as a build; no behaviour here depends on them.
			e.Setenv("GOFLAGS", "-ldflags=-w -vet=off")
			tool, err := exec.LookPath("unleak")
			e.Setenv("BIN", filepath.Dir(tool))
			return err
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"await":   await,
			"plain":   plain,
			"hashes":  hashes,
			"rewrite": rewrite,
			"pack":    pack,
			"fill":    fill,
			"closed":  closed,
			"load":    load,
		},
	})
}

// goEnv returns the environment that lets the scripts' go commands use this
// machine's caches, and the toolchain that runs this test.
func goEnv(t *testing.T) []string {
	t.Helper()
	names := []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOTOOLCHAIN"}
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"env"}, append(names, "GOROOT")...)...).Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	values := strings.Split(string(out), "\n")
	env := []string{"GOENV=off", "GOWORK="}
	for i, name := range names {
		env = append(env, name+"="+values[i])
	}
	cache, err := os.UserCacheDir() // holds the links to downloaded toolchains
	if err != nil {
		t.Fatal(err)
	}
	return append(env, "XDG_CACHE_HOME="+cache, "ROOT="+values[len(names)])
}

// condition adds to testscript's conditions: "race-builds", where -race works.
func condition(name string) (bool, error) {
	if name != "race-builds" {
		return false, fmt.Errorf("no condition %q", name)
	}
	cmd := exec.Command("go", "list", "-race", "unsafe") // refuses where it cannot
	return cmd.Run() == nil, nil
}

// exits runs a command and compares its exit code: exits CODE COMMAND...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// await waits until a file that another process writes has a match, however long
// that takes: await REGEXP FILE
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await REGEXP FILE")
	}
	re := regexp.MustCompile(args[0])
	for {
		if data, err := os.ReadFile(ts.MkAbs(args[1])); err == nil && re.Match(data) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// varying is what differs between two runs of the same tests.
var varying = regexp.MustCompile(`\d+\.\d+ ?s\b|0x[0-9a-f]+|goroutine \d+`)

// plain takes what varies out of files: plain FILE...
func plain(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: plain FILE...")
	}
	for _, name := range args {
		text := varying.ReplaceAllString(ts.ReadFile(name), "#")
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o666))
	}
}

// hashes writes the names and hashes of all files below a folder: hashes DIR FILE
func hashes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hashes DIR FILE")
	}
	var list strings.Builder
	root := ts.MkAbs(args[0])
	ts.Check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var data []byte
		if info.Mode().IsRegular() {
			if data, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		rel, _ := filepath.Rel(root, path)
		fmt.Fprintf(&list, "%s %v %x\n", filepath.ToSlash(rel), info.Mode(), sha256.Sum256(data))
		return nil
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(list.String()), 0o666))
}

// rewrite replaces text in a file: rewrite FILE OLD NEW
func rewrite(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: rewrite FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not contain %q", args[0], args[1])
	}
	text = strings.Replace(text, args[1], strings.ReplaceAll(args[2], `\n`, "\n"), 1)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o666))
}

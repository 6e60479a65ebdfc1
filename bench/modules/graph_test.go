// SPDX-License-Identifier: MIT

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestGraph: who imports a library of ours gets nothing with it.
func TestGraph(t *testing.T) {
	const ours = "github.com/unleak/unleak"
	here, err := findCheckout(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, library := range []string{"leaktest", "goleak"} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "go.mod"), "module m\n\ngo 1.26.0\n")
		write(t, filepath.Join(dir, "m_test.go"), "package m\n\nimport _ \""+ours+"/"+library+"\"\n")
		env := []string{"GOWORK=off", "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local"}
		goCommand(t, dir, env, "mod", "edit", "-require="+ours+"@v0.0.0", "-replace="+ours+"="+here.root)
		goCommand(t, dir, env, "mod", "tidy")
		for line := range strings.Lines(goCommand(t, dir, env, "mod", "graph")) {
			for _, module := range strings.Fields(line) {
				path, _, _ := strings.Cut(module, "@")
				if path != "m" && path != ours && path != "go" && path != "toolchain" {
					t.Errorf("who imports %s gets %s as well", library, module)
				}
			}
		}
		if packages := goCommand(t, dir, env, "list", "-test", "-deps", "./..."); !strings.Contains(packages, ours+"/"+library) {
			t.Errorf("the module does not import %s: %s", library, packages)
		}
	}
}

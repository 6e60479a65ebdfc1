// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/jsonstream"
)

// outOfSource names the folders of the gallery whose leaks vet does not find under
// the keys of "unleak test", and why. A folder that it does find must not stand here.
var outOfSource = map[string]string{
	"iterpull": "the coroutine waits in the sequence, of which the caller of iter.Pull sees only the name",
}

// TestVetOneKey looks for the gallery's leaks in its source. What vet finds has the
// key that "unleak test" gives it, and mended code has nothing.
func TestVetOneKey(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", "..", "examples"))
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]map[string]bool) // keys by folder
	for _, f := range unleakTest(t, root, "-confirm=off", "-run=Leaky", "./...").findings {
		for folder := range byFolder(f) {
			if want[folder] == nil {
				want[folder] = make(map[string]bool)
			}
			want[folder][f.Key] = true
		}
	}
	found := make(map[string]int)
	for _, f := range vetFindings(t, root) {
		place := f.Place()
		folder := path.Dir(place.File)
		if strings.Contains(path.Base(place.File), "fixed") || strings.Contains(f.Entry.Func, "Fixed") {
			t.Errorf("a finding in mended code:\n%s", describe([]unleak.Finding{f}))
		}
		if want[folder][f.Key] {
			found[folder]++
		} else if f.Grade != unleak.Suspect {
			t.Logf("%s: unleak test does not find:\n%s", folder, describe([]unleak.Finding{f}))
		}
	}
	for folder := range want {
		if why := outOfSource[folder]; (found[folder] == 0) != (why != "") {
			t.Errorf("%s: vet finds %d of the keys of unleak test; out of source: %q", folder, found[folder], why)
		}
	}
}

// vetFindings runs "unleak vet" over the tree below dir. It is run as a program,
// since go vet calls it again.
func vetFindings(t *testing.T, dir string) []unleak.Finding {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "unleak", "vet", "-format=json", "./...")
	cmd.Dir, cmd.Env = dir, os.Environ()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 3 {
		t.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, stdout.String(), stderr.String())
	}
	var findings []unleak.Finding
	for m, err := range jsonstream.Read(&stdout) {
		if err != nil {
			t.Fatal(err)
		}
		if m.Finding != nil {
			findings = append(findings, *m.Finding)
		}
	}
	return findings
}

// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/cli"
	"github.com/unleak/unleak/internal/report/jsonstream"
)

// A report is what one run of the tool said.
type report struct {
	code     int
	findings []unleak.Finding
	losses   []unleak.Loss
	summary  unleak.Summary
}

// unleakTest runs "unleak test" in dir, with JSON on standard output.
func unleakTest(t *testing.T, dir string, args ...string) report {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args = append([]string{"test", "-C", dir, "-format=json"}, args...)
	r := report{code: cli.Run(context.Background(), args, strings.NewReader(""), &stdout, &stderr, os.Environ())}
	for m, err := range jsonstream.Read(&stdout) {
		if err != nil {
			t.Fatalf("unleak %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
		}
		switch {
		case m.Finding != nil:
			r.findings = append(r.findings, *m.Finding)
		case m.Loss != nil:
			r.losses = append(r.losses, *m.Loss)
		case m.Summary != nil:
			r.summary = *m.Summary
		}
	}
	if r.summary.Failed {
		t.Errorf("unleak %s: the tests failed\n%s", strings.Join(args, " "), stderr.String())
	}
	for _, l := range r.losses {
		t.Errorf("unleak %s: loss: %s", strings.Join(args, " "), l.Message)
	}
	return r
}

// failing returns the findings that make a run fail.
func (r report) failing() []unleak.Finding {
	return slices.DeleteFunc(slices.Clone(r.findings), func(f unleak.Finding) bool { return f.Grade == unleak.Suspect })
}

// describe writes findings as a failing test prints them.
func describe(findings []unleak.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "%s %s %q %d in %s, entry %s, at %s:%d: %s\n",
			f.Cause, f.Grade, f.Wait, f.Count, f.Blocked.Func, f.Entry.Func, f.Blocked.File, f.Blocked.Line, f.Explanation)
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "\t%s %s %d %s\n", e.Package, e.Test, e.Count, e.Note)
		}
	}
	return b.String()
}

// An expectation is one folder's expect.txt; examples/README.md says what the
// lines mean.
type expectation struct {
	must []must
	may  []may
}

type must struct {
	may
	grade unleak.Grade
	count int
}

type may struct {
	cause unleak.Cause
	wait  unleak.Wait
}

func readExpectation(t *testing.T, file string) (e expectation) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		var m must
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "must "):
			_, err = fmt.Sscanf(line, "must %s %q %s %d", &m.cause, &m.wait, &m.grade, &m.count)
			e.must = append(e.must, m)
		default:
			_, err = fmt.Sscanf(line, "may %s %q", &m.cause, &m.wait)
			e.may = append(e.may, m.may)
		}
		if err != nil {
			t.Fatalf("%s: %q: %v", file, line, err)
		}
	}
	return e
}

// folders returns the gallery's folders by name.
func folders(t *testing.T, root string) map[string]expectation {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "*", "expect.txt"))
	if err != nil || len(files) < 20 {
		t.Fatalf("the gallery has %d folders: %v", len(files), err)
	}
	all := make(map[string]expectation)
	for _, f := range files {
		all[filepath.Base(filepath.Dir(f))] = readExpectation(t, f)
	}
	return all
}

// checkGallery holds the findings of each folder against what is expected there.
func checkGallery(t *testing.T, want map[string]expectation, findings []unleak.Finding) {
	t.Helper()
	got := make(map[string][]unleak.Finding)
	for _, f := range findings {
		for folder, part := range byFolder(f) {
			got[folder] = append(got[folder], part)
		}
	}
	for folder, e := range want {
		e.check(t, folder, got[folder])
		delete(got, folder)
	}
	for folder, rest := range got {
		t.Errorf("%s: findings outside the gallery:\n%s", folder, describe(rest))
	}
}

// byFolder parts a finding by the folder in which its evidence was seen: keys of
// library goroutines are shared by several.
func byFolder(f unleak.Finding) map[string]unleak.Finding {
	parts := make(map[string]unleak.Finding)
	for _, e := range f.Evidence {
		folder := path.Base(e.Package)
		part, ok := parts[folder]
		if !ok {
			part = f
			part.Evidence, part.Count = nil, 0
		}
		part.Evidence = append(part.Evidence, e)
		part.Count += e.Count
		parts[folder] = part
	}
	return parts
}

// check matches must lines and findings one to one; what remains must be allowed,
// and nothing may come from a test of mended code.
func (e expectation) check(t *testing.T, folder string, findings []unleak.Finding) {
	t.Helper()
	rest := slices.Clone(findings)
	for _, m := range e.must {
		i := slices.IndexFunc(rest, func(f unleak.Finding) bool {
			return may{f.Cause, waitOf(f)} == m.may && f.Grade == m.grade && f.Count == m.count
		})
		if i < 0 {
			t.Errorf("%s: no finding %s %q %s %d; found:\n%s", folder, m.cause, m.wait, m.grade, m.count, describe(findings))
			continue
		}
		rest = slices.Delete(rest, i, i+1)
	}
	for _, f := range findings {
		for _, v := range f.Evidence {
			if v.Grade != unleak.Suspect && !strings.HasPrefix(v.Test, "TestLeaky") {
				t.Errorf("%s: a finding under %q:\n%s", folder, v.Test, describe([]unleak.Finding{f}))
			}
		}
	}
	for _, f := range rest {
		if !slices.Contains(e.may, may{f.Cause, waitOf(f)}) {
			t.Errorf("%s: a finding too many:\n%s", folder, describe([]unleak.Finding{f}))
		}
	}
}

// waitOf returns the finding's wait as expect.txt writes it. Keys merge receives
// from nil channels with others; the cause tells them apart.
func waitOf(f unleak.Finding) unleak.Wait {
	if f.Cause == unleak.CauseNilChannel && f.Wait == unleak.WaitReceive {
		return unleak.WaitReceiveNil
	}
	return f.Wait
}

// TestGallery runs the tool over the gallery: each folder gives its causes,
// grades and counts, and mended code gives nothing.
func TestGallery(t *testing.T) {
	root := filepath.Join("..", "..", "examples")
	r := unleakTest(t, root, "./...")
	checkGallery(t, folders(t, root), r.findings)
	if r.code != 3 {
		t.Errorf("exit code %d, want 3", r.code)
	}
}

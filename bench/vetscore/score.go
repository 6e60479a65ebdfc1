// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/jsonstream"
)

// A leakCase is one entry of the driver's list.
type leakCase struct {
	name  string
	file  string // of a kernel: the one that registers it
	leaks []*regexp.Regexp
	seen  []bool
}

func (c *leakCase) found() (n int) {
	for _, seen := range c.seen {
		if seen {
			n++
		}
	}
	return n
}

// A tree is an installed Go tree.
type tree struct{ root string }

func open(ctx context.Context) (tree, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return tree{}, fmt.Errorf("asking for GOROOT: %w", err)
	}
	return tree{strings.TrimSpace(string(out))}, nil
}

func (t tree) testdata() string {
	return filepath.Join(t.root, "src/runtime/testdata/testgoroutineleakprofile")
}

func (t tree) kernels() string { return filepath.Join(t.testdata(), "goker") }

var (
	caseStart = regexp.MustCompile(`make(?:Flaky)?Test\("([A-Za-z0-9]+)"[,)]`)
	leakLine  = regexp.MustCompile("^\\s*`(.*)`\\)?,\\s*$")
	register  = regexp.MustCompile(`register\("([A-Za-z0-9]+)"`)
	listStart = map[string]string{
		"microTests :=": "patterns", "patternTestCases :=": "patterns", "stressTestCases :=": "", "gokerTestCases :=": "goker",
	}
)

// cases reads the driver's list, by set.
func (t tree) cases() (map[string][]*leakCase, error) {
	files, err := registered(t.kernels())
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(t.root, "src/runtime/goroutineleakprofile_test.go"))
	if err != nil {
		return nil, fmt.Errorf("reading the driver's list; Go 1.26 or later has it: %w", err)
	}
	list := make(map[string][]*leakCase)
	set := ""
	var cur *leakCase
	for line := range strings.Lines(string(data)) {
		for start, name := range listStart {
			if strings.Contains(line, start) {
				set = name
			}
		}
		if set == "" || strings.HasPrefix(strings.TrimSpace(line), "//") {
			continue
		}
		if m := caseStart.FindStringSubmatch(line); m != nil {
			cur = &leakCase{name: m[1], file: files[m[1]]}
			list[set] = append(list[set], cur)
		} else if m := leakLine.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil && cur != nil {
			re, err := regexp.Compile(m[1])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", cur.name, err)
			}
			cur.leaks, cur.seen = append(cur.leaks, re), append(cur.seen, false)
		}
	}
	return list, nil
}

// registered returns the file of each kernel: one has a name of its own.
func registered(dir string) (map[string]string, error) {
	files := make(map[string]string)
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			return nil, fmt.Errorf("reading the kernels: %w", err)
		}
		for _, m := range register.FindAllSubmatch(data, -1) {
			files[string(m[1])] = filepath.Base(p)
		}
	}
	return files, nil
}

// findingsFound is unleak's exit code where it has found something.
const findingsFound = 3

// look returns what the tool finds in the package of a folder.
func look(ctx context.Context, tool, dir string) ([]unleak.Finding, error) {
	cmd := exec.CommandContext(ctx, tool, "vet", "-format=json", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "PWD="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == findingsFound {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", dir, err, stderr.Bytes())
	}
	var list []unleak.Finding
	for m, err := range jsonstream.Read(bytes.NewReader(out)) {
		if err != nil {
			return nil, fmt.Errorf("reading the tool's stream: %w", err)
		}
		if m.Finding != nil {
			list = append(list, *m.Finding)
		}
	}
	return list, nil
}

type scored struct {
	cases    []*leakCase
	unlisted []unleak.Finding
}

// score compares findings with the list. The leaks of kernels count in their files
// only.
func score(cases []*leakCase, findings []unleak.Finding, kernels bool) scored {
	s := scored{}
	for _, c := range cases {
		if len(c.leaks) > 0 {
			s.cases = append(s.cases, c)
		}
	}
	for _, f := range findings {
		key := fmt.Sprintf("%s() [%s]", f.Entry.Func, f.Wait)
		owned, listed := false, false
		for _, c := range s.cases {
			if kernels && c.file != filepath.Base(f.Blocked.File) {
				continue
			}
			owned = true
			for i, re := range c.leaks {
				if re.MatchString(key) {
					c.seen[i], listed = true, true
				}
			}
		}
		if kernels && owned && !listed {
			s.unlisted = append(s.unlisted, f)
		}
	}
	return s
}

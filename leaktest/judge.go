// SPDX-License-Identifier: MIT

package leaktest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
	"github.com/unleak/unleak/internal/live"
	"github.com/unleak/unleak/internal/source"
)

// A leftover is goroutines that were still there, with the test that started them.
type leftover struct {
	*unleak.Goroutine
	test string
	run  uint64 // the number of the test's goroutine
	note string // why test is ""
}

// A verdict is what a check found.
type verdict struct {
	findings []unleak.Finding
	keys     []unleak.Key // of the findings' goroutines
	// process counts goroutines that belong to the process; ignored, findings that
	// the baseline knows.
	process, ignored int
	losses           []unleak.Loss
	err              error
}

// judge finds out why the goroutines are stuck, and how sure that is.
func judge(left []leftover, pkg string, o *sieve) verdict {
	var list []diagnose.Leftover
	for _, l := range left {
		list = append(list, diagnose.Leftover{
			Goroutine: l.Goroutine, Package: pkg, Test: l.test, Run: l.run, Note: l.note, How: unleak.HowOutlived,
		})
	}
	s := &process.sources
	s.mu.Lock()
	defer s.mu.Unlock()
	set := diagnose.Cases(list, s.read())
	var v verdict
	set.Cases = slices.DeleteFunc(set.Cases, func(c *diagnose.Case) bool {
		if c.OfProcess() {
			v.process += c.Count()
			return true
		}
		if c.WillEnd() {
			for i := range c.Left {
				c.Left[i].Note = fmt.Sprintf("its source shows that it ends by itself, but it did not within the grace of %v", o.Grace)
			}
		}
		v.keys = append(v.keys, c.Key)
		return false
	})
	v.findings, _ = set.Findings()
	for i := range v.findings {
		s.finish(&v.findings[i])
	}
	n := len(v.findings)
	v.findings = slices.DeleteFunc(v.findings, func(f unleak.Finding) bool { return o.known.Has(&f) })
	v.ignored = n - len(v.findings)
	return v
}

// report returns what the verdict tells as a report that can be written.
func (v *verdict) report(module string, o *Options) *unleak.Report {
	r := &unleak.Report{
		Config:   unleak.Config{Tool: "unleak", Command: "test", Go: runtime.Version(), Module: module},
		Findings: v.findings,
		Losses:   v.losses,
		Summary:  unleak.Summary{Ignored: v.ignored, Idle: v.process},
	}
	switch {
	case o.NoProof && live.CanProve():
		r.Config.NoProof = "switched off by Options.NoProof"
	case !live.CanProve():
		r.Config.NoProof = runtime.Version() + " has none; Go 1.27 does, and Go 1.26 with GOEXPERIMENT=goroutineleakprofile"
	}
	return r
}

// sources is the source of the program, as far as findings led to it. Tests run
// where it is, as a rule.
type sources struct {
	mu     sync.Mutex
	tree   *source.Tree
	root   string // the module's folder, or ""
	module string // the module's path
}

// read returns the tree, which is used under the lock alone.
func (s *sources) read() *source.Tree {
	if s.tree != nil {
		return s.tree
	}
	s.root, s.module = mainModule()
	s.tree = &source.Tree{
		ReadFile: func(name string) ([]byte, error) { return os.ReadFile(s.locate(name)) },
		ReadDir: func(dir string) ([]string, error) {
			entries, err := os.ReadDir(s.locate(dir))
			var names []string
			for _, e := range entries {
				names = append(names, e.Name())
			}
			return names, err
		},
	}
	return s.tree
}

// locate returns where a file lies that a stack names: binaries that are built with
// -trimpath name it by import path.
func (s *sources) locate(name string) string {
	if rest, ok := strings.CutPrefix(name, s.module+"/"); ok && s.module != "" && !filepath.IsAbs(name) {
		return filepath.Join(s.root, filepath.FromSlash(rest))
	}
	return name
}

// mainModule returns the folder and the path of the module that the process runs
// in: the go command starts tests in their package's folder.
func mainModule() (root, path string) {
	dir, err := os.Getwd()
	if err != nil {
		return "", ""
	}
	for {
		if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
			for line := range strings.Lines(string(text)) {
				if f := strings.Fields(line); len(f) >= 2 && f[0] == "module" {
					return dir, strings.Trim(f[1], "\"`")
				}
			}
			return dir, ""
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ""
		}
		dir = parent
	}
}

// finish makes a finding ready to be shown: files named relative to the module,
// lines of source, and the innermost frame of the module's own code.
func (s *sources) finish(f *unleak.Finding) {
	for _, frame := range f.Stack {
		if s.local(frame.File) != "" && !unleak.IsStandard(frame.Package()) {
			if frame != f.Blocked {
				f.Own = &frame
			}
			break
		}
	}
	for _, frame := range []*unleak.Frame{&f.Blocked, f.Own, f.Created} {
		if frame != nil {
			frame.Text = s.tree.Line(*frame)
			frame.File = s.show(frame.File)
		}
	}
	f.Entry.File = s.show(f.Entry.File)
	f.Stack = slices.Clone(f.Stack) // shared with other goroutines
	for i := range f.Stack {
		f.Stack[i].File = s.show(f.Stack[i].File)
	}
	for _, fix := range f.Fixes {
		for i := range fix.Edits {
			fix.Edits[i].File = s.show(fix.Edits[i].File)
		}
	}
}

func (s *sources) show(name string) string {
	if rel := s.local(name); rel != "" {
		return rel
	}
	return name
}

// local returns a file's slash-separated path in the module, or "" where it is
// elsewhere.
func (s *sources) local(name string) string {
	path := s.locate(name)
	if s.root == "" || !filepath.IsAbs(path) {
		return ""
	}
	rel, err := filepath.Rel(s.root, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return ""
	}
	return filepath.ToSlash(rel)
}

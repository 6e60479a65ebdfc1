// SPDX-License-Identifier: MIT

package leak

import (
	"fmt"
	"path/filepath"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
	"github.com/unleak/unleak/internal/source"
	"github.com/unleak/unleak/vet/internal/front"
)

// explain says of each leak why its goroutines are stuck and what to change, in the
// words that the same leak gets when a test or a process shows it. All are
// explained together: one may hold what another waits for.
func (r *reporter) explain() {
	if len(r.list) == 0 {
		return
	}
	groups := make([]*diagnose.Group, len(r.list))
	for i, l := range r.list {
		f := &l.finding
		g := &unleak.Goroutine{Count: f.Count, Wait: f.Wait, Stack: f.Stack}
		if f.Created != nil {
			g.Created = *f.Created
		}
		groups[i] = &diagnose.Group{Key: g.Key(), Count: f.Count, Sample: g, Goroutines: []*unleak.Goroutine{g}}
	}
	diagnose.Explain(groups, r.tree())
	for i := range r.list {
		f, v := &r.list[i].finding, groups[i].Verdict
		if v.Cause != f.Cause { // the search has seen more than a stack tells
			f.Explanation = told(f)
			continue
		}
		f.Explanation, f.Fixes = v.Explanation, v.Fixes
		if end := r.list[i].leave; end != "" {
			f.Fixes = []unleak.Fix{{Title: "Send in a select that has a case " + end + ", too"}}
		}
	}
}

// told says in a sentence how a schedule ends.
func told(f *unleak.Finding) string {
	steps := f.Schedule.Steps
	last := steps[len(steps)-1]
	if len(steps) < 2 {
		return fmt.Sprintf("Nothing can end %s.", last.What)
	}
	before := steps[len(steps)-2]
	return fmt.Sprintf("Nothing can end %s after %s has come to %s.", last.What, before.Goroutine, before.What)
}

// tree reads the files of the package, and no others: a driver knows no others that
// the result depends on.
func (r *reporter) tree() *source.Tree {
	folders := make(map[string][]string)
	for _, f := range r.pass.Files {
		dir, name := filepath.Split(r.pass.Fset.File(f.FileStart).Name())
		folders[filepath.Clean(dir)] = append(folders[filepath.Clean(dir)], name)
	}
	return &source.Tree{
		ReadFile: r.pass.ReadFile,
		ReadDir:  func(dir string) ([]string, error) { return folders[filepath.Clean(dir)], nil },
	}
}

// failure tells of a scope that is lost.
func failure(f *ssa.Function, reason any) unleak.Loss {
	return unleak.Loss{
		Kind:    "crash",
		Package: f.Package().Pkg.Path(),
		Message: fmt.Sprintf("The analysis of %s failed: %v. Please report this.", front.Name(f), reason),
		Hides:   true,
	}
}

// unfinished tells of a scope that was not searched to its end. That is the price of
// a bound on time and memory and no mistake, so it hides nothing that was promised.
func (r *reporter) unfinished(f *ssa.Function, kind, why string) unleak.Loss {
	at := r.pass.Fset.Position(f.Pos())
	return unleak.Loss{
		Kind:    kind,
		Package: r.pass.Pkg.Path(),
		Message: fmt.Sprintf("%s (%s:%d) %s.", unleak.ShortFunc(front.Name(f)), filepath.Base(at.Filename), at.Line, why),
	}
}

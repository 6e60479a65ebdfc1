// SPDX-License-Identifier: MIT

package gotest

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// locate returns where the file that a stack names lies here. Binaries built
// with -trimpath name files by import path: "net/http/server.go",
// "example.com/m@v1.2.3/x.go".
func (t *toolchain) locate(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	slashed := filepath.ToSlash(name)
	switch {
	case strings.Contains(slashed, "@"):
		return filepath.Join(t.GOMODCACHE, filepath.FromSlash(name))
	case unleak.IsStandard(slashed):
		return filepath.Join(t.GOROOT, "src", filepath.FromSlash(name))
	}
	if rest, ok := strings.CutPrefix(slashed, t.module+"/"); ok && t.module != "" {
		return filepath.Join(t.root(), filepath.FromSlash(rest))
	}
	return t.absolute(name)
}

// finish makes the findings ready to be shown: file names relative to the
// module, source lines, and the innermost frame of the user's own code.
func (r *runner) finish(findings []unleak.Finding, tree *source.Tree) {
	for i := range findings {
		f := &findings[i]
		f.Own = r.own(f)
		for _, frame := range []*unleak.Frame{&f.Blocked, f.Own, f.Created} {
			if frame != nil {
				frame.Text = tree.Line(frame.File, frame.Line)
				frame.File = r.tools.show(frame.File)
			}
		}
		f.Entry.File = r.tools.show(f.Entry.File)
		stack := slices.Clone(f.Stack) // shared with other goroutines
		for i := range stack {
			stack[i].File = r.tools.show(stack[i].File)
		}
		f.Stack = stack
		for _, fix := range f.Fixes {
			for i := range fix.Edits {
				fix.Edits[i].File = r.tools.show(fix.Edits[i].File)
			}
		}
	}
}

// own returns the innermost frame inside the user's module, unless the finding
// is blocked there anyway. Where that module is the standard library, the runtime's
// frames are inside it too and tell nothing.
func (r *runner) own(f *unleak.Finding) *unleak.Frame {
	for _, frame := range f.Stack {
		if unleak.IsStandard(frame.Package()) || local(r.tools.root(), r.tools.locate(frame.File)) == "" {
			continue
		}
		if frame == f.Blocked {
			return nil
		}
		return &frame
	}
	return nil
}

// show returns a file's name as reports print it: relative to the module's root
// where it is inside, and where the toolchain was reached through a link, by its
// real place.
func (t *toolchain) show(name string) string {
	path := t.locate(name)
	if rel := local(t.root(), path); rel != "" {
		return rel
	}
	if rel := local(t.GOROOT, path); rel != "" {
		return filepath.Join(t.realRoot, filepath.FromSlash(rel))
	}
	return path
}

// local returns a file's slash-separated path below root, or "" where it is
// elsewhere.
func local(root, file string) string {
	if root == "" || !filepath.IsAbs(file) {
		return ""
	}
	rel, err := filepath.Rel(root, file)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return ""
	}
	return filepath.ToSlash(rel)
}

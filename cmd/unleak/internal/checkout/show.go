// SPDX-License-Identifier: MIT

package checkout

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// Finish makes findings ready to be shown: file names relative to the module,
// source lines, and the innermost frame of the user's own code.
func (c *Checkout) Finish(findings []unleak.Finding, tree *source.Tree) {
	for i := range findings {
		f := &findings[i]
		f.Own = c.own(f)
		for _, frame := range []*unleak.Frame{&f.Blocked, f.Own, f.Created} {
			if frame != nil {
				frame.Text = tree.Line(*frame)
				frame.File = c.ShowFrame(*frame)
			}
		}
		f.Entry.File = c.ShowFrame(f.Entry)
		f.Stack, f.Creators = c.showAll(f.Stack), c.showAll(f.Creators)
		for i := range f.Creators {
			f.Creators[i].File = c.ShowFrame(f.Creators[i])
		}
		for _, fix := range f.Fixes {
			for i := range fix.Edits {
				fix.Edits[i].File = c.Show(fix.Edits[i].File)
			}
		}
	}
}

// own returns the innermost frame inside the user's module, unless the finding
// is blocked there anyway. Where that module is the standard library, the runtime's
// frames are inside it too and tell nothing.
func (c *Checkout) own(f *unleak.Finding) *unleak.Frame {
	for _, frame := range f.Stack {
		if unleak.IsStandard(frame.Package()) || !c.isOwn(frame) {
			continue
		}
		if frame == f.Blocked {
			return nil
		}
		return &frame
	}
	return nil
}

func (c *Checkout) isOwn(frame unleak.Frame) bool {
	if local(c.root, c.place(frame)) != "" {
		return true
	}
	_, own := c.ownModule(c.packagePath(frame.Package(), strings.ReplaceAll(frame.File, `\`, "/")))
	return own
}

// place returns where a frame's file lies here, else what the frame calls it.
func (c *Checkout) place(frame unleak.Frame) string {
	if file := c.Find(frame); file != "" {
		return file
	}
	return frame.File
}

// showAll returns frames with the names of their files as reports print them. The
// frames may be shared with other findings.
func (c *Checkout) showAll(frames []unleak.Frame) []unleak.Frame {
	frames = slices.Clone(frames)
	for i := range frames {
		frames[i].File = c.ShowFrame(frames[i])
	}
	return frames
}

// ShowFrame returns the name of a frame's file as reports print it.
func (c *Checkout) ShowFrame(frame unleak.Frame) string { return c.Show(c.place(frame)) }

// Show returns a file's name as reports print it: relative to the module's root
// where it is inside, and where the toolchain was reached through a link, by its
// real place.
func (c *Checkout) Show(file string) string {
	if rel := local(c.root, file); rel != "" {
		return rel
	}
	if rel := local(c.env.Link, file); rel != "" {
		return filepath.Join(c.env.GOROOT, filepath.FromSlash(rel))
	}
	return file
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

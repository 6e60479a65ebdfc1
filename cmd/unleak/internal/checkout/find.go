// SPDX-License-Identifier: MIT

package checkout

import (
	"cmp"
	"iter"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"

	"github.com/unleak/unleak"
)

// candidates returns the places at which a file that a stack names may lie here,
// the likeliest first.
//
// A package's path tells its folder in a module exactly. It comes from the
// frame's function, and may be another than the file's: a function literal in
// code that was inlined bears the name of the package that it was inlined into.
// So where the two do not agree the path is not used.
func (c *Checkout) candidates(w wanted) iter.Seq[string] {
	name := strings.ReplaceAll(w.file, `\`, "/")
	pkg := c.packagePath(w.pkg, name)
	places := []iter.Seq[string]{c.itself(w.file), c.inCache(name), c.inGOROOT(name)}
	if !unleak.IsStandard(w.pkg) {
		places = []iter.Seq[string]{
			c.itself(w.file),
			c.inSourceDirs(pkg, name),
			c.inCache(name), // by its version: surer to be the same than the working tree
			c.inModule(pkg, name),
			c.inVendor(pkg, name),
			c.inRequired(pkg, name),
			c.inGOROOT(name), // inlined
			c.inDir(name),
			c.inTree(pkg, name),
		}
	}
	return func(yield func(string) bool) {
		for _, place := range places {
			if place == nil {
				continue
			}
			for file := range place {
				if !yield(file) {
					return
				}
			}
		}
	}
}

// packagePath returns the import path of the package that a file belongs to, or
// "" where that is not known. The function's package says it, unless that is
// main; but binaries built with -trimpath name files by import path.
func (c *Checkout) packagePath(pkg, name string) string {
	if pkg == "main" || pkg == "command-line-arguments" {
		pkg = ""
		dir := withoutVersion(path.Dir(name))
		first, _, _ := strings.Cut(dir, "/")
		if _, own := c.ownModule(dir); own || !isAbs(name) && strings.Contains(strings.Trim(first, "."), ".") {
			pkg = dir
		}
	}
	if strings.HasSuffix(name, "_test.go") {
		pkg = strings.TrimSuffix(pkg, "_test")
	}
	return pkg
}

// isAbs reports whether a slash-separated name was absolute on some system.
func isAbs(name string) bool {
	return strings.HasPrefix(name, "/") || len(name) > 2 && name[1] == ':' && name[2] == '/'
}

// withoutVersion returns a path without the version of a module in it.
func withoutVersion(name string) string {
	before, after, ok := strings.Cut(name, "@")
	if !ok {
		return name
	}
	_, rest, ok := strings.Cut(after, "/")
	if !ok {
		return before
	}
	return before + "/" + rest
}

func one(name string) iter.Seq[string] {
	return func(yield func(string) bool) { yield(name) }
}

// suffixes returns the names beneath dir that the last elements of a name make,
// the longest first, down to the least number of elements.
func suffixes(dir, name string, least int) iter.Seq[string] {
	return func(yield func(string) bool) {
		rest := strings.TrimLeft(name, "/")
		for n := strings.Count(rest, "/") + 1; n >= least; n-- {
			if local := filepath.FromSlash(rest); filepath.IsLocal(local) && !yield(filepath.Join(dir, local)) {
				return
			}
			_, rest, _ = strings.Cut(rest, "/")
		}
	}
}

// itself is the file where the stack has it.
func (c *Checkout) itself(name string) iter.Seq[string] {
	if !filepath.IsAbs(name) {
		return nil
	}
	return one(name)
}

// inSourceDirs is the file in one of the folders that the user named: by its
// package where the folder holds a module, else by as much of the name's end as
// leads to a file.
func (c *Checkout) inSourceDirs(pkg, name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, dir := range c.sourceDirs {
			for file := range c.inSourceDir(dir, pkg, name) {
				if !yield(file) {
					return
				}
			}
		}
	}
}

func (c *Checkout) inSourceDir(dir, pkg, name string) iter.Seq[string] {
	for _, m := range c.modules {
		if m.dir != dir || pkg == "" {
			continue
		}
		rest, ok := inside(m.path, pkg)
		switch {
		case !ok:
			return suffixes(filepath.Join(dir, "vendor"), withoutVersion(name), 2)
		case agree(rest, name):
			return one(join(dir, rest, name))
		}
	}
	least := 1
	if pkg != "" && path.Base(pkg) != filepath.Base(dir) {
		least = 2 // any package may have a file of the name
	}
	return suffixes(dir, withoutVersion(name), least)
}

// inModule is the file in a module whose source is at hand.
func (c *Checkout) inModule(pkg, name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, m := range c.modules {
			if rest, ok := inside(m.path, pkg); ok && agree(rest, name) && !yield(join(m.dir, rest, name)) {
				return
			}
		}
	}
}

// inVendor is the file in a vendor folder of the working tree.
func (c *Checkout) inVendor(pkg, name string) iter.Seq[string] {
	if c.root == "" || pkg == "" || !agree(path.Base(pkg), withoutVersion(name)) {
		return nil
	}
	return one(join(filepath.Join(c.root, "vendor"), pkg, name))
}

// inCache is the file in the module cache, by the version in its name. What stands
// before the module's path is not known.
func (c *Checkout) inCache(name string) iter.Seq[string] {
	mod, file, ok := strings.Cut(name, "@")
	version, file, found := strings.Cut(file, "/")
	if !ok || !found || c.env.GOMODCACHE == "" {
		return nil
	}
	return func(yield func(string) bool) {
		for dir := range suffixes(c.env.GOMODCACHE, escaped(mod)+"@"+escaped(version), 1) {
			if !yield(filepath.Join(dir, filepath.FromSlash(file))) {
				return
			}
		}
	}
}

// escaped writes a module's path or version as the module cache does
// (golang.org/x/mod/module, EscapePath); what is so written already stays.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		if 'A' <= r && r <= 'Z' {
			b.WriteByte('!')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// inRequired is the file in the module cache, by the version that the working
// tree requires.
func (c *Checkout) inRequired(pkg, name string) iter.Seq[string] {
	for prefix := pkg; prefix != "" && prefix != "." && prefix != "/"; prefix = path.Dir(prefix) {
		m, ok := c.requires[prefix]
		if !ok {
			continue
		}
		rest, _ := inside(prefix, pkg)
		mod, errPath := module.EscapePath(m.Path)
		version, errVersion := module.EscapeVersion(m.Version)
		if errPath != nil || errVersion != nil || c.env.GOMODCACHE == "" || !agree(rest, withoutVersion(name)) {
			return nil
		}
		return one(join(filepath.Join(c.env.GOMODCACHE, filepath.FromSlash(mod)+"@"+version), rest, name))
	}
	return nil
}

// inGOROOT is the file in the standard library.
func (c *Checkout) inGOROOT(name string) iter.Seq[string] {
	if i := strings.LastIndex(name, "/src/"); i >= 0 {
		name = name[i+len("/src/"):]
	}
	if c.env.GOROOT == "" || isAbs(name) || !unleak.IsStandard(name) {
		return nil
	}
	return one(filepath.Join(c.env.GOROOT, "src", filepath.FromSlash(name)))
}

// inDir is the file where a relative name leads from here.
func (c *Checkout) inDir(name string) iter.Seq[string] {
	if isAbs(name) {
		return nil
	}
	return one(filepath.Join(c.dir, filepath.FromSlash(name)))
}

// inTree is a file of the working tree that the end of the name leads to: for
// packages main, and names that a build system made up. It is not for packages
// that are known to belong elsewhere.
func (c *Checkout) inTree(pkg, name string) iter.Seq[string] {
	rest, own := c.ownModule(pkg)
	if strings.Contains(name, "@") || pkg != "" && (!own || agree(rest, name)) {
		return nil
	}
	return suffixes(cmp.Or(c.root, c.dir), name, 1)
}

// ownModule reports whether a package belongs to a module of the user's, and its
// path there.
func (c *Checkout) ownModule(pkg string) (rest string, own bool) {
	for _, m := range c.modules {
		if rest, ok := inside(m.path, pkg); ok {
			return rest, m.own
		}
	}
	return "", false
}

// inside returns the path of a package below that of a module.
func inside(mod, pkg string) (rest string, ok bool) {
	if mod == "" || pkg == mod {
		return "", mod != ""
	}
	return strings.CutPrefix(pkg, mod+"/")
}

// agree reports whether a file can belong to the package that lies at rest below
// its module's root.
func agree(rest, name string) bool {
	dir := path.Dir(name)
	return rest == "" || dir == rest || strings.HasSuffix(dir, "/"+rest)
}

// join returns the place of a file in a package's folder.
func join(dir, rest, name string) string {
	return filepath.Join(dir, filepath.FromSlash(rest), path.Base(name))
}

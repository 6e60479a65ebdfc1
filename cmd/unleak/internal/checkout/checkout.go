// SPDX-License-Identifier: MIT

// Package checkout finds the source files that a stack from any machine names:
// in the working tree, in folders that the user names, in the module cache and in
// GOROOT. It runs no go command.
package checkout

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// Options says where to look. The zero value is right for most uses.
type Options struct {
	// Dir is the folder from which the working tree is found; "" is the current
	// one.
	Dir string
	// SourceDirs are folders to look in first.
	SourceDirs []string
	// Getenv returns the value of an environment variable; nil is os.Getenv.
	Getenv func(name string) string
	// Go is what the go command says of itself, where it was asked. Then the
	// source is also the one that was built.
	Go *Go
	// Replace maps files to those that the compiler read in their place, as go
	// build's -overlay does; "" takes a file away.
	Replace map[string]string
}

// Go is what "go env" says.
type Go struct {
	GOROOT, GOMODCACHE, GOMOD, GOWORK string
	// Link is another path to GOROOT, which stacks name.
	Link string
}

// A Checkout finds source. It keeps what it found, and must not be used by
// several goroutines at once.
type Checkout struct {
	env        Go
	dir        string
	sourceDirs []string
	replace    map[string]string
	tree       source.Tree
	workspace
	// found holds the places of files by where they were looked for.
	found map[wanted]string
	// missing counts the frames, by package, whose source was not found; changed
	// names files that are of another version.
	missing map[string]int
	changed map[string]bool
}

// A wanted is what a place depends on.
type wanted struct{ file, pkg string }

// A DirError tells of a source folder that cannot be used.
type DirError struct {
	Dir string
	Err error
}

func (e *DirError) Error() string {
	return fmt.Sprintf("no source can be read from %s: %v; name a folder that holds the program's source", e.Dir, e.Err)
}

func (e *DirError) Unwrap() error { return e.Err }

var errNoFolder = errors.New("it is no folder")

// Open looks for the working tree and the go command's folders. It reads go.mod
// and go.work files, and nothing else. An error is a DirError.
func Open(o Options) (*Checkout, error) {
	c := &Checkout{
		dir:     o.Dir,
		replace: o.Replace,
		found:   make(map[wanted]string),
		missing: make(map[string]int),
		changed: make(map[string]bool),
	}
	if dir, err := filepath.Abs(o.Dir); err == nil {
		c.dir = dir
	}
	if o.Go != nil {
		c.env = *o.Go
	} else {
		c.env = lookAround(o.Getenv, c.dir)
	}
	for _, dir := range o.SourceDirs {
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(c.dir, dir)
		}
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			err = errNoFolder
		}
		if err != nil {
			return nil, &DirError{dir, err}
		}
		c.sourceDirs = append(c.sourceDirs, dir)
	}
	c.workspace = readWorkspace(c.env, c.sourceDirs)
	c.tree = source.Tree{ReadFile: c.readFile, ReadDir: c.readDir, Find: c.find}
	if o.Go == nil {
		c.tree.Changed = func(file string) { c.changed[c.Show(file)] = true }
	}
	return c, nil
}

// Tree returns a reader of the source that stacks name, the same at each call: it
// keeps what it read and which files are of another version.
func (c *Checkout) Tree() *source.Tree { return &c.tree }

// Module returns the main module's path, or "".
func (c *Checkout) Module() string { return c.module }

// Root returns the folder that file names are shown relative to: the main
// module's, else the workspace's, else "".
func (c *Checkout) Root() string { return c.root }

// Find returns where the source of a frame lies here, or "".
func (c *Checkout) Find(frame unleak.Frame) string {
	if frame.File == "" {
		return ""
	}
	w := wanted{frame.File, frame.Package()}
	file, ok := c.found[w]
	if !ok {
		for name := range c.candidates(w) {
			if c.exists(name) {
				file = name
				break
			}
		}
		c.found[w] = file
	}
	return file
}

// find is Find for a Tree: it keeps account of what is not found.
func (c *Checkout) find(frame unleak.Frame) string {
	file := c.Find(frame)
	if pkg := frame.Package(); file == "" && pkg != "" && !unleak.IsStandard(pkg) && !isMade(frame.File) {
		c.missing[pkg]++
	}
	return file
}

// isMade reports whether a file never was in a source tree: the go command and
// the compiler make some.
func isMade(file string) bool {
	base := path.Base(strings.ReplaceAll(file, `\`, "/"))
	return !strings.HasSuffix(base, ".go") || base == "_testmain.go" || base == "_cgo_gotypes.go"
}

// exists reports whether the compiler would find a file.
func (c *Checkout) exists(name string) bool {
	if to, ok := c.replace[name]; ok {
		return to != ""
	}
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// readFile reads a file as the compiler read it.
func (c *Checkout) readFile(name string) ([]byte, error) {
	if to, ok := c.replace[name]; ok {
		name = to // "" for a file that an overlay takes away: no such file
	}
	return os.ReadFile(name)
}

// readDir lists a folder's files as the compiler saw them.
func (c *Checkout) readDir(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	names := make(map[string]bool)
	for _, e := range entries {
		names[e.Name()] = true
	}
	for from, to := range c.replace {
		switch {
		case filepath.Dir(from) != filepath.Clean(dir):
		case to == "":
			delete(names, filepath.Base(from))
		default:
			names[filepath.Base(from)], err = true, nil
		}
	}
	return slices.Sorted(maps.Keys(names)), err
}

// Missing tells of the source that was asked for and not found, or was of another
// version than the program.
func (c *Checkout) Missing() []unleak.Loss {
	var losses []unleak.Loss
	if len(c.missing) > 0 {
		packages := slices.Collect(maps.Keys(c.missing))
		slices.SortFunc(packages, func(a, b string) int {
			if n := c.missing[b] - c.missing[a]; n != 0 {
				return n // what most stacks name first
			}
			return strings.Compare(a, b)
		})
		losses = append(losses, unleak.Loss{Kind: "no-source", Message: fmt.Sprintf(
			"The source of %s was not found: what is said of the goroutines there rests on their stacks alone. Run unleak in a checkout of the program, or name its folder with -source-dir.",
			some(packages))})
	}
	if len(c.changed) > 0 {
		files := slices.Sorted(maps.Keys(c.changed))
		losses = append(losses, unleak.Loss{Kind: "other-source", Message: fmt.Sprintf(
			"Some source is of another version than the program and was left out: what the stacks name is not there in %s. Check out the version that was running, or name its folder with -source-dir.",
			some(files))})
	}
	return losses
}

// some names the first few of a list.
func some(names []string) string {
	const most = 5
	if rest := len(names) - most; rest > 0 {
		names = append(names[:most:most], fmt.Sprintf("%d more", rest))
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return names[0]
}

// isFile reports whether a path leads to a file, whatever its kind.
func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir() && info.Mode()&fs.ModeType == 0
}

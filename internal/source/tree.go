// SPDX-License-Identifier: MIT

package source

import (
	"bytes"
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/unleak/unleak"
)

// A Tree reads Go source through the functions that it is given. The zero Tree
// has no source: every answer is zero. A Tree keeps what it read and must not be
// used by several goroutines at once.
type Tree struct {
	// ReadFile returns the content of a file.
	ReadFile func(name string) ([]byte, error)
	// ReadDir returns the names (without folder) of a folder's files. Without
	// it, each file is looked at alone.
	ReadDir func(dir string) ([]string, error)
	// Find returns the name under which ReadFile has the source of a frame, ""
	// where that is not to be had. Without it, that name is the frame's File.
	Find func(unleak.Frame) string
	// Changed, where set, says that the source may be of another version than
	// the program. Then a file without the function that a frame names around
	// the frame's line counts as not there, and Changed is called with its name.
	Changed func(file string)

	fset     *token.FileSet
	importer importer
	files    map[string]*file
	packages map[packageKey]*pack
	sites    map[unleak.Frame]Site
	rejected map[string]bool
}

// maxFile is the size above which a file is not parsed: tables and generated
// code, in which no goroutine blocks.
const maxFile = 4 << 20

// checkedPath is the import path under which packages are checked: their own is
// not known, and no standard package has this one.
const checkedPath = "."

// A packageKey names the files that are checked together. A file that does not
// build here (it is of another system's) has a package with it of its own.
type packageKey struct{ dir, name, extra string }

// A file is one parsed file.
type file struct {
	name   string
	text   []byte
	lines  [][]byte
	syntax *ast.File // nil where nothing could be parsed
}

// line returns the text of a line, which counts from 1.
func (f *file) line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	return strings.TrimRight(string(f.lines[n-1]), "\r")
}

// A pack is the files of one package in one folder, type-checked without its
// imports.
type pack struct {
	fset  *token.FileSet
	files []*file
	info  *types.Info
	decls map[*types.Func]*ast.FuncDecl
	flow  *flow
}

// file returns a parsed file, or nil where it cannot be read.
func (t *Tree) file(name string) *file {
	if f, ok := t.files[name]; ok {
		return f
	}
	if t.ReadFile == nil || !strings.HasSuffix(name, ".go") {
		return nil
	}
	if t.fset == nil {
		t.fset = token.NewFileSet()
		t.files = make(map[string]*file)
		t.packages = make(map[packageKey]*pack)
		t.importer = newImporter(t.fset)
	}
	var f *file
	if text, err := t.ReadFile(name); err == nil && len(text) <= maxFile {
		f = &file{name: name, text: text, lines: bytes.Split(text, []byte("\n"))}
		// What precedes a syntax error is parsed all the same. Line
		// directives are of no use here: frames are looked up as they are.
		f.syntax, _ = parser.ParseFile(t.fset, name, text, parser.SkipObjectResolution)
	}
	t.files[name] = f
	return f
}

// Line returns the line of a frame without its indentation; "" where there is
// none. Unlike Site it looks at no more than the file.
func (t *Tree) Line(frame unleak.Frame) string {
	f := t.frameFile(frame)
	if f == nil || t.Changed != nil && !t.holds(f, frame) {
		return ""
	}
	return strings.TrimSpace(f.line(frame.Line))
}

// pack returns the package around a file, or nil where the file cannot be read.
func (t *Tree) pack(name string) *pack {
	f := t.file(name)
	if f == nil || f.syntax == nil || f.syntax.Name == nil {
		return nil
	}
	dir, _ := path.Split(slash(name))
	key := packageKey{dir: dir, name: f.syntax.Name.Name}
	if p := t.packages[key]; p != nil && !p.has(f) {
		key.extra = f.name
	}
	if p := t.packages[key]; p != nil {
		return p
	}
	p := &pack{fset: t.fset, files: append(t.siblings(dir, f), f)}
	p.check(t.importer)
	t.packages[key] = p
	return p
}

func (p *pack) has(f *file) bool { return slices.Contains(p.files, f) }

// siblings returns the other files of f's package that build here. A file with a
// constraint that does not hold would declare the same names once more.
func (t *Tree) siblings(dir string, f *file) []*file {
	if t.ReadDir == nil {
		return nil
	}
	names, err := t.ReadDir(strings.TrimSuffix(dir, "/"))
	if err != nil {
		return nil
	}
	constraints := build.Default
	constraints.OpenFile = func(name string) (io.ReadCloser, error) {
		if g := t.file(dir + path.Base(slash(name))); g != nil {
			return io.NopCloser(bytes.NewReader(g.text)), nil
		}
		return nil, errors.New("no such file")
	}
	var files []*file
	for _, name := range names {
		if !strings.HasSuffix(name, ".go") || path.Base(slash(f.name)) == name {
			continue
		}
		if ok, err := constraints.MatchFile(dir, name); err != nil || !ok {
			continue
		}
		g := t.file(dir + name)
		if g != nil && g.syntax != nil && g.syntax.Name != nil && g.syntax.Name.Name == f.syntax.Name.Name {
			files = append(files, g)
		}
	}
	return files
}

// check resolves the package's names as far as that goes without its imports.
func (p *pack) check(im importer) {
	p.info = &types.Info{
		Types:      make(map[ast.Expr]types.TypeAndValue),
		Defs:       make(map[*ast.Ident]types.Object),
		Uses:       make(map[*ast.Ident]types.Object),
		Selections: make(map[*ast.SelectorExpr]*types.Selection),
		Implicits:  make(map[ast.Node]types.Object),
	}
	var files []*ast.File
	for _, f := range p.files {
		files = append(files, f.syntax)
	}
	func() {
		// The checker is made for source that a compiler has seen, or nearly;
		// should it panic on wreckage, what it resolved so far still serves.
		defer func() { _ = recover() }()
		cfg := types.Config{Importer: im, FakeImportC: true, Error: func(error) {}}
		_, _ = cfg.Check(checkedPath, p.fset, files, p.info)
	}()
	p.decls = make(map[*types.Func]*ast.FuncDecl)
	for _, f := range files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				if fn, ok := p.info.Defs[d.Name].(*types.Func); ok {
					p.decls[fn] = d
				}
			}
		}
	}
}

func slash(name string) string { return strings.ReplaceAll(name, `\`, "/") }

// line returns the line of a position as the file has it, line directives aside.
func (p *pack) line(pos token.Pos) int {
	if !pos.IsValid() {
		return 0
	}
	return p.fset.PositionFor(pos, false).Line
}

// at returns the file that holds a position, and the position.
func (p *pack) at(pos token.Pos) (*file, token.Position) {
	where := p.fset.PositionFor(pos, false)
	for _, f := range p.files {
		if f.name == where.Filename {
			return f, where
		}
	}
	return nil, where
}

// text returns the source of a node on one line; long texts are cut.
func (p *pack) text(n ast.Node) string {
	f, from := p.at(n.Pos())
	to := p.fset.PositionFor(n.End(), false)
	if f == nil || from.Offset > to.Offset || to.Offset > len(f.text) {
		return ""
	}
	s := strings.Join(strings.Fields(string(f.text[from.Offset:to.Offset])), " ")
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return s
}

// SPDX-License-Identifier: MIT

package illtyped

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A file is one with mistakes.
type file struct {
	name   string
	text   []byte // as it is by now
	set    *token.FileSet
	syntax *ast.File
	edits  []edit
	gone   []*ast.FuncDecl // as they were
}

// An edit puts text in the place of what stands between two offsets.
type edit struct {
	from, to int
	text     string
}

// none is the body of a function that was taken out. A call ends the process, as far
// as an analysis can tell: what would come after it is not known.
const none = "panic(0)"

func parse(name string, text []byte) (*file, error) {
	set := token.NewFileSet()
	syntax, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &file{name: name, text: text, set: set, syntax: syntax}, nil
}

// offset returns where a node stands in the text.
func (f *file) offset(pos token.Pos) int { return f.set.PositionFor(pos, false).Offset }

// mend plans what takes a mistake away, and reports whether there is a way. Those in
// the body of a function go with the body.
func (f *file) mend(offset int, message string) (out *ast.FuncDecl, ok bool) {
	for _, d := range f.syntax.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Body != nil && f.offset(d.Body.Lbrace) <= offset && offset <= f.offset(d.Body.Rbrace) {
				return d, f.empty(d)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.ImportSpec); ok && f.offset(s.Pos()) <= offset && offset < f.offset(s.End()) {
					return nil, strings.HasSuffix(message, " and not used") && f.blank(s)
				}
			}
		}
	}
	return nil, false
}

// empty takes a function's body away, but for its lines.
func (f *file) empty(d *ast.FuncDecl) bool {
	from, to := f.offset(d.Body.Lbrace)+1, f.offset(d.Body.Rbrace)
	if strings.TrimSpace(string(f.text[from:to])) == none {
		return false // it is not the body that is wrong
	}
	f.plan(edit{from, to, none + strings.Repeat("\n", strings.Count(string(f.text[from:to]), "\n"))})
	return true
}

// blank keeps an import for its package's initialisation.
func (f *file) blank(s *ast.ImportSpec) bool {
	from := f.offset(s.Pos())
	to := from
	if s.Name != nil {
		to = f.offset(s.Name.End())
	}
	if string(f.text[from:to]) == "_" {
		return false
	}
	f.plan(edit{from, to, "_ "})
	return true
}

func (f *file) plan(e edit) {
	if !slices.Contains(f.edits, e) { // a package and its variant for tests say the same
		f.edits = append(f.edits, e)
	}
}

// apply makes the edits.
func (f *file) apply() error {
	slices.SortFunc(f.edits, func(a, b edit) int { return b.from - a.from })
	text := string(f.text)
	for _, e := range f.edits {
		text = text[:e.from] + e.text + text[e.to:]
	}
	next, err := parse(f.name, []byte(text))
	if err != nil {
		return err
	}
	next.gone = f.gone
	*f = *next
	return nil
}

// nameOf writes a function's name as in its declaration.
func nameOf(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) != 1 {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	if _, ok := t.(*ast.StarExpr); ok {
		return "(" + types.ExprString(t) + ")." + d.Name.Name
	}
	return types.ExprString(t) + "." + d.Name.Name
}

// names returns the identifiers in a function's body, and its own name.
func names(d *ast.FuncDecl) map[string]bool {
	set := map[string]bool{d.Name.Name: true}
	if d.Body != nil {
		ast.Inspect(d.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				set[id.Name] = true
			}
			return true
		})
	}
	return set
}

// sets reports whether a function assigns to variables of other packages: what holds
// elsewhere may rest on those. isPackage tells the names of imports by their offsets.
func (f *file) sets(d *ast.FuncDecl, isPackage map[int]bool) bool {
	found := false
	ast.Inspect(d.Body, func(n ast.Node) bool {
		if assign, ok := n.(*ast.AssignStmt); ok {
			for _, e := range assign.Lhs {
				for s, ok := ast.Unparen(e).(*ast.SelectorExpr); ok; s, ok = ast.Unparen(e).(*ast.SelectorExpr) {
					e = s.X
				}
				found = found || isPackage[f.offset(e.Pos())]
			}
		}
		return !found
	})
	return found
}

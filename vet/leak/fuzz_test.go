// SPDX-License-Identifier: MIT

package leak_test

import (
	"bytes"
	"errors"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"

	"github.com/unleak/unleak/vet/internal/report"
	"github.com/unleak/unleak/vet/leak"
)

// FuzzAnalyzer changes files, as bytes and as syntax trees, and analyses what is
// left when the functions that do not type-check are emptied. Whatever the file is,
// no scope may fail.
func FuzzAnalyzer(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "src", "*", "*.go"))
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds: ", err)
	}
	for i, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, []byte{})
		f.Add(src, []byte{byte(i), 200, 30, 7, 3, 90, 4, 100, 3, 5, 60, 60})
	}
	imports := importer.Default()
	f.Fuzz(func(t *testing.T, src []byte, changes []byte) {
		if len(src) > 1<<14 || len(changes) > 60 {
			return // slow, and no more telling
		}
		result, err := analyse(src, changes, imports)
		if err != nil {
			return // nothing is left to analyse
		}
		for _, l := range result.Failed {
			t.Error(l.Message)
		}
	})
}

// analyse runs the analyzer on a changed file.
func analyse(src, changes []byte, imports types.Importer) (*report.Result, error) {
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, "fuzz.go", src, parser.SkipObjectResolution)
	if file == nil || file.Name == nil || file.Name.Name == "_" {
		return nil, errors.New("no file")
	}
	for ; len(changes) >= 3; changes = changes[3:] {
		change(file, changes[0], int(changes[1]), int(changes[2]))
	}
	var text bytes.Buffer
	if err := format.Node(&text, fset, file); err != nil {
		return nil, err
	}
	fset = token.NewFileSet()
	file, _ = parser.ParseFile(fset, "fuzz.go", text.Bytes(), parser.SkipObjectResolution)
	if file == nil || !whole(file) || !checks(fset, file, imports) {
		return nil, errors.New("not even the declarations type-check")
	}
	pkg := types.NewPackage("fuzz", file.Name.Name)
	code, info, err := ssautil.BuildPackage(&types.Config{Importer: imports}, fset, pkg, []*ast.File{file}, ssa.BuilderMode(0))
	if err != nil {
		return nil, err
	}
	in := &buildssa.SSA{Pkg: code}
	for _, d := range file.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Name.Name != "_" {
			if fn, ok := info.Defs[d.Name].(*types.Func); ok {
				in.SrcFuncs = append(in.SrcFuncs, code.Prog.FuncValue(fn))
			}
		}
	}
	pass := &analysis.Pass{
		Analyzer: leak.Analyzer, Fset: fset, Files: []*ast.File{file}, Pkg: pkg, TypesInfo: info,
		Report:   func(analysis.Diagnostic) {},
		ResultOf: map[*analysis.Analyzer]any{buildssa.Analyzer: in},
	}
	result, err := leak.Analyzer.Run(pass)
	if err != nil {
		return nil, err
	}
	return result.(*report.Result), nil
}

// whole empties the functions that do not parse, and reports whether the rest does:
// drivers analyse no package with syntax errors, and SSA form has no room for them.
func whole(file *ast.File) bool {
	for _, d := range file.Decls {
		for n := range ast.Preorder(d) {
			switch n.(type) {
			case *ast.BadDecl, *ast.BadStmt, *ast.BadExpr:
				d, ok := d.(*ast.FuncDecl)
				if !ok || d.Body == nil {
					return false
				}
				empty(d)
			}
		}
	}
	return true
}

// empty takes away a function's body.
func empty(d *ast.FuncDecl) {
	end := &ast.BlockStmt{Lbrace: d.Body.Lbrace, Rbrace: d.Body.Rbrace}
	d.Body.List = []ast.Stmt{&ast.ForStmt{For: d.Body.Lbrace, Body: end}}
}

// checks empties the functions that do not type-check, and reports whether the rest
// does.
func checks(fset *token.FileSet, file *ast.File, imports types.Importer) bool {
	for range 4 {
		var wrong []token.Pos
		config := types.Config{Importer: imports, Error: func(err error) {
			if e, ok := errors.AsType[types.Error](err); ok {
				wrong = append(wrong, e.Pos)
			}
		}}
		config.Check("fuzz", fset, []*ast.File{file}, nil)
		if len(wrong) == 0 {
			return true
		}
		for _, d := range file.Decls {
			d, ok := d.(*ast.FuncDecl)
			for _, pos := range wrong {
				if ok && d.Body != nil && d.Pos() <= pos && pos <= d.End() {
					empty(d)
				}
			}
		}
		// What only emptied functions have used is in the way now.
		file.Decls = append(file.Decls, blank(file)...)
	}
	return false
}

// blank returns declarations that use each import of the file.
func blank(file *ast.File) []ast.Decl {
	used := map[string]string{"context": "Canceled", "errors": "New", "sync": "NewCond", "time": "Now", "os": "Exit", "io": "EOF", "bytes": "Equal", "fmt": "Sprint"}
	var decls []ast.Decl
	for _, i := range file.Imports {
		name := strings.Trim(i.Path.Value, "`\"")
		if member, ok := used[name]; ok && i.Name == nil {
			decls = append(decls, &ast.GenDecl{Tok: token.VAR, TokPos: file.End(), Specs: []ast.Spec{&ast.ValueSpec{
				Names:  []*ast.Ident{{Name: "_", NamePos: file.End()}},
				Values: []ast.Expr{&ast.SelectorExpr{X: ast.NewIdent(name), Sel: ast.NewIdent(member)}},
			}}})
		}
	}
	return decls
}

// change makes one change to a syntax tree: which is chosen by how, where by the
// numbers.
func change(file *ast.File, how byte, a, b int) {
	var lists []*[]ast.Stmt
	var operators []*ast.BinaryExpr
	for n := range ast.Preorder(file) {
		switch n := n.(type) {
		case *ast.BlockStmt:
			lists = append(lists, &n.List)
		case *ast.CaseClause:
			lists = append(lists, &n.Body)
		case *ast.CommClause:
			lists = append(lists, &n.Body)
		case *ast.BinaryExpr:
			operators = append(operators, n)
		}
	}
	if len(lists) == 0 {
		return
	}
	from, to := lists[a%len(lists)], lists[b%len(lists)]
	if len(*from) == 0 {
		return
	}
	i := b % len(*from)
	stmt := (*from)[i]
	if _, clause := stmt.(*ast.CaseClause); clause {
		return
	}
	if _, clause := stmt.(*ast.CommClause); clause {
		return
	}
	body := &ast.BlockStmt{List: []ast.Stmt{stmt}}
	literal := &ast.CallExpr{Fun: &ast.FuncLit{Type: &ast.FuncType{Params: &ast.FieldList{}}, Body: body}}
	switch how % 8 {
	case 0:
		*from = append((*from)[:i:i], (*from)[i+1:]...)
	case 1:
		*from = append((*from)[:i+1:i+1], (*from)[i:]...)
	case 2:
		if !inside(stmt, to) {
			*to = append(*to, stmt)
		}
	case 3:
		(*from)[i] = &ast.GoStmt{Call: literal}
	case 4:
		(*from)[i] = &ast.DeferStmt{Call: literal}
	case 5:
		(*from)[i] = &ast.ForStmt{Body: body}
	case 6:
		(*from)[0], (*from)[i] = (*from)[i], (*from)[0]
	case 7:
		if len(operators) > 0 {
			ops := []token.Token{token.ADD, token.SUB, token.QUO, token.REM, token.EQL, token.NEQ, token.LSS, token.GEQ, token.LAND, token.SHL}
			operators[a%len(operators)].Op = ops[b%len(ops)]
		}
	}
}

// inside reports whether a list of statements is part of a statement.
func inside(stmt ast.Stmt, list *[]ast.Stmt) bool {
	for n := range ast.Preorder(stmt) {
		switch n := n.(type) {
		case *ast.BlockStmt:
			if &n.List == list {
				return true
			}
		case *ast.CaseClause:
			if &n.Body == list {
				return true
			}
		case *ast.CommClause:
			if &n.Body == list {
				return true
			}
		}
	}
	return false
}

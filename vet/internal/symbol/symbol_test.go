// SPDX-License-Identifier: MIT

package symbol_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/unleak/unleak/vet/internal/symbol"
)

// TestFunc: the names are those that runtime.FuncForPC gives.
func TestFunc(t *testing.T) {
	const source = `package p
func f() {}
func g[K any]() {}
type T struct{}
func (T) v() {}
func (*T) p() {}
type A = T
func (*A) a() {}
type G[K any] struct{}
func (G[K]) v() {}
func (*G[K]) p() {}
`
	for path, prefix := range map[string]string{
		"p":                 "p.",
		"example.com/m.v2":  "example.com/m%2ev2.",
		"example.com/m/cmd": "example.com/m/cmd.",
	} {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, "p.go", source, 0)
		if err != nil {
			t.Fatal(err)
		}
		info := &types.Info{Defs: make(map[*ast.Ident]types.Object)}
		if _, err := new(types.Config).Check(path, files, []*ast.File{file}, info); err != nil {
			t.Fatal(err)
		}
		want := []string{"f", "g[...]", "T.v", "(*T).p", "(*T).a", "G[...].v", "(*G[...]).p"}
		for _, d := range file.Decls {
			decl, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if got := symbol.Func(info.Defs[decl.Name].(*types.Func)); got != prefix+want[0] {
				t.Errorf("%s: %q, want %q", path, got, prefix+want[0])
			}
			want = want[1:]
		}
	}
	if got := symbol.Prefix(types.NewPackage("example.com/m", "main")); got != "main." {
		t.Errorf("package main: %q", got)
	}
	if got := symbol.Prefix(nil); got != "" {
		t.Errorf("no package: %q", got)
	}
}

func TestIs(t *testing.T) {
	pkg := types.NewPackage("example.com/p", "p")
	typ := types.NewNamed(types.NewTypeName(token.NoPos, pkg, "T", nil), new(types.Struct), nil)
	function := func(recv types.Type) *types.Func {
		var v *types.Var
		if recv != nil {
			v = types.NewParam(token.NoPos, pkg, "", recv)
		}
		return types.NewFunc(token.NoPos, pkg, "Do", types.NewSignatureType(v, nil, nil, nil, nil, false))
	}
	for _, test := range []struct {
		f         *types.Func
		path, typ string
		want      bool
	}{
		{function(nil), "example.com/p", "", true},
		{function(nil), "example.com/p", "T", false},
		{function(nil), "p", "", false},
		{function(typ), "example.com/p", "T", true},
		{function(types.NewPointer(typ)), "example.com/p", "T", true},
		{function(typ), "example.com/p", "", false},
		{nil, "example.com/p", "", false},
	} {
		if got := symbol.Is(test.f, test.path, test.typ, "Go", "Do"); got != test.want {
			t.Errorf("%v is %s.%s.Do: %t", test.f, test.path, test.typ, got)
		}
		if symbol.Is(test.f, test.path, test.typ, "Go") {
			t.Errorf("%v is %s.%s.Go", test.f, test.path, test.typ)
		}
	}
}

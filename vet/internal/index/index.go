// SPDX-License-Identifier: MIT

// Package index lists the functions of a package by their syntax: how the runtime
// calls them, which goroutines they start and how often, and where control cannot
// get out of them.
package index

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"
	"golang.org/x/tools/go/cfg"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/unleak/unleak/vet/internal/report"
	"github.com/unleak/unleak/vet/internal/symbol"
)

// Analyzer makes the index, once for all analyzers that need it.
var Analyzer = &analysis.Analyzer{
	Name:       "goroutineindex",
	Doc:        "list functions and the goroutines that they start",
	Requires:   []*analysis.Analyzer{ctrlflow.Analyzer},
	ResultType: reflect.TypeFor[*Package](),
	Run:        func(pass *analysis.Pass) (any, error) { return newPackage(pass), nil },
}

// A Package is the index of one package.
type Package struct {
	Fset   *token.FileSet
	Info   *types.Info
	Types  *types.Package
	Funcs  []*Func // outer functions before the literals in them
	Spawns []*Spawn

	objects  map[*types.Func]*Func
	literals map[*ast.FuncLit]*Func
	// comms has the communications of select statements.
	comms map[ast.Node]*ast.SelectStmt
	traps map[*Func]*trapped
	// closes is nil until somebody asks.
	closes *closes
	files  []*ast.File
}

// A Func is a function or method with a body, a literal, or the initialisation of
// the package's variables.
type Func struct {
	// Name is what the runtime prints.
	Name string
	Obj  *types.Func   // nil for literals
	Decl *ast.FuncDecl // nil for literals
	Lit  *ast.FuncLit
	// Outer is the function that a literal stands in.
	Outer *Func
	Body  *ast.BlockStmt
	Sig   *types.Signature
	CFG   *cfg.CFG
	Test  bool // in a test file
	// Often says that something outside of the package may call it any number of
	// times, or that the package does. The others run once or so in a process's
	// life, from main or from an initialisation, or their callers are not known.
	Often bool

	calls    []call
	literals int // so far
}

// walk visits the blocks that control may come to, each once, from the first on: visit
// returns those that come next. The function has a graph that is not empty.
func (f *Func) walk(visit func(b *cfg.Block) (next []*cfg.Block)) {
	seen := make(map[*cfg.Block]bool)
	var walk func(b *cfg.Block)
	walk = func(b *cfg.Block) {
		if seen[b] {
			return
		}
		seen[b] = true
		for _, next := range visit(b) {
			walk(next)
		}
	}
	walk(f.CFG.Blocks[0])
}

// A Spawn is a statement that starts a goroutine.
type Spawn struct {
	// Node is the go statement, or the call of a method that starts one
	// (sync.WaitGroup.Go, errgroup.Group.Go).
	Node ast.Node
	In   *Func
	// Target is what the goroutine runs; nil where it is not known or has no body
	// here. Args are its arguments.
	Target *Func
	Args   []ast.Expr
	// Entry is the goroutine's outermost function, where that is not Target.
	Entry string
	// Stack holds the nodes around Node, from the function's body on.
	Stack []ast.Node
	// Often says that it may run any number of times in a process's life.
	Often bool
	// Limited says that the method which starts it may wait for a free slot.
	Limited bool
}

// A call is one way for a function to run.
type call struct {
	to    *Func
	loops bool // in a loop without bound
}

// FuncOf returns a declared function, or nil for one of another package.
func (p *Package) FuncOf(f *types.Func) *Func {
	if f == nil {
		return nil
	}
	return p.objects[f.Origin()]
}

// Literal returns the function of a literal.
func (p *Package) Literal(lit *ast.FuncLit) *Func { return p.literals[lit] }

// Callee returns the function that a call names, or nil.
func (p *Package) Callee(c *ast.CallExpr) *types.Func { return typeutil.StaticCallee(p.Info, c) }

// Value returns the function that an expression stands for, or nil.
func (p *Package) Value(e ast.Expr) *Func {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return p.literals[e]
	case *ast.Ident:
		f, _ := p.Info.Uses[e].(*types.Func)
		return p.FuncOf(f)
	case *ast.SelectorExpr:
		f, _ := p.Info.Uses[e.Sel].(*types.Func)
		return p.FuncOf(f)
	case *ast.IndexExpr:
		return p.Value(e.X)
	}
	return nil
}

func newPackage(pass *analysis.Pass) *Package {
	p := &Package{
		Fset: pass.Fset, Info: pass.TypesInfo, Types: pass.Pkg, files: pass.Files,
		objects: make(map[*types.Func]*Func), literals: make(map[*ast.FuncLit]*Func),
		comms: make(map[ast.Node]*ast.SelectStmt), traps: make(map[*Func]*trapped),
	}
	graphs := pass.ResultOf[ctrlflow.Analyzer].(*ctrlflow.CFGs)
	for _, file := range pass.Files {
		p.declare(file, graphs)
	}
	w := walker{Package: p, graphs: graphs, taken: make(map[*Func]bool)}
	for _, file := range pass.Files {
		w.file(file)
	}
	w.often()
	return p
}

// declare notes the functions of a file, so that calls find those further down.
func (p *Package) declare(file *ast.File, graphs *ctrlflow.CFGs) {
	test := report.IsTest(p.Fset, file.Pos())
	for _, d := range file.Decls {
		decl, ok := d.(*ast.FuncDecl)
		if !ok || decl.Body == nil {
			continue
		}
		obj, ok := p.Info.Defs[decl.Name].(*types.Func)
		if !ok {
			continue
		}
		f := &Func{
			Name: symbol.Func(obj), Obj: obj, Decl: decl, Body: decl.Body, Sig: obj.Signature(),
			CFG: graphs.FuncDecl(decl), Test: test,
		}
		p.objects[obj] = f
		p.Funcs = append(p.Funcs, f)
	}
}

// literal notes a literal in a function. The compiler numbers them in the order of
// the source (cmd/compile/internal/ir, closureName).
func (p *Package) literal(lit *ast.FuncLit, outer *Func, graphs *ctrlflow.CFGs) *Func {
	outer.literals++
	name := fmt.Sprintf("%s.func%d", outer.Name, outer.literals)
	switch {
	case outer.Body == nil: // of package variables
		name = fmt.Sprintf("%sglob..func%d", symbol.Prefix(p.Types), outer.literals)
	case outer.Lit != nil:
		name = fmt.Sprintf("%s.%d", outer.Name, outer.literals)
	}
	sig, _ := p.Info.TypeOf(lit).(*types.Signature)
	f := &Func{Name: name, Lit: lit, Outer: outer, Body: lit.Body, Sig: sig, CFG: graphs.FuncLit(lit), Test: outer.Test}
	p.literals[lit] = f
	p.Funcs = append(p.Funcs, f)
	return f
}

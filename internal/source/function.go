// SPDX-License-Identifier: MIT

package source

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/unleak/unleak"
)

// A function is a declared function or a function literal in a package.
type function struct {
	p    *pack
	file *file
	// path holds the nodes from the file to the function itself.
	path []ast.Node
}

func (fn *function) node() ast.Node { return fn.path[len(fn.path)-1] }

func (fn *function) body() *ast.BlockStmt {
	body, _ := funcBody(fn.node())
	return body
}

// funcBody returns the body of a function's node; false for other nodes.
func funcBody(n ast.Node) (*ast.BlockStmt, bool) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return n.Body, true
	case *ast.FuncLit:
		return n.Body, true
	}
	return nil, false
}

// decl returns the declared function that fn is or stands in; nil for a literal
// in a variable's initialiser.
func (fn *function) decl() *ast.FuncDecl { return declOf(fn.path) }

func declOf(path []ast.Node) *ast.FuncDecl {
	for _, n := range path {
		if d, ok := n.(*ast.FuncDecl); ok {
			return d
		}
	}
	return nil
}

// inner calls visit for each node of the function's body with the nodes around
// it, from the body on, without going into function literals: they run at
// another time.
func (fn *function) inner(visit func(n ast.Node, around []ast.Node)) {
	innerNodes(fn.body(), visit)
}

func innerNodes(root ast.Node, visit func(n ast.Node, around []ast.Node)) {
	ast.PreorderStack(root, nil, func(n ast.Node, around []ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok && n != root {
			return false
		}
		visit(n, around)
		return true
	})
}

// function returns the function of a frame: the one that holds the line and
// stands as deep in function literals as the frame's name says, else the
// innermost one.
func (t *Tree) function(frame unleak.Frame) *function {
	if frame.File == "" || frame.Line <= 0 {
		return nil
	}
	f := t.frameFile(frame)
	if f == nil || t.Changed != nil && !t.holds(f, frame) {
		return nil
	}
	p := t.pack(f.name)
	if p == nil {
		return nil
	}
	var deepest, exact *function
	exactBlocks := false
	ast.PreorderStack(f.syntax, nil, func(n ast.Node, around []ast.Node) bool {
		body, ok := funcBody(n)
		if !ok || body == nil || p.line(n.Pos()) > frame.Line || frame.Line > p.line(n.End()) {
			return true
		}
		fn := &function{p, f, append(append([]ast.Node(nil), around...), n)}
		if deepest == nil || fn.depth() > deepest.depth() {
			deepest = fn
		}
		if fn.depth() != literalDepth(frame.Func) {
			return true
		}
		// Two literals of one depth on one line: take the one that blocks.
		if blocks := len(fn.opsAt(frame.Line)) > 0; exact == nil || blocks && !exactBlocks {
			exact, exactBlocks = fn, blocks
		}
		return true
	})
	if exact != nil {
		return exact
	}
	return deepest
}

// functionAt names the innermost function around a node.
func (p *pack) functionAt(f *file, n ast.Node) string {
	name := ""
	ast.PreorderStack(f.syntax, nil, func(x ast.Node, around []ast.Node) bool {
		if n.Pos() < x.Pos() || x.End() < n.End() {
			return false
		}
		if _, ok := funcBody(x); ok {
			name = (&function{p, f, append(around[:len(around):len(around)], x)}).name()
		}
		return true
	})
	return name
}

// depth is the number of function literals around and including fn.
func (fn *function) depth() int {
	n := 0
	for _, node := range fn.path {
		if _, ok := node.(*ast.FuncLit); ok {
			n++
		}
	}
	return n
}

// literalDepth returns how deep in function literals the function of the name
// stands: cmd/compile names them F.func1, F.func1.2, F.func1.2.3
// (cmd/compile/internal/ir, closureName); F-range1 is a loop's body made a
// function, which source has as a part of F.
func literalDepth(name string) int {
	depth := 0
	for {
		if i := strings.LastIndex(name, "-range"); i >= 0 && digits(name[i+len("-range"):]) {
			name = name[:i]
			continue
		}
		dot := strings.LastIndexByte(name, '.')
		if dot < 0 {
			return depth
		}
		last := name[dot+1:]
		switch {
		case digits(strings.TrimPrefix(last, "func")):
			depth++
		case digits(strings.TrimPrefix(last, "gowrap")), digits(strings.TrimPrefix(last, "deferwrap")):
		default:
			return depth
		}
		name = name[:dot]
	}
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// name returns the function's name as source has it.
func (fn *function) name() string {
	d := fn.decl()
	_, literal := fn.node().(*ast.FuncLit)
	switch {
	case d == nil:
		return "func literal"
	case literal:
		return "func literal in " + declName(d)
	}
	return declName(d)
}

// declName returns "f" or "(*T).f".
func declName(d *ast.FuncDecl) string {
	name, pointer := receiver(d)
	switch {
	case name == "":
		return d.Name.Name
	case pointer:
		return "(*" + name + ")." + d.Name.Name
	}
	return name + "." + d.Name.Name
}

// receiver returns the name of a method's type.
func receiver(d *ast.FuncDecl) (name string, pointer bool) {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return "", false
	}
	e := ast.Unparen(d.Recv.List[0].Type)
	if star, ok := e.(*ast.StarExpr); ok {
		e, pointer = ast.Unparen(star.X), true
	}
	switch x := e.(type) {
	case *ast.IndexExpr:
		e = x.X
	case *ast.IndexListExpr:
		e = x.X
	}
	if id, ok := e.(*ast.Ident); ok {
		name = id.Name
	}
	return name, pointer
}

// typeName returns the named type that a declared function belongs to: its
// receiver's, or the package's first type among its results.
func (p *pack) typeName(d *ast.FuncDecl) string {
	if d == nil {
		return ""
	}
	if name, _ := receiver(d); name != "" {
		return name
	}
	fn, ok := p.info.Defs[d.Name].(*types.Func)
	if !ok {
		return ""
	}
	results := fn.Signature().Results()
	for v := range results.Variables() {
		if name := namedType(v.Type()); name != "" {
			return name
		}
	}
	return ""
}

// namedType returns the name of a type of this package, or of what a pointer to
// one points to.
func namedType(t types.Type) string {
	if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
		t = ptr.Elem()
	}
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == checkedPath {
		return named.Obj().Name()
	}
	return ""
}

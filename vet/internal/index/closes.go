// SPDX-License-Identifier: MIT

package index

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/cfg"
)

// closes is what is known of the channels in the package's fields.
type closes struct {
	by map[*types.Var][]closing
	// loose holds the fields whose channel somebody else may have, or have made.
	loose map[*types.Var]bool
}

// A closing is a call of close.
type closing struct {
	in   *Func
	call *ast.CallExpr
	of   ast.Expr // what has the field
}

// ClosedAfter reports whether a loop over the channel of a field has no end: the
// package closes the channel, and only after that loop, which ends when it is closed.
// So it is where the field is not exported, the package makes its channels and gives
// them to nobody, and each close stands behind the loop, of the same object.
func (p *Package) ClosedAfter(f *Func, r *ast.RangeStmt) bool {
	field, of := p.channelField(r.X)
	if field == nil {
		return false
	}
	if p.closes == nil {
		p.closes = p.closings()
	}
	list := p.closes.by[field]
	if len(list) == 0 || p.closes.loose[field] || !p.constant(f, of) {
		return false
	}
	for _, c := range list {
		if c.in != f || types.ExprString(c.of) != types.ExprString(of) || p.before(f, r, c.call) {
			return false
		}
	}
	return true
}

// channelField returns the field of the package that a selector of a channel names,
// and what has it.
func (p *Package) channelField(e ast.Expr) (*types.Var, ast.Expr) {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return nil, nil
	}
	v, ok := p.Info.Uses[sel.Sel].(*types.Var)
	if !ok || !p.closed(v) {
		return nil, nil
	}
	return v.Origin(), sel.X
}

// closed reports whether a variable is a field of a channel that only the package can
// name.
func (p *Package) closed(v *types.Var) bool {
	_, isChan := v.Type().Underlying().(*types.Chan)
	return isChan && v.IsField() && !v.Exported() && v.Pkg() == p.Types
}

// constant reports whether an expression is a variable that the function does not
// assign to.
func (p *Package) constant(f *Func, e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	v, is := p.Info.Uses[id].(*types.Var)
	fixed := is && v.Parent() != p.Types.Scope()
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, to := range n.Lhs {
				if id, ok := to.(*ast.Ident); ok && p.Info.Uses[id] == v {
					fixed = false
				}
			}
		case *ast.UnaryExpr:
			if id, ok := n.X.(*ast.Ident); ok && n.Op == token.AND && p.Info.Uses[id] == v {
				fixed = false
			}
		}
		return fixed
	})
	return fixed
}

// before reports whether control may come to a call before the loop has ended.
func (p *Package) before(f *Func, r *ast.RangeStmt, call *ast.CallExpr) bool {
	if f.CFG == nil || len(f.CFG.Blocks) == 0 {
		return true
	}
	found := false
	f.walk(func(b *cfg.Block) []*cfg.Block {
		for _, n := range b.Nodes {
			found = found || n.Pos() <= call.Pos() && call.End() <= n.End()
		}
		if b.Stmt == r && b.Kind == cfg.KindRangeLoop {
			return b.Succs[:1]
		}
		return b.Succs
	})
	return found
}

// closings looks at all uses of the package's fields of channels.
func (p *Package) closings() *closes {
	c := &closes{by: make(map[*types.Var][]closing), loose: make(map[*types.Var]bool)}
	for _, file := range p.files {
		ast.PreorderStack(file, nil, func(n ast.Node, stack []ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if field, of := p.channelField(n); field != nil && !p.known(c, n, field, of, stack) {
					c.loose[field] = true
				}
			case *ast.CompositeLit:
				p.literalFields(c, n)
			}
			return true
		})
	}
	return c
}

// known reports whether a use of a field's channel leaves it with the package, and
// notes those that close it.
func (p *Package) known(c *closes, n *ast.SelectorExpr, field *types.Var, of ast.Expr, stack []ast.Node) bool {
	switch use := stack[len(stack)-1].(type) {
	case *ast.RangeStmt:
		return use.X == n
	case *ast.UnaryExpr:
		return use.Op == token.ARROW
	case *ast.SendStmt:
		return use.Chan == n
	case *ast.BinaryExpr:
		return true // a comparison
	case *ast.AssignStmt:
		for i, to := range use.Lhs {
			if to == n && len(use.Lhs) == len(use.Rhs) && p.makesChannel(use.Rhs[i]) {
				return true
			}
		}
	case *ast.CallExpr:
		id, ok := ast.Unparen(use.Fun).(*ast.Ident)
		if !ok {
			return false
		}
		b, ok := p.Info.Uses[id].(*types.Builtin)
		if !ok {
			return false
		}
		if b.Name() == "close" {
			c.by[field] = append(c.by[field], closing{in: p.around(stack), call: use, of: of})
		}
		return true
	}
	return false
}

// around returns the function that a node stands in, given the nodes around it.
func (p *Package) around(stack []ast.Node) *Func {
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.FuncLit:
			return p.literals[n]
		case *ast.FuncDecl:
			obj, _ := p.Info.Defs[n.Name].(*types.Func)
			return p.FuncOf(obj)
		}
	}
	return nil
}

// literalFields looks at the fields that a literal of a structure sets.
func (p *Package) literalFields(c *closes, lit *ast.CompositeLit) {
	t := p.Info.TypeOf(lit)
	if t == nil {
		return
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, e := range lit.Elts {
		var field *types.Var
		value := e
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok {
				field, _ = p.Info.Uses[id].(*types.Var)
			}
			value = kv.Value
		} else if i < s.NumFields() {
			field = s.Field(i)
		}
		if field != nil && p.closed(field) && !p.makesChannel(value) {
			c.loose[field.Origin()] = true
		}
	}
}

// makesChannel reports whether an expression is a new channel, or nil.
func (p *Package) makesChannel(e ast.Expr) bool {
	e = ast.Unparen(e)
	if p.Info.Types[e].IsNil() {
		return true
	}
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return false
	}
	b, ok := p.Info.Uses[id].(*types.Builtin)
	return ok && b.Name() == "make"
}

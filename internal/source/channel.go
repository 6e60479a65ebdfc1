// SPDX-License-Identifier: MIT

package source

import (
	"go/ast"
	"go/types"
	"strings"
)

// isMake reports whether a call makes a channel.
func (p *pack) isMake(call *ast.CallExpr) bool {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok || id.Name != "make" || len(call.Args) == 0 {
		return false
	}
	if _, ok := call.Args[0].(*ast.ChanType); ok {
		return true
	}
	return p.isChan(call.Args[0])
}

// channel returns the variable that holds a channel, and where the channel comes
// from.
func (p *pack) channel(e ast.Expr) (types.Object, Origin) {
	e = ast.Unparen(e)
	if origin := p.stdOrigin(e); origin != "" {
		if ctx := p.contextOf(e); ctx != nil && origin == FromContext {
			if o := p.object(ctx); o != nil && p.flows().deadlines[o] {
				origin = FromDeadline
			}
		}
		return nil, origin
	}
	o := p.object(e)
	if o == nil {
		return nil, ""
	}
	flow := p.flows()
	root := flow.root(o)
	if len(flow.makes[root]) > 0 {
		return o, "" // a channel of another kind gets here too
	}
	return o, flow.origins[root]
}

// stdOrigin returns where a channel comes from by the expression alone.
func (p *pack) stdOrigin(e ast.Expr) Origin {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		switch path, name := p.callee(e); {
		case path == "time" && name == "Tick":
			return FromTicker
		case path == "time" && name == "After":
			return FromTimer
		case p.contextOf(e) != nil:
			return FromContext
		}
	case *ast.SelectorExpr:
		s := p.info.Selections[e]
		if s == nil || s.Obj().Pkg() == nil || s.Obj().Pkg().Path() != "time" || s.Obj().Name() != "C" {
			return ""
		}
		if strings.HasSuffix(strings.TrimPrefix(s.Recv().String(), "*"), "time.Timer") {
			return FromTimer
		}
		return FromTicker
	}
	return ""
}

// contextOf returns the expression of the context whose Done method e calls. Done
// of a type that is not known here is taken for a context's.
func (p *pack) contextOf(e ast.Expr) ast.Expr {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(call.Args) != 0 {
		return nil
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	switch path, name := p.callee(call); {
	case path == "context" && name == "Context.Done":
		return sel.X
	case path == "" && name == ".Done" && p.unknown(sel.X):
		return sel.X
	}
	return nil
}

func (p *pack) unknown(e ast.Expr) bool {
	t := p.info.TypeOf(e)
	if t == nil {
		return true
	}
	if ptr, ok := t.(*types.Pointer); ok {
		t = ptr.Elem()
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Invalid
}

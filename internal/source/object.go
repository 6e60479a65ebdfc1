// SPDX-License-Identifier: MIT

package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// object returns the variable that an expression denotes: through parentheses,
// & and *, an element for its container, a call for the called function's first
// result; nil where it has no declaration in the package.
func (p *pack) object(e ast.Expr) types.Object {
	switch e := e.(type) {
	case *ast.Ident:
		o := p.info.Defs[e]
		if o == nil {
			o = p.info.Uses[e]
		}
		return variable(o)
	case *ast.SelectorExpr:
		if s := p.info.Selections[e]; s != nil {
			return variable(s.Obj())
		}
		return variable(p.info.Uses[e.Sel])
	case *ast.ParenExpr:
		return p.object(e.X)
	case *ast.StarExpr:
		return p.object(e.X)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return p.object(e.X)
		}
	case *ast.IndexExpr:
		return p.object(e.X)
	case *ast.SliceExpr:
		return p.object(e.X)
	case *ast.TypeAssertExpr:
		return p.object(e.X)
	case *ast.CallExpr:
		if id, ok := e.Fun.(*ast.Ident); ok && id.Name == "append" && len(e.Args) > 0 {
			return p.object(e.Args[0])
		}
		if sig := p.localSignature(e); sig != nil && sig.Results().Len() > 0 {
			return sig.Results().At(0)
		}
	}
	return nil
}

// variable returns o if it is a variable of the package under its generic
// declaration; a blank one denotes nothing.
func variable(o types.Object) types.Object {
	v, ok := o.(*types.Var)
	if !ok || v.Name() == "_" || v.Pkg() == nil || v.Pkg().Path() != checkedPath {
		return nil
	}
	return v.Origin()
}

// place returns where an object is declared.
func (p *pack) place(o types.Object) Object {
	if o == nil || !o.Pos().IsValid() {
		return Object{}
	}
	at := p.fset.PositionFor(o.Pos(), false)
	return Object{Name: o.Name(), Owner: p.owner(o), File: at.Filename, Line: at.Line, Col: at.Column}
}

// owner returns the named type of which a variable is a field.
func (p *pack) owner(o types.Object) string {
	v, ok := o.(*types.Var)
	if !ok || !v.IsField() || v.Pkg() == nil {
		return ""
	}
	scope := v.Pkg().Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() {
			continue
		}
		if s, ok := tn.Type().Underlying().(*types.Struct); ok {
			for f := range s.Fields() {
				if f == v {
					return name
				}
			}
		}
	}
	return ""
}

// callee returns the package path and name of the function that a call names, as
// far as it is imported or a stub's: ("time", "After"), ("sync", "Mutex.Lock"). A
// method of an unknown type has no path and the name ".Method".
func (p *pack) callee(call *ast.CallExpr) (path, name string) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	if id, ok := sel.X.(*ast.Ident); ok {
		if pkg, ok := p.info.Uses[id].(*types.PkgName); ok {
			return pkg.Imported().Path(), sel.Sel.Name
		}
	}
	fn, ok := p.info.Uses[sel.Sel].(*types.Func)
	switch {
	case ok && fn.Pkg() != nil && fn.Pkg().Path() == checkedPath:
		return checkedPath, fn.Name()
	case ok && fn.Pkg() != nil && fn.Signature().Recv() != nil:
		t := fn.Signature().Recv().Type()
		if ptr, ok := t.(*types.Pointer); ok {
			t = ptr.Elem()
		}
		if named, ok := t.(*types.Named); ok {
			return fn.Pkg().Path(), named.Obj().Name() + "." + fn.Name()
		}
	}
	return "", "." + sel.Sel.Name
}

// methodName returns the name of a method in callee's form.
func methodName(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		return name[dot+1:]
	}
	return ""
}

// localFunc returns the package's own function that a call names.
func (p *pack) localFunc(call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	var id *ast.Ident
	switch x := fun.(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
	default:
		return nil
	}
	fn, ok := p.info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != checkedPath {
		return nil
	}
	return fn.Origin()
}

// localSignature returns the signature of the package's function, or of the
// function literal, that a call calls.
func (p *pack) localSignature(call *ast.CallExpr) *types.Signature {
	if fn := p.localFunc(call); fn != nil {
		return fn.Signature()
	}
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		sig, _ := p.info.TypeOf(lit).(*types.Signature)
		return sig
	}
	return nil
}

// signatureAround returns the signature of the innermost function among nodes.
func (p *pack) signatureAround(nodes []ast.Node) *types.Signature {
	for i := len(nodes) - 1; i >= 0; i-- {
		switch n := nodes[i].(type) {
		case *ast.FuncLit:
			sig, _ := p.info.TypeOf(n).(*types.Signature)
			return sig
		case *ast.FuncDecl:
			if fn, ok := p.info.Defs[n.Name].(*types.Func); ok {
				return fn.Signature()
			}
			return nil
		}
	}
	return nil
}

// parameter returns the i-th parameter, where arguments map to parameters one to
// one.
func parameter(sig *types.Signature, i int) types.Object {
	if sig == nil || i >= sig.Params().Len() {
		return nil
	}
	return variable(sig.Params().At(i))
}

// receiverObject returns the variable on which a method is called; for a
// promoted method the embedded field.
func (p *pack) receiverObject(call *ast.CallExpr) types.Object {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	s := p.info.Selections[sel]
	if s == nil || len(s.Index()) < 2 {
		return p.object(sel.X)
	}
	var field types.Object
	t := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		if ptr, ok := t.Underlying().(*types.Pointer); ok {
			t = ptr.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok || i >= st.NumFields() {
			return nil
		}
		field, t = st.Field(i), st.Field(i).Type()
	}
	return variable(field)
}

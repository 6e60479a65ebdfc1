// SPDX-License-Identifier: MIT

package front

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// A Client is a type of the package with what its clients may call: the function
// that makes a value, nil where the zero value will do, and the exported methods.
type Client struct {
	Type    *types.Named
	Make    *ssa.Function
	Methods []*ssa.Function
}

// maxMethods is how many methods a type may have to be tried in any order.
const maxMethods = 10

// Clients returns the structures of the package that hold channels, locks or the
// like where only the package reaches them, and that have exported methods.
func (p *Package) Clients(funcs []*ssa.Function) []Client {
	var list []Client
	users := usersOf(funcs)
	for _, name := range p.pkg.Pkg.Scope().Names() {
		obj, ok := p.pkg.Pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok || obj.IsAlias() {
			continue
		}
		t, ok := obj.Type().(*types.Named)
		if !ok || t.TypeParams().Len() > 0 {
			continue
		}
		waits, zero := fieldsOf(t)
		if !waits || handled(t, users) {
			continue
		}
		c := Client{Type: t, Methods: exported(t, funcs)}
		c.Make = makerOf(t, funcs)
		if len(c.Methods) > 0 && len(c.Methods) <= maxMethods && (c.Make != nil || zero) {
			list = append(list, c)
		}
	}
	return list
}

// fieldsOf reports whether a structure has fields that goroutines wait for, all out
// of reach of other packages, and whether its zero value needs no maker.
func fieldsOf(t *types.Named) (waits, zero bool) {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false, false
	}
	zero = true
	for f := range s.Fields() {
		_, lock := syncZero(f.Type())
		switch f.Type().Underlying().(type) {
		case *types.Chan:
			if f.Exported() {
				return false, false
			}
			waits, zero = true, false
		case *types.Map:
			zero = zero && inert(f.Type(), make(map[types.Type]bool))
		case *types.Pointer, *types.Signature, *types.Interface:
			zero = false
		case *types.Struct:
			zero = zero && ready(f.Type(), t.Obj().Pkg())
		}
		waits = waits || lock || named(f.Type()) == "context.Context" || named(f.Type()) == "context.CancelFunc"
		if named(f.Type()) == "sync.Cond" {
			zero = false
		}
	}
	return waits, zero
}

// ready reports whether the zero value of a structure within another is of use: a
// method that calls or closes a nil in it crashes. Other packages' types are taken to
// be made for it.
func ready(t types.Type, pkg *types.Package) bool {
	s, ok := t.Underlying().(*types.Struct)
	if n, named := t.(*types.Named); !ok || named && n.Obj().Pkg() != pkg {
		return true
	}
	for f := range s.Fields() {
		switch f.Type().Underlying().(type) {
		case *types.Chan, *types.Map, *types.Pointer, *types.Signature, *types.Interface:
			return false
		}
		if !ready(f.Type(), pkg) {
			return false
		}
	}
	return true
}

// stored returns the cells of a value that some client has made without a function
// of the package, which is its zero value, and which of them hold maps: there may be
// any, or none, as the package may have made them where it makes the value.
func (b *builder) stored(t *types.Named) (cells []model.Value, maps []int) {
	s := t.Underlying().(*types.Struct)
	for f := range s.Fields() {
		if _, ok := f.Type().Underlying().(*types.Map); ok {
			maps = append(maps, len(cells))
		}
		cells = append(cells, b.zero(f.Type())...)
	}
	return cells, maps
}

// exported returns the exported methods of a type's pointers.
func exported(t *types.Named, funcs []*ssa.Function) []*ssa.Function {
	unexported := func(f *ssa.Function) bool { return !f.Object().Exported() }
	return slices.DeleteFunc(methodsOf(t, funcs), unexported)
}

// methodsOf returns the methods of a type's pointers.
func methodsOf(t *types.Named, funcs []*ssa.Function) []*ssa.Function {
	var list []*ssa.Function
	for _, f := range funcs {
		recv := f.Signature.Recv()
		if recv == nil || f.Parent() != nil || f.Object() == nil {
			continue
		}
		if p, ok := recv.Type().(*types.Pointer); ok && types.Identical(p.Elem(), t) {
			list = append(list, f)
		}
	}
	return list
}

// makerOf returns the function of the package that returns a new pointer to the
// type, the one with the fewest arguments where there are several.
func makerOf(t *types.Named, funcs []*ssa.Function) *ssa.Function {
	var best *ssa.Function
	for _, f := range funcs {
		sig := f.Signature
		if sig.Recv() != nil || f.Parent() != nil || sig.TypeParams().Len() > 0 || sig.Results().Len() == 0 || !allocates(f, t) {
			continue
		}
		p, ok := sig.Results().At(0).Type().(*types.Pointer)
		if !ok || !types.Identical(p.Elem(), t) {
			continue
		}
		if best == nil || sig.Params().Len() < best.Signature.Params().Len() {
			best = f
		}
	}
	return best
}

func allocates(f *ssa.Function, t *types.Named) bool {
	for _, blk := range f.Blocks {
		for _, in := range blk.Instrs {
			if a, ok := in.(*ssa.Alloc); ok && types.Identical(a.Type().Underlying().(*types.Pointer).Elem(), t) {
				return true
			}
		}
	}
	return false
}

// A role is what a call of a method means for the life of an object.
type role struct {
	starts bool // goroutines: it is called once
	ends   bool // what the object does: it is called once, and of the others none is begun after it
	hands  bool // out a channel: it is called first, as what the client may do with it later it can do now
}

// enders are the names by which a method says that it is the last to be called.
var enders = []string{"Close", "Stop", "Shutdown", "Cancel", "Quit", "Kill", "Terminate", "Destroy", "Dispose"}

func (p *Package) roleOf(f *ssa.Function) role {
	r := role{ends: slices.Contains(enders, f.Name())}
	for v := range f.Signature.Results().Variables() {
		if _, ok := v.Type().Underlying().(*types.Chan); ok {
			r.hands = true
		}
	}
	p.plays(f, 2, &r)
	return r
}

// plays finds out what a function does to the life of its object, callees included.
func (p *Package) plays(f *ssa.Function, depth int, r *role) {
	for _, blk := range f.Blocks {
		for _, in := range blk.Instrs {
			call, ok := in.(ssa.CallInstruction)
			if !ok {
				if _, ok := in.(*ssa.MakeChan); ok {
					r.starts = true
				}
				continue
			}
			if _, ok := in.(*ssa.Go); ok {
				r.starts = true
			}
			if b, ok := call.Common().Value.(*ssa.Builtin); ok && b.Name() == "close" {
				r.ends = true
			}
			if named(call.Common().Value.Type()) == "context.CancelFunc" {
				r.ends = true
			}
			callee := call.Common().StaticCallee()
			if callee == nil || depth == 0 {
				continue
			}
			if standardName(callee) == "(*sync.WaitGroup).Go" {
				r.starts = true
			}
			if callee.Pkg == p.pkg {
				p.plays(callee, depth-1, r)
			}
		}
	}
}

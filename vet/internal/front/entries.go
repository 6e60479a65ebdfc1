// SPDX-License-Identifier: MIT

package front

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// An outside says which methods of the package's types are called from outside their
// type though their names are not exported: through an interface, or as a function
// value that a timer has or a variable. Who calls a method directly may hold its
// object's lock, as the author knows; who calls it so does not know. What a go
// statement starts is the object's own: its author knows how often.
type outside struct {
	pkg     *ssa.Package
	funcs   []*ssa.Function
	boxed   map[*types.Named]bool // what interfaces hold pointers to
	invokes []invoke
	given   map[*ssa.Function]bool // methods that are function values
	below   map[*types.Named]map[*ssa.Function]bool
	byName  map[string][]*ssa.Function
	edges   map[*ssa.Function][]*ssa.Function        // by calls
	locks   map[*ssa.Function]map[*types.Var]lockUse // that it takes itself
}

// An invoke is a call through an interface.
type invoke struct {
	in      *ssa.Function
	method  *types.Func
	through *types.Interface
}

// outsideOf looks through a package's functions.
func outsideOf(pkg *ssa.Package, funcs []*ssa.Function) *outside {
	o := &outside{
		pkg: pkg, funcs: funcs,
		boxed:  make(map[*types.Named]bool),
		given:  make(map[*ssa.Function]bool),
		below:  make(map[*types.Named]map[*ssa.Function]bool),
		byName: make(map[string][]*ssa.Function),
		edges:  make(map[*ssa.Function][]*ssa.Function),
		locks:  make(map[*ssa.Function]map[*types.Var]lockUse),
	}
	for _, f := range funcs {
		if f.Signature.Recv() != nil {
			o.byName[f.Name()] = append(o.byName[f.Name()], f)
		}
		for _, blk := range f.Blocks {
			for _, in := range blk.Instrs {
				o.look(f, in)
			}
		}
	}
	return o
}

func (o *outside) look(f *ssa.Function, in ssa.Instruction) {
	switch in := in.(type) {
	case *ssa.MakeInterface:
		if p, ok := in.X.Type().(*types.Pointer); ok {
			if n, ok := types.Unalias(p.Elem()).(*types.Named); ok {
				o.boxed[n] = true
			}
		}
	case *ssa.Store:
		o.give(in.Val)
	case ssa.CallInstruction:
		common := in.Common()
		if i, ok := common.Value.Type().Underlying().(*types.Interface); ok && common.IsInvoke() {
			o.invokes = append(o.invokes, invoke{f, common.Method, i})
		}
		if field, use := lockField(common); field != nil {
			o.lock(f, field, use)
		}
		if isAfterFunc(common) {
			o.give(common.Args[1])
		}
	}
}

func isAfterFunc(call *ssa.CallCommon) bool {
	f := call.StaticCallee()
	return f != nil && f.Name() == "AfterFunc" && standardName(f) == "time.AfterFunc"
}

func (o *outside) lock(f *ssa.Function, field *types.Var, use lockUse) {
	if o.locks[f] == nil {
		o.locks[f] = make(map[*types.Var]lockUse)
	}
	sum := o.locks[f][field]
	o.locks[f][field] = lockUse{sum.reads + use.reads, sum.writes + use.writes}
}

// give notes a method that a function value calls.
func (o *outside) give(v ssa.Value) {
	switch v := v.(type) {
	case *ssa.Function:
		o.given[v] = true
	case *ssa.MakeClosure:
		if f, ok := v.Fn.(*ssa.Function); ok && f.Synthetic != "" { // of x.m
			if m, ok := f.Object().(*types.Func); ok {
				o.given[o.pkg.Prog.FuncValue(m)] = true
			}
		}
	}
}

// entries returns the methods of a type that outsiders may call: the exported ones,
// and those that are called from outside the type.
func (o *outside) entries(t *types.Named) []*ssa.Function {
	list := exported(t, o.funcs)
	for _, f := range methodsOf(t, o.funcs) {
		if !slices.Contains(list, f) && (o.given[f] || o.reached(t, f)) {
			list = append(list, f)
		}
	}
	return list
}

// reached reports whether a method is called through an interface by who is not
// called by the type's own methods.
func (o *outside) reached(t *types.Named, f *ssa.Function) bool {
	if !o.boxed[t] {
		return false
	}
	ptr := types.NewPointer(t)
	for _, i := range o.invokes {
		if i.method.Name() == f.Name() && types.Implements(ptr, i.through) && !o.under(t)[i.in] {
			return true
		}
	}
	return false
}

// under returns the functions that the methods of a type call, and those.
func (o *outside) under(t *types.Named) map[*ssa.Function]bool {
	set := o.below[t]
	if set != nil {
		return set
	}
	set = make(map[*ssa.Function]bool)
	o.below[t] = set
	for todo := methodsOf(t, o.funcs); len(todo) > 0; {
		f := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if set[f] {
			continue
		}
		set[f] = true
		todo = append(todo, o.calls(f)...)
	}
	return set
}

// calls returns the functions of the package that a function may call before it
// returns: by name, through interfaces, and literals in it that it does not start.
func (o *outside) calls(f *ssa.Function) []*ssa.Function {
	list, ok := o.edges[f]
	if ok {
		return list
	}
	for _, blk := range f.Blocks {
		for _, in := range blk.Instrs {
			call, ok := in.(ssa.CallInstruction)
			if _, starts := in.(*ssa.Go); !ok || starts || isAfterFunc(call.Common()) {
				continue
			}
			common := call.Common()
			if common.IsInvoke() {
				list = append(list, o.byName[common.Method.Name()]...)
			}
			for _, v := range append([]ssa.Value{common.Value}, common.Args...) {
				if c, ok := v.(*ssa.MakeClosure); ok {
					v = c.Fn
				}
				if g, ok := v.(*ssa.Function); ok && (g.Parent() != nil || v == common.Value) {
					list = append(list, g)
				}
			}
		}
	}
	o.edges[f] = list
	return list
}

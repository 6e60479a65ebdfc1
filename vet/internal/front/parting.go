// SPDX-License-Identifier: MIT

package front

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// partings finds out who leaves with what, from all of the package's code.
type partings struct {
	*Package
	fields map[*types.Var][]ssa.Value // by field: its addresses, and its values
	calls  map[*ssa.Function][]ssa.CallInstruction
	ends   map[*ssa.Send]*ssa.SelectState // see farewell
}

func (p *Package) partings() *partings {
	if p.parts != nil {
		return p.parts
	}
	p.parts = &partings{
		Package: p, fields: make(map[*types.Var][]ssa.Value), calls: make(map[*ssa.Function][]ssa.CallInstruction),
		ends: make(map[*ssa.Send]*ssa.SelectState),
	}
	for _, f := range p.funcs {
		for _, blk := range f.Blocks {
			for _, in := range blk.Instrs {
				switch in := in.(type) {
				case *ssa.FieldAddr:
					p.parts.field(fieldOf(in), in)
				case *ssa.Field:
					if s, ok := in.X.Type().Underlying().(*types.Struct); ok {
						p.parts.field(s.Field(in.Field), in)
					}
				case ssa.CallInstruction:
					if callee := in.Common().StaticCallee(); callee != nil {
						p.parts.calls[callee] = append(p.parts.calls[callee], in)
					}
				}
			}
		}
	}
	return p.parts
}

func (p *partings) field(f *types.Var, v ssa.Value) {
	if f != nil {
		p.fields[f.Origin()] = append(p.fields[f.Origin()], v)
	}
}

// with reports whether outsiders have a channel and its end from the same hand, and
// whether they alone receive from it, with no other sign that nothing more comes.
func (p *partings) with(ch, end ssa.Value) bool {
	return p.together(p.origin(ch), p.ended(end)) && p.handsOut(ch)
}

// ended returns where a channel comes from that means an end: that of a context, or
// one that is closed and over which nothing is sent.
func (p *partings) ended(end ssa.Value) origin {
	if fromContext(end) {
		return p.origin(end.(*ssa.Call).Call.Value)
	}
	o := p.origin(end)
	if o.field == nil || !p.onlyClosed(o.field) {
		return origin{}
	}
	return o
}

// An origin is where a value comes from: an allocation, a parameter of the function
// that starts a goroutine, or a field of one of these.
type origin struct {
	root  ssa.Value
	field *types.Var
}

// together reports whether who has a channel has the end as well: both are fields of
// one object, or the end came to the function that has made the channel, or the
// object in which it is.
func (p *partings) together(ch, end origin) bool {
	switch {
	case ch.root == nil || end.root == nil:
		return false
	case ch.root == end.root:
		return ch.field != nil && end.field != nil
	}
	param, ok := end.root.(*ssa.Parameter)
	if !ok || end.field != nil {
		return false
	}
	switch made := ch.root.(type) {
	case *ssa.MakeChan:
		return made.Parent() == param.Parent()
	case *ssa.Alloc:
		return made.Parent() == param.Parent()
	}
	return false
}

// origin follows a value back through closures, the start of its goroutine, and the
// contexts above a context.
func (p *partings) origin(v ssa.Value) origin { return p.back(v, maxBack) }

// maxBack is how many steps are followed back. A goroutine may start itself.
const maxBack = 20

func (p *partings) back(v ssa.Value, steps int) origin {
	steps--
	if steps < 0 {
		return origin{}
	}
	switch v := v.(type) {
	case *ssa.MakeChan, *ssa.Alloc:
		return origin{root: v}
	case *ssa.ChangeType:
		return p.back(v.X, steps)
	case *ssa.FreeVar:
		if made := binding(v); made != nil {
			return p.back(made, steps)
		}
	case *ssa.Parameter:
		return p.argument(v, steps)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok && v.Index == 0 {
			return p.above(call, steps)
		}
	case *ssa.Call:
		return p.above(v, steps)
	case *ssa.UnOp:
		if v.Op != token.MUL {
			break
		}
		if field := fieldOf(v.X); field != nil {
			o := p.back(v.X.(*ssa.FieldAddr).X, steps)
			if o.field != nil {
				return origin{}
			}
			return origin{o.root, field.Origin()}
		}
		if at := p.back(v.X, steps); at.field == nil && at.root != nil {
			return p.variable(at.root, steps)
		}
	}
	return origin{}
}

// above returns the origin of a context by that of the one above it.
func (p *partings) above(call *ssa.Call, steps int) origin {
	switch calledName(call.Common()) {
	case "context.WithCancel", "context.WithCancelCause", "context.WithTimeout", "context.WithDeadline", "context.WithValue":
		return p.back(call.Call.Args[0], steps)
	}
	return origin{}
}

// argument returns the origin of what a goroutine gets where it is started, if that is
// in one place; else the parameter.
func (p *partings) argument(v *ssa.Parameter, steps int) origin {
	calls := p.calls[v.Parent()]
	if len(calls) == 1 {
		if start, ok := calls[0].(*ssa.Go); ok {
			return p.back(start.Call.Args[slices.Index(v.Parent().Params, v)], steps)
		}
	}
	return origin{root: v}
}

// variable returns the origin of what a variable is set to, once.
func (p *partings) variable(at ssa.Value, steps int) origin {
	if _, ok := at.(*ssa.Alloc); !ok {
		return origin{}
	}
	if set := stores(at); len(set) == 1 {
		return p.back(set[0], steps)
	}
	return origin{}
}

// stores returns what is stored in a variable, in function literals too.
func stores(at ssa.Value) (list []ssa.Value) {
	for _, use := range *at.Referrers() {
		switch use := use.(type) {
		case *ssa.Store:
			if use.Addr == at {
				list = append(list, use.Val)
			}
		case *ssa.MakeClosure:
			for i, v := range use.Bindings {
				if v == at {
					list = append(list, stores(use.Fn.(*ssa.Function).FreeVars[i])...)
				}
			}
		}
	}
	return list
}

// started reports whether all that the package does with a function is to start it: who
// calls it, or has another do that, may tell of its end.
func (p *partings) started(f *ssa.Function) bool {
	for _, call := range p.calls[f] {
		if _, ok := call.(*ssa.Go); !ok {
			return false
		}
	}
	if f.Parent() == nil {
		return len(p.calls[f]) > 0
	}
	for _, blk := range f.Parent().Blocks {
		for _, in := range blk.Instrs {
			mk, ok := in.(*ssa.MakeClosure)
			if !ok || mk.Fn != f {
				continue
			}
			for _, use := range *mk.Referrers() {
				if start, ok := use.(*ssa.Go); !ok || start.Call.Value != mk {
					return false
				}
			}
		}
	}
	return len(p.calls[f]) > 0
}

// maxCallers is how many callers of callers are asked.
const maxCallers = 4

// outside reports whether outsiders may call a function, as far as that shows in direct
// calls. What goroutines of the package do is not theirs.
func (p *partings) outside(f *ssa.Function, depth int) bool {
	switch {
	case depth == 0:
		return false
	case f.Parent() != nil:
		return !p.started(f) && p.outside(f.Parent(), depth)
	case f.Object() != nil && f.Object().Exported():
		return true
	}
	return slices.ContainsFunc(p.calls[f], func(call ssa.CallInstruction) bool {
		_, starts := call.(*ssa.Go)
		return !starts && p.outside(call.Parent(), depth-1)
	})
}

// onlyClosed reports whether outsiders may have the channels of a field closed, and
// the package sends nothing on them.
func (p *partings) onlyClosed(field *types.Var) bool {
	closed := false
	for _, at := range p.fields[field] {
		for _, ch := range loaded(at) {
			for _, use := range *ch.Referrers() {
				switch use := use.(type) {
				case *ssa.Send:
					return false
				case *ssa.Select:
					if slices.ContainsFunc(use.States, func(st *ssa.SelectState) bool { return st.Chan == ch && st.Dir == types.SendOnly }) {
						return false
					}
				case ssa.CallInstruction:
					b, ok := use.Common().Value.(*ssa.Builtin)
					closed = closed || ok && b.Name() == "close" && p.outside(use.Parent(), maxCallers)
				}
			}
		}
	}
	return closed
}

// loaded returns the values that are read at a field's address, or the field's value.
func loaded(at ssa.Value) []ssa.Value {
	if _, ok := at.(*ssa.Field); ok {
		return []ssa.Value{at}
	}
	var list []ssa.Value
	for _, use := range *at.Referrers() {
		if load, ok := use.(*ssa.UnOp); ok {
			list = append(list, load)
		}
	}
	return list
}

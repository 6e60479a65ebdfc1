// SPDX-License-Identifier: MIT

package front

import (
	"go/token"
	"go/types"
	"maps"

	"golang.org/x/tools/go/ssa"
)

// An effect says what a function's own code does to memory and to what goroutines
// wait for. A class is a field, a package variable, or a type: of what is found in no
// field, only that is known.
type effect struct {
	acts   map[any]bool // the classes of locks, channels and the like that it uses
	locks  bool         // some are locks
	some   bool         // of some locks no class is known
	reads  map[any]bool
	writes map[any]bool // but for what it makes itself
	// asks says that it calls other packages' code, so that what it returns is not
	// ours to know.
	asks bool
	// calls has the calls of functions of the package, but for go statements; also has
	// the functions that it starts or that are values in it, invokes the methods that it
	// calls through interfaces.
	calls   []ssa.CallInstruction
	also    []*ssa.Function
	invokes []*ssa.CallCommon
}

func newEffect() *effect {
	return &effect{acts: make(map[any]bool), reads: make(map[any]bool), writes: make(map[any]bool)}
}

// add adds what another function does.
func (e *effect) add(other *effect) {
	maps.Copy(e.acts, other.acts)
	maps.Copy(e.reads, other.reads)
	maps.Copy(e.writes, other.writes)
	e.locks, e.some, e.asks = e.locks || other.locks, e.some || other.some, e.asks || other.asks
}

// effectOf returns the effect of a function's own code.
func (p *Package) effectOf(f *ssa.Function) *effect {
	if e := p.effects[f]; e != nil {
		return e
	}
	e := newEffect()
	p.effects[f] = e
	for _, blk := range f.Blocks {
		for _, in := range blk.Instrs {
			p.effect(e, in)
		}
	}
	return e
}

func (p *Package) effect(e *effect, in ssa.Instruction) {
	named := ssa.Value(nil) // the function that it calls by its name
	switch in := in.(type) {
	case *ssa.UnOp:
		switch in.Op {
		case token.MUL:
			e.read(in.X)
		case token.ARROW:
			e.act(in.X)
		}
	case *ssa.Field:
		if s, ok := in.X.Type().Underlying().(*types.Struct); ok {
			e.reads[s.Field(in.Field).Origin()] = true
		}
	case *ssa.Store:
		e.write(in.Addr, in.Val.Type())
	case *ssa.Lookup:
		e.entries(in.X)
	case *ssa.Range:
		e.entries(in.X)
	case *ssa.MapUpdate:
		e.update(in.Map)
	case *ssa.Send:
		e.act(in.Chan)
	case *ssa.Select:
		for _, s := range in.States {
			e.act(s.Chan)
		}
	case ssa.CallInstruction:
		named = p.callEffect(e, in)
	}
	for _, o := range in.Operands(nil) {
		if f, ok := (*o).(*ssa.Function); ok && *o != named && p.ours(f) {
			e.also = append(e.also, f)
		}
	}
}

// callEffect notes a call, and returns the function of the package that it calls.
func (p *Package) callEffect(e *effect, in ssa.CallInstruction) ssa.Value {
	common := in.Common()
	if b, ok := common.Value.(*ssa.Builtin); ok {
		switch b.Name() {
		case "close":
			e.act(common.Args[0])
		case "delete", "clear", "copy":
			e.update(common.Args[0])
		}
		return nil
	}
	callee := common.StaticCallee()
	switch {
	case callee != nil && p.ours(callee):
		if _, starts := in.(*ssa.Go); !starts {
			if _, closure := common.Value.(*ssa.MakeClosure); !closure {
				e.calls = append(e.calls, in)
				return common.Value
			}
		}
	case standards[calledName(common)] != nil:
		for _, a := range append([]ssa.Value{common.Value}, common.Args...) {
			if waitedFor(a.Type()) {
				e.act(a)
			}
		}
	case common.IsInvoke():
		e.invokes = append(e.invokes, common)
		e.asks = true
	case callee == nil:
		e.act(common.Value) // it may cancel a context
		e.asks = true
	default:
		e.asks = e.asks || !harmless(calledName(common), common)
	}
	return nil
}

// act notes the use of a channel, a lock, or a function that may cancel a context.
func (e *effect) act(v ssa.Value) {
	class := v
	if load, ok := v.(*ssa.UnOp); ok && load.Op == token.MUL {
		class = load.X
	}
	at := place(class)
	_, byType := at.(string)
	if _, lock := v.Type().Underlying().(*types.Pointer); lock || named(v.Type()) == "sync.Locker" {
		e.locks, e.some = true, e.some || byType
	}
	if !byType { // else it is what a caller gives, or an outsider's
		e.acts[at] = true
	}
}

// read notes a load. That of a field of a field is one of both. That of a structure
// in whole decides nothing until its fields are read.
func (e *effect) read(addr ssa.Value) {
	for {
		e.reads[place(addr)] = true
		f, ok := addr.(*ssa.FieldAddr)
		if !ok {
			return
		}
		addr = f.X
	}
}

// write notes a store, where it is not of what the function makes.
func (e *effect) write(addr ssa.Value, t types.Type) {
	if makes(addr) {
		return
	}
	e.writes[place(addr)] = true
	e.fields(t)
}

// makes reports whether an address leads into what the function that has it makes.
func makes(addr ssa.Value) bool {
	for {
		switch a := addr.(type) {
		case *ssa.FieldAddr:
			addr = a.X
		case *ssa.IndexAddr:
			addr = a.X
		case *ssa.Slice:
			addr = a.X
		case *ssa.Alloc, *ssa.MakeSlice:
			return true
		default:
			return false
		}
	}
}

// entries notes a read of a map, which may have come to others from a field.
func (e *effect) entries(m ssa.Value) {
	e.reads[typeClass(m)] = true
	if load, ok := m.(*ssa.UnOp); ok && load.Op == token.MUL {
		e.reads[place(load.X)] = true
	}
}

// update notes a change of a map or slice, where the function has not made it.
func (e *effect) update(m ssa.Value) {
	switch m := m.(type) {
	case *ssa.MakeMap:
		return
	case *ssa.UnOp:
		if m.Op == token.MUL {
			e.writes[place(m.X)] = true
			return
		}
	}
	if !makes(m) {
		e.writes[typeClass(m)] = true
	}
}

// fields notes that all fields of a structure are written.
func (e *effect) fields(t types.Type) {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for f := range s.Fields() {
		e.writes[f.Origin()] = true
		e.fields(f.Type())
	}
}

// place returns the class of an address.
func place(addr ssa.Value) any {
	switch a := addr.(type) {
	case *ssa.FieldAddr:
		if f := fieldOf(a); f != nil {
			return f.Origin()
		}
	case *ssa.Global:
		return a
	case *ssa.FreeVar:
		if made := binding(a); made != nil {
			return place(made)
		}
	case *ssa.Alloc:
		return a
	}
	return typeClass(addr)
}

func typeClass(v ssa.Value) any { return types.TypeString(v.Type(), nil) }

// waitedFor reports whether values of the type are such that goroutines wait for them:
// channels, locks and the like by their addresses, contexts, functions that may cancel.
func waitedFor(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Chan, *types.Signature:
		return true
	case *types.Pointer:
		_, ok := syncZero(t.Elem())
		return ok
	}
	return named(t) == "sync.Locker"
}

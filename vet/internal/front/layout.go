// SPDX-License-Identifier: MIT

package front

import (
	"go/types"

	"github.com/unleak/unleak/vet/internal/model"
)

// maxArray is how long an array may be to be followed element by element.
const maxArray = 8

// zero returns the cells of a type's zero value. A structure of the package lies
// flat in the cells of what holds it; another package's is one cell.
func (b *builder) zero(t types.Type) []model.Value {
	if lock, ok := syncZero(t); ok {
		return lock
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		if !b.known(t) {
			return []model.Value{{}}
		}
		var cells []model.Value
		for f := range u.Fields() {
			cells = append(cells, b.zero(f.Type())...)
		}
		return cells
	case *types.Array:
		elem := b.zero(u.Elem())
		if u.Len() > maxArray || len(elem) > maxArray {
			return []model.Value{{}}
		}
		var cells []model.Value
		for range u.Len() {
			cells = append(cells, elem...)
		}
		return cells
	case *types.Basic:
		switch {
		case u.Info()&(types.IsBoolean|types.IsInteger) != 0:
			return []model.Value{model.Number(0)}
		case u.Info()&types.IsString != 0:
			return []model.Value{b.text("")}
		case u.Kind() == types.UnsafePointer, u.Kind() == types.UntypedNil:
			return []model.Value{{Kind: model.Nil}}
		}
		return []model.Value{{}}
	case *types.Pointer, *types.Chan, *types.Signature, *types.Interface, *types.Map, *types.Slice:
		return []model.Value{{Kind: model.Nil}}
	}
	return []model.Value{{}}
}

// whole reports whether values of the type are objects of their own: structures
// and arrays that lie flat.
func (b *builder) whole(t types.Type) bool {
	if _, ok := syncZero(t); ok {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		return b.known(t)
	case *types.Array:
		return u.Len() <= maxArray && len(b.zero(u.Elem())) <= maxArray
	}
	return false
}

// known reports whether a structure's fields are looked into: those of unnamed
// types and of the package's own.
func (b *builder) known(t types.Type) bool {
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Pkg() == b.pkg.Pkg
	}
	return true
}

// syncZero returns the cells of the types of package sync that are modelled.
func syncZero(t types.Type) ([]model.Value, bool) {
	switch named(t) {
	case "sync.Mutex":
		return []model.Value{{Kind: model.Mutex}}, true
	case "sync.RWMutex":
		return []model.Value{{Kind: model.RWMutex}, {Kind: model.RLocker}}, true
	case "sync.WaitGroup":
		return []model.Value{{Kind: model.WaitGroup}}, true
	case "sync.Cond":
		return []model.Value{{Kind: model.Cond}, {Kind: model.Nil}}, true
	case "sync.Once":
		return []model.Value{{Kind: model.Mutex}, model.Number(0)}, true
	}
	return nil, false
}

// leadsToLock reports whether values of the type are pointers to locks and the like.
// Nobody puts another lock in the place of one that is in use.
func leadsToLock(t types.Type) bool {
	p, ok := t.Underlying().(*types.Pointer)
	if !ok {
		return named(t) == "sync.Locker"
	}
	_, ok = syncZero(p.Elem())
	return ok
}

// named returns "path.Name" for a named type, and "" for others.
func named(t types.Type) string {
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil {
		return n.Obj().Pkg().Path() + "." + n.Obj().Name()
	}
	return ""
}

// offset returns where a field lies in its structure, and whether that is known.
func (b *builder) offset(t types.Type, field int) (int, bool) {
	if named(t) == "sync.Cond" {
		s := t.Underlying().(*types.Struct)
		return 1, s.Field(field).Name() == "L"
	}
	s, ok := t.Underlying().(*types.Struct)
	if _, isSync := syncZero(t); !ok || isSync || !b.known(t) {
		return 0, false
	}
	offsets, ok := b.offsets[s]
	if !ok {
		n := 0
		for f := range s.Fields() {
			offsets = append(offsets, n)
			n += len(b.zero(f.Type()))
		}
		b.offsets[s] = offsets
	}
	return offsets[field], true
}

// inert reports whether nothing that a value of the type leads to can wake or hold
// a goroutine, so that it may go anywhere.
func (b *builder) inert(t types.Type) bool { return inert(t, make(map[types.Type]bool)) }

func inert(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return true
	}
	seen[t] = true
	if _, ok := syncZero(t); ok {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() != types.UnsafePointer
	case *types.Interface:
		return named(t) == "" && types.Unalias(t) == types.Universe.Lookup("error").Type()
	case *types.Pointer:
		return inert(u.Elem(), seen)
	case *types.Slice:
		return inert(u.Elem(), seen)
	case *types.Array:
		return inert(u.Elem(), seen)
	case *types.Map:
		return inert(u.Key(), seen) && inert(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if !inert(f.Type(), seen) {
				return false
			}
		}
		return true
	}
	return false
}

// opaque reports whether a pointer leads to another package's structure: what that
// holds of ours, outsiders have since it was stored.
func (b *builder) opaque(t types.Type) bool {
	p, ok := t.Underlying().(*types.Pointer)
	if !ok || b.known(p.Elem()) {
		return false
	}
	_, isSync := syncZero(p.Elem())
	_, isStruct := p.Elem().Underlying().(*types.Struct)
	return isStruct && !isSync
}

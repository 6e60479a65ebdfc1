// SPDX-License-Identifier: MIT

package front

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// handsOut reports whether all that the package does with a channel is to send on it and
// to hand it out: it does not receive from it, nor close it, nor give it to code that
// may. What it gets back from itself through an interface is as an outsider would.
func (p *partings) handsOut(ch ssa.Value) bool {
	h := &hands{partings: p, values: make(map[ssa.Value]bool), seen: make(map[*types.Var]bool)}
	switch o := p.origin(ch); {
	case o.field != nil:
		return h.throughField(o.field)
	case o.root != nil:
		_, made := o.root.(*ssa.MakeChan)
		return made && h.only(o.root)
	}
	return false
}

// A hands follows a channel on.
type hands struct {
	*partings
	values map[ssa.Value]bool
	seen   map[*types.Var]bool
}

// only reports whether all uses of a channel are such.
func (h *hands) only(ch ssa.Value) bool {
	if h.values[ch] || ch.Referrers() == nil {
		return h.values[ch]
	}
	h.values[ch] = true
	for _, use := range *ch.Referrers() {
		if !h.use(ch, use) {
			return false
		}
	}
	return true
}

func (h *hands) use(ch ssa.Value, use ssa.Instruction) bool {
	switch use := use.(type) {
	case *ssa.DebugRef, *ssa.BinOp:
		return true
	case *ssa.Send:
		return use.X != ch
	case *ssa.Select:
		for _, st := range use.States {
			if st.Chan == ch && st.Dir != types.SendOnly || st.Send == ch {
				return false
			}
		}
		return true
	case *ssa.ChangeType:
		return h.only(use)
	case *ssa.Phi:
		return h.only(use)
	case *ssa.Return:
		return h.returned(ch, use)
	case *ssa.Store:
		if field := fieldOf(use.Addr); field != nil {
			return h.throughField(field.Origin())
		}
		alloc, ok := use.Addr.(*ssa.Alloc)
		return ok && h.through(alloc)
	case *ssa.MakeClosure:
		fn := use.Fn.(*ssa.Function)
		for i, v := range use.Bindings {
			if v == ch && !h.only(fn.FreeVars[i]) {
				return false
			}
		}
		return true
	case ssa.CallInstruction:
		return h.passed(ch, use)
	}
	return false
}

// passed follows a channel into a function of the package.
func (h *hands) passed(ch ssa.Value, call ssa.CallInstruction) bool {
	if b, ok := call.Common().Value.(*ssa.Builtin); ok {
		return b.Name() == "len" || b.Name() == "cap"
	}
	callee := call.Common().StaticCallee()
	if callee == nil || callee.Pkg != h.pkg || len(callee.Blocks) == 0 || callee.Signature.Variadic() {
		return false
	}
	for i, v := range call.Common().Args {
		if v == ch && !h.only(callee.Params[i]) {
			return false
		}
	}
	return true
}

// returned follows a channel to the calls that the package makes of the function.
func (h *hands) returned(ch ssa.Value, from *ssa.Return) bool {
	for i, v := range from.Results {
		if v != ch {
			continue
		}
		for _, call := range h.calls[from.Parent()] {
			v := call.Value()
			if v == nil {
				continue
			}
			if len(from.Results) == 1 {
				if !h.only(v) {
					return false
				}
				continue
			}
			for _, part := range *v.Referrers() {
				if e, ok := part.(*ssa.Extract); ok && e.Index == i && !h.only(e) {
					return false
				}
			}
		}
	}
	return true
}

// through follows what is read from a variable.
func (h *hands) through(addr ssa.Value) bool {
	if h.values[addr] {
		return true
	}
	h.values[addr] = true
	for _, use := range *addr.Referrers() {
		ok := false
		switch use := use.(type) {
		case *ssa.DebugRef:
			ok = true
		case *ssa.Store:
			ok = use.Addr == addr
		case *ssa.UnOp:
			ok = use.Op == token.MUL && h.only(use)
		case *ssa.MakeClosure:
			ok = true
			for i, v := range use.Bindings {
				ok = ok && (v != addr || h.through(use.Fn.(*ssa.Function).FreeVars[i]))
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// throughField follows what is read from a field, of whatever object.
func (h *hands) throughField(field *types.Var) bool {
	if h.seen[field] {
		return true
	}
	h.seen[field] = true
	for _, at := range h.fields[field] {
		if _, value := at.(*ssa.Field); value {
			if !h.only(at) {
				return false
			}
			continue
		}
		for _, use := range *at.Referrers() {
			if st, ok := use.(*ssa.Store); ok && st.Addr == at {
				if _, null := st.Val.(*ssa.Const); !null && !h.only(st.Val) {
					return false
				}
			}
		}
		if !h.through(at) {
			return false
		}
	}
	return true
}

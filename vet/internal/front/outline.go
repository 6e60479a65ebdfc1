// SPDX-License-Identifier: MIT

package front

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// An outline is a model of a function that is too much to follow in whole. A call of
// which the function's own matter does not depend stands in it for what it may
// return, as a call of another package's function does: it lets outsiders have its
// arguments, and gives one of its results.
//
// That is so only of calls which ask other packages' code, so that their results are
// not ours to know: what is reckoned from arguments and memory alone is followed, and
// conditions that belong together stay so. And they, with all that they call, neither
// use a lock, channel or the like that the rest uses, nor write what the rest reads,
// nor get or return such a thing.

// maxSteps is how much may be looked at to find out what an outline needs, in classes
// of memory: about what its translation costs.
const maxSteps = 200_000

// BuildOutline makes an outline of what begins with a function. It has no program where
// there is nothing to leave out, nothing in it could wait, or it would be too large.
func (p *Package) BuildOutline(root *ssa.Function) *Model {
	o := &outline{Package: p, core: newEffect(), follows: make(map[*ssa.Function]bool)}
	o.follow(root)
	for o.grow() {
	}
	none := &Model{Cost: o.steps / 10}
	if len(o.list) > maxFuncs || !o.omits || o.steps > maxSteps {
		return none
	}
	b := p.empty()
	b.follows = o.follows
	b.function(root)
	b.prog.Given = inTest(root)
	m := b.finish()
	if m == nil {
		return none
	}
	m.Cost += none.Cost
	return m
}

// aside reports whether a model is an outline that does not follow calls of the
// function.
func (b *builder) aside(f *ssa.Function) bool { return b.follows != nil && !b.follows[f] && b.ours(f) }

type outline struct {
	*Package
	follows map[*ssa.Function]bool
	list    []*ssa.Function // the same in order
	omits   bool
	core    *effect // of all in the list
	steps   int     // taken to find that out
}

func (o *outline) follow(f *ssa.Function) {
	if o.follows[f] {
		return
	}
	o.follows[f] = true
	o.list = append(o.list, f)
	o.core.add(o.effectOf(f))
}

// grow follows what has to be followed for those that are, and reports whether that is
// more than before.
func (o *outline) grow() bool {
	before := len(o.list)
	o.omits = false
	for i := 0; i < len(o.list) && len(o.list) <= maxFuncs && o.steps <= maxSteps; i++ {
		e := o.effectOf(o.list[i])
		for _, g := range e.also {
			o.follow(g)
		}
		for _, call := range e.calls {
			if g := call.Common().StaticCallee(); o.needs(g) || o.hands(call.Common()) {
				o.follow(g)
			}
			o.omits = o.omits || !o.follows[call.Common().StaticCallee()]
		}
		for _, call := range e.invokes {
			for _, g := range o.targets(call) {
				if o.needs(g) {
					o.follow(g)
				}
				o.omits = o.omits || !o.follows[g]
			}
		}
	}
	return len(o.list) > before && len(o.list) <= maxFuncs && o.steps <= maxSteps
}

// needs reports whether calls of a function are to be followed.
func (o *outline) needs(f *ssa.Function) bool {
	if o.follows[f] {
		return true
	}
	if f.Object() == nil || len(f.FreeVars) > 0 || !ends(f) || o.returns(f) {
		return true
	}
	reach := o.reach(f)
	if reach == nil {
		return true
	}
	o.steps += 1 + len(reach.acts) + len(reach.writes)
	return !reach.asks || o.core.meets(reach)
}

// ends reports whether a function may return.
func ends(f *ssa.Function) bool {
	return slices.ContainsFunc(f.Blocks, func(blk *ssa.BasicBlock) bool {
		_, ok := blk.Instrs[len(blk.Instrs)-1].(*ssa.Return)
		return ok
	})
}

// meets reports whether one effect is on what those with the other use.
func (e *effect) meets(reach *effect) bool {
	if reach.some && e.locks || reach.locks && e.some {
		return true
	}
	for class := range reach.acts {
		if e.acts[class] {
			return true
		}
	}
	for class := range reach.writes {
		if e.reads[class] {
			return true
		}
	}
	return false
}

// hands reports whether a call gets a channel, a lock or the like, or a function.
func (o *outline) hands(call *ssa.CallCommon) bool {
	for _, a := range call.Args {
		if waitedFor(a.Type()) {
			return true
		}
	}
	return false
}

// returns reports whether a function gives an object with something that those which
// are followed use: which object that is matters.
func (o *outline) returns(f *ssa.Function) bool {
	results := f.Signature.Results()
	for v := range results.Variables() {
		t := v.Type()
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		if waitedFor(v.Type()) {
			return true
		}
		if s, ok := t.Underlying().(*types.Struct); ok {
			for field := range s.Fields() {
				if o.core.acts[field.Origin()] {
					return true
				}
			}
		}
	}
	return false
}

// maxReach is how many functions another one may call or start to be looked through.
const maxReach = 400

// reach returns what a function does with all that it calls or starts, nil where those
// are too many.
func (o *outline) reach(f *ssa.Function) *effect {
	if r, ok := o.reaches[f]; ok {
		return r
	}
	o.reaches[f] = nil
	r := newEffect()
	list, seen := []*ssa.Function{f}, map[*ssa.Function]bool{f: true}
	add := func(funcs ...*ssa.Function) {
		for _, g := range funcs {
			if !seen[g] {
				seen[g] = true
				list = append(list, g)
			}
		}
	}
	for i := 0; i < len(list); i++ {
		if len(list) > maxReach {
			return nil
		}
		e := o.effectOf(list[i])
		r.add(e)
		o.steps += 1 + len(e.acts) + len(e.reads) + len(e.writes)
		add(e.also...)
		for _, call := range e.calls {
			add(call.Common().StaticCallee())
		}
		for _, call := range e.invokes {
			o.steps += len(o.methods[call.Method.Name()])
			add(o.targets(call)...)
		}
	}
	o.reaches[f] = r
	return r
}

// targets returns the methods of the package that a call through an interface may mean.
func (p *Package) targets(call *ssa.CallCommon) []*ssa.Function {
	i, ok := call.Value.Type().Underlying().(*types.Interface)
	if !ok {
		return p.methods[call.Method.Name()]
	}
	var list []*ssa.Function
	for _, f := range p.methods[call.Method.Name()] {
		t := f.Signature.Recv().Type()
		if _, pointer := t.Underlying().(*types.Pointer); !pointer {
			t = types.NewPointer(t)
		}
		if types.Implements(t, i) {
			list = append(list, f)
		}
	}
	return list
}

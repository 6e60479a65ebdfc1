// SPDX-License-Identifier: MIT

package front

import (
	"slices"

	"golang.org/x/tools/go/ssa"
)

// An about says what is known of a function without a model.
type about struct {
	size  int             // instructions
	calls []*ssa.Function // functions of the package that its model has, too
	may   []*ssa.Function // methods that it may have, too
	waits bool            // something in it may wait, or in those
}

// survey looks at each function of the package once, so that no model is made in
// vain.
func (p *Package) survey(funcs []*ssa.Function) {
	p.about = make(map[*ssa.Function]*about, len(funcs))
	methods := make(map[string][]*ssa.Function)
	p.methods = methods
	for _, f := range funcs {
		if f.Signature.Recv() != nil {
			methods[f.Name()] = append(methods[f.Name()], f)
		}
	}
	for todo := funcs; len(todo) > 0; {
		var more []*ssa.Function
		for _, f := range todo {
			if p.about[f] != nil {
				continue
			}
			a := p.look(f, methods)
			p.about[f] = a
			for _, g := range slices.Concat(a.calls, a.may) { // wrappers and instances among them
				if p.about[g] == nil {
					more = append(more, g)
				}
			}
		}
		todo = more
	}
	p.scratch = nil
	for changed := true; changed; {
		changed = false
		for _, a := range p.about {
			for _, g := range slices.Concat(a.calls, a.may) {
				if !a.waits && p.about[g].waits {
					a.waits, changed = true, true
				}
			}
		}
	}
}

// look writes the function's own code, to see what is in it. A function that this
// does not get through is left for the model to fail on.
func (p *Package) look(f *ssa.Function, methods map[string][]*ssa.Function) (a *about) {
	defer func() {
		if recover() != nil {
			a = &about{waits: true}
		}
	}()
	b := p.builder(f)
	out := b.prog.Funcs[0]
	out.Code = p.scratch[:0]
	b.translate(f, out)
	p.scratch = out.Code
	a = &about{size: b.prog.Size(), waits: b.blocks}
	for _, g := range b.source[1:] {
		if g != nil { // no piece of the standard library
			a.calls = append(a.calls, g)
		}
	}
	for _, m := range b.invoked {
		a.may = append(a.may, methods[m.Name()]...)
	}
	return a
}

// Quiet reports whether nothing that a model of the function would hold may wait.
func (p *Package) Quiet(f *ssa.Function) bool {
	a := p.about[f]
	return a != nil && !a.waits
}

// Extent returns about how many instructions a model of the function will have, and
// whether that is more than a model may.
func (p *Package) Extent(f *ssa.Function) (size int, large bool) {
	seen := map[*ssa.Function]bool{f: true}
	for todo := []*ssa.Function{f}; len(todo) > 0; {
		a := p.about[todo[len(todo)-1]]
		todo = todo[:len(todo)-1]
		if a == nil {
			continue
		}
		size += a.size
		for _, g := range a.calls {
			if !seen[g] {
				seen[g] = true
				todo = append(todo, g)
			}
		}
		if len(seen) > maxFuncs {
			return size, true
		}
	}
	return size, false
}

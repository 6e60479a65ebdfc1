// SPDX-License-Identifier: MIT

package front

import (
	"go/types"
	"iter"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// A Pair is two calls of methods of one object that two callers may make at one
// time, or one after the other. Two are enough for what goes wrong with locks: one
// that a call keeps, one that is read twice with a writer in between, two that are
// taken in two orders. No third call could help, for who waits for a lock waits for
// who has it.
type Pair struct {
	Type  *types.Named
	Calls [2]*ssa.Function
}

// A lockUse says how a function and those that it calls use a lock's field.
type lockUse struct{ reads, writes int }

// Locked returns the structures of the package that are not among those that are
// done with, and that have locks out of other packages' reach.
func (p *Package) Locked(done map[*types.Named]bool) []*types.Named {
	var list []*types.Named
	for _, name := range p.pkg.Pkg.Scope().Names() {
		obj, ok := p.pkg.Pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok || obj.IsAlias() {
			continue
		}
		if t, ok := obj.Type().(*types.Named); ok && t.TypeParams().Len() == 0 && !done[t] && len(locksIn(t, obj.Exported())) > 0 {
			list = append(list, t)
		}
	}
	return list
}

// Pairs returns the pairs of calls of each type's objects that may end in each
// other's locks, those of a method with itself first. They are about the locks in
// fields of the type.
func (p *Package) Pairs(list []*types.Named, funcs []*ssa.Function) iter.Seq[Pair] {
	return func(yield func(Pair) bool) {
		if len(list) == 0 {
			return
		}
		o := outsideOf(p.pkg, funcs)
		for _, t := range list {
			for _, pair := range p.pairs(o, t) {
				if !yield(pair) {
					return
				}
			}
		}
	}
}

func (p *Package) pairs(o *outside, t *types.Named) []Pair {
	fields := locksIn(t, t.Obj().Exported())
	var calls []*ssa.Function
	uses := make(map[*ssa.Function]map[*types.Var]lockUse)
	for _, f := range o.entries(t) {
		use := p.locksOf(o, f)
		if slices.ContainsFunc(fields, func(v *types.Var) bool { return use[v] != lockUse{} }) {
			calls, uses[f] = append(calls, f), use
		}
	}
	var alone, list []Pair
	for i, f := range calls {
		alone = append(alone, Pair{t, [2]*ssa.Function{f, f}})
		for _, g := range calls[i+1:] {
			if collide(fields, uses[f], uses[g]) {
				list = append(list, Pair{t, [2]*ssa.Function{f, g}})
			}
		}
	}
	return append(alone, list...)
}

// collide reports whether two calls may wait for each other, because one writes what
// the other reads, or both take two locks. What a call does to the next whoever makes
// that, it does to another of its kind.
func collide(fields []*types.Var, a, b map[*types.Var]lockUse) bool {
	ours, common := false, 0
	for f, x := range a {
		y, ok := b[f]
		mine := slices.Contains(fields, f)
		if ok {
			common++
			ours = ours || mine
		}
		if mine && (x.reads > 0 && y.writes > 0 || y.reads > 0 && x.writes > 0) {
			return true
		}
	}
	return ours && common > 1
}

// locksIn returns the fields of a structure, and of those of the package within, that
// are locks out of other packages' reach.
func locksIn(t *types.Named, reached bool) []*types.Var {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	var list []*types.Var
	for f := range s.Fields() {
		out := reached && f.Exported()
		switch named(f.Type()) {
		case "sync.Mutex", "sync.RWMutex":
			if !out {
				list = append(list, f)
			}
			continue
		}
		if n, ok := types.Unalias(f.Type()).(*types.Named); ok && n.Obj().Pkg() == t.Obj().Pkg() {
			list = append(list, locksIn(n, out)...)
		}
	}
	return list
}

// locksOf returns how a function and those that it calls use the locks in fields, or
// nothing where they are too many for a model.
func (p *Package) locksOf(o *outside, f *ssa.Function) map[*types.Var]lockUse {
	uses := make(map[*types.Var]lockUse)
	seen := map[*ssa.Function]bool{f: true}
	for todo := []*ssa.Function{f}; len(todo) > 0; {
		g := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for field, use := range o.locks[g] {
			sum := uses[field]
			uses[field] = lockUse{sum.reads + use.reads, sum.writes + use.writes}
		}
		if a := p.about[g]; a != nil {
			for _, next := range a.calls {
				if !seen[next] {
					seen[next] = true
					todo = append(todo, next)
				}
			}
		}
		if len(seen) > maxFuncs {
			return nil
		}
	}
	return uses
}

// lockField returns the field of the lock that a call locks, and how.
func lockField(call *ssa.CallCommon) (*types.Var, lockUse) {
	if call.StaticCallee() == nil || len(call.Args) == 0 {
		return nil, lockUse{}
	}
	field := fieldOf(call.Args[0])
	if field == nil {
		return nil, lockUse{}
	}
	switch calledName(call) {
	case "(*sync.Mutex).Lock", "(*sync.RWMutex).Lock":
		return field, lockUse{writes: 1}
	case "(*sync.RWMutex).RLock":
		return field, lockUse{reads: 1}
	}
	return nil, lockUse{}
}

// BuildPair makes the model of two calls of an object's methods. Its first function
// stands for who makes them. It returns nil where nothing could wait.
func (p *Package) BuildPair(pair Pair) *Model {
	b := p.empty()
	b.spawns, b.pair = true, true
	out := &model.Func{Name: clientName, Inner: true}
	b.source = append(b.source, nil)
	b.prog.Funcs = append(b.prog.Funcs, out)
	c := &clientCoder{coder: coder{builder: b, out: out, regs: make(map[ssa.Value]int)}}
	c.object = c.fresh(1)
	c.some(pair.Type)
	of := make(map[*ssa.Function]int)
	for _, f := range pair.Calls {
		if _, ok := of[f]; !ok {
			of[f] = c.callOf(f)
		}
		c.emit(model.Instr{Op: model.Go, Args: c.callArgs(method{call: of[f]})})
	}
	c.emit(model.Instr{Op: model.Return})
	return b.finish()
}

// some writes that there is an object of a type, of which nothing is known but that
// nobody is at its locks.
func (c *clientCoder) some(t *types.Named) {
	cells := c.zero(t)
	c.emit(model.Instr{Op: model.New, Dst: []int{c.object}, Cells: cells, N: c.tag(t)})
	for at, cell := range cells {
		switch cell.Kind {
		case model.Mutex, model.RWMutex, model.RLocker, model.WaitGroup, model.Cond:
			continue
		}
		r := c.fresh(2)
		c.emit(model.Instr{Op: model.Fresh, Dst: []int{r}})
		c.emit(model.Instr{Op: model.Addr, Dst: []int{r + 1}, Args: reg(c.object), N: at})
		c.emit(model.Instr{Op: model.Store, Args: []model.Operand{model.Reg(r + 1), model.Reg(r)}})
	}
}

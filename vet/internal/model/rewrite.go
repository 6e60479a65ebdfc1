// SPDX-License-Identifier: MIT

package model

import "slices"

// rewrite makes a program of what is kept.
func (s *slicer) rewrite() *Program {
	out := *s.Program
	out.Funcs = make([]*Func, 0, len(s.Funcs))
	var scratch []Instr // for the code of one function after the other
	for fn, f := range s.Funcs {
		g := *f
		out.Funcs = append(out.Funcs, &g)
		if !s.called[fn] {
			if !f.Cancels() { // that is something to know of functions that outsiders get
				g.Regs, g.Code = f.Params, []Instr{{Op: Return}}
			} else {
				g.Code = slices.Clone(f.Code)
			}
			continue
		}
		g.Regs, g.Code = f.Params, scratch[:0]
		w := &writer{slicer: s, fn: fn, out: &g, starts: make([]int, len(s.graphs[fn].blocks)), regs: make([]int, f.Regs)}
		w.blocks()
		scratch = g.Code
		w.compact()
	}
	out.classify()
	out.Prepare()
	return &out
}

// classify numbers the classes of memory anew, of which a slice touches few.
func (p *Program) classify() {
	numbers := make(map[int]int)
	for _, f := range p.Funcs {
		for pc := range f.Code {
			in := &f.Code[pc]
			if in.Class == 0 || !in.Op.reads() && !in.Op.writes() {
				continue
			}
			n, ok := numbers[in.Class]
			if !ok {
				n = len(numbers) + 1
				numbers[in.Class] = n
			}
			in.Class = n
		}
	}
	p.Classes = len(numbers)
}

// A writer writes the slice of one function.
type writer struct {
	*slicer
	fn     int
	out    *Func
	starts []int // by block
	regs   []int // what registers are called now, 0 where that is not known yet
}

func (w *writer) blocks() {
	g := &w.graphs[w.fn]
	reached := make([]bool, len(g.blocks))
	var mark func(n int)
	mark = func(n int) {
		if n >= 0 && !reached[n] {
			reached[n] = true
			for _, m := range w.next(n) {
				mark(m)
			}
		}
	}
	mark(0)
	for n, ok := range reached {
		if ok {
			w.starts[n] = len(w.out.Code)
			w.block(n)
		}
	}
	for pc := range w.out.Code {
		switch in := &w.out.Code[pc]; in.Op {
		case Branch:
			in.Then, in.Else = w.starts[in.Then], w.starts[in.Else]
		case Jump:
			in.Then = w.starts[in.Then]
		}
	}
}

// next returns the blocks that follow one in the slice.
func (w *writer) next(n int) []int {
	b := &w.graphs[w.fn].blocks[n]
	switch {
	case b.dead:
		return nil
	case w.kept[w.fn][b.to-1]:
		return b.next
	case len(b.live) > 1:
		return []int{b.after}
	}
	return b.live
}

func (w *writer) block(n int) {
	b := &w.graphs[w.fn].blocks[n]
	if b.dead {
		w.emit(Instr{Op: Exit, Site: w.Funcs[w.fn].Code[b.from].Site})
		return
	}
	checked := make(map[int]bool)
	for pc := b.from; pc < b.to-1; pc++ {
		w.instr(pc, checked)
	}
	g := &w.graphs[w.fn]
	last := w.Funcs[w.fn].Code[b.to-1]
	switch next := w.next(n); {
	case last.Op == Branch && w.kept[w.fn][b.to-1]:
		last.Then, last.Else = g.of[last.Then], g.of[last.Else]
		last.Args = w.operands(last.Args, true)
		w.emit(last)
	case last.Op == Return:
		w.leave(last)
	case last.Op == Exit, last.Op == Goexit, last.Op == Lost:
		w.emit(last)
	default:
		if last.Op != Jump && last.Op != Branch {
			w.instr(b.to-1, checked)
		}
		switch {
		case len(next) == 0:
			w.emit(Instr{Op: Exit, Site: last.Site})
		case next[0] < 0:
			w.emit(Instr{Op: RunDefers, Site: last.Site})
			w.emit(Instr{Op: Return, Site: last.Site})
		default:
			w.emit(Instr{Op: Jump, Then: next[0], Site: last.Site})
		}
	}
}

func (w *writer) emit(in Instr) { w.out.Code = append(w.out.Code, in) }

// leave writes a Return with the results that somebody needs.
func (w *writer) leave(in Instr) {
	args := slices.Clone(in.Args)
	for i, a := range args {
		used := i < len(w.results[w.fn]) && w.results[w.fn][i] || w.fn == 0 && w.leads(0, a)
		args[i] = w.renamed(a, used)
	}
	in.Args = args
	w.emit(in)
}

// instr writes one instruction, if it is kept. That a pointer was followed says
// that it is not nil.
func (w *writer) instr(pc int, checked map[int]bool) {
	in := w.Funcs[w.fn].Code[pc]
	if in.Op == Again {
		w.emit(in)
		return
	}
	if !w.kept[w.fn][pc] {
		if in.Op != Addr || in.Args[0].Reg < 0 || !w.needed[w.fn][in.Args[0].Reg] || checked[in.Args[0].Reg] {
			return
		}
		if n := w.reg(w.fn, in.Args[0].Reg); n.made && !n.null {
			return
		}
		in.Dst = nil
	}
	if in.Op == Addr && in.Args[0].Reg >= 0 {
		checked[in.Args[0].Reg] = true
	}
	in.Args = slices.Clone(in.Args)
	in.Cases = slices.Clone(in.Cases)
	in.Dst = slices.Clone(in.Dst)
	for i := range in.Args {
		in.Args[i] = w.renamed(in.Args[i], w.neededArg(pc, i))
	}
	for i := range in.Cases {
		c := &in.Cases[i]
		c.Chan, c.Value = w.renamed(c.Chan, true), w.renamed(c.Value, w.passed(c.Chan, c.Value))
	}
	for i, d := range in.Dst {
		switch {
		case d < 0:
		case w.needed[w.fn][d]:
			in.Dst[i] = w.register(d)
		default:
			in.Dst[i] = -1
		}
	}
	w.emit(in)
}

// neededArg reports whether a kept instruction needs its operand i.
func (w *writer) neededArg(pc, i int) bool {
	in := &w.Funcs[w.fn].Code[pc]
	switch in.Op {
	case Send:
		return i == 0 || w.passed(in.Args[0], in.Args[1])
	case Escape:
		return w.leads(w.fn, in.Args[i])
	case Closure:
		f := w.Funcs[in.N]
		used := w.needed[in.N] != nil && w.needed[in.N][f.Params-f.Captures+i]
		return used || w.leads(w.fn, in.Args[i])
	case Call, Go, Defer, Invoke, GoInvoke, DeferInvoke:
		fns, args := w.callees(site{w.fn, pc})
		at := i - (len(in.Args) - len(args))
		if i == 0 || in.Args[0].Reg >= 0 && w.leads(w.fn, in.Args[i]) {
			return true
		}
		for _, callee := range fns {
			if f := w.Funcs[callee]; at < f.Params-f.Captures && w.needed[callee][at] {
				return true
			}
		}
		return false
	}
	return true
}

// passed reports whether it matters which value is sent through a channel.
func (w *writer) passed(ch, value Operand) bool {
	n := w.operand(w.fn, ch)
	return n != nil && n.read || w.leads(w.fn, value)
}

func (w *writer) operands(list []Operand, used bool) []Operand {
	out := make([]Operand, len(list))
	for i, o := range list {
		out[i] = w.renamed(o, used)
	}
	return out
}

// renamed returns an operand with its register's new number, nothing for one that
// is not used.
func (w *writer) renamed(o Operand, used bool) Operand {
	switch {
	case o.Reg < 0:
		return o
	case !used:
		return Const(Value{})
	}
	return Reg(w.register(o.Reg))
}

func (w *writer) register(r int) int {
	if r < w.out.Params {
		return r
	}
	if w.regs[r] == 0 {
		w.out.Regs++
		w.regs[r] = w.out.Regs
	}
	return w.regs[r] - 1
}

// compact takes out jumps to where the code goes anyway, and what nothing leads to.
func (w *writer) compact() {
	code := w.out.Code
	final := func(pc int) int {
		for range code { // an endless loop may be nothing but jumps
			if code[pc].Op != Jump {
				break
			}
			pc = code[pc].Then
		}
		return pc
	}
	for pc := range code {
		switch in := &code[pc]; in.Op {
		case Branch:
			in.Then, in.Else = final(in.Then), final(in.Else)
			if in.Then == in.Else {
				*in = Instr{Op: Jump, Then: in.Then, Site: in.Site}
			}
		case Jump:
			in.Then = final(in.Then)
		}
	}
	used := make([]bool, len(code))
	for todo := []int{0}; len(todo) > 0; {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if used[pc] {
			continue
		}
		used[pc] = true
		w.out.successors(pc, func(next int) { todo = append(todo, next) })
	}
	for pc := len(code) - 1; pc >= 0; pc-- {
		if !used[pc] || code[pc].Op != Jump || code[pc].Then <= pc {
			continue
		}
		used[pc] = slices.Contains(used[pc+1:code[pc].Then], true)
	}
	w.renumber(used)
}

// renumber drops the instructions that are not used.
func (w *writer) renumber(used []bool) {
	number := make([]int, len(used)+1)
	left := 0
	for pc, ok := range used {
		number[pc] = left
		if ok {
			left++
		}
	}
	code := make([]Instr, 0, left)
	for pc, ok := range used {
		if ok {
			code = append(code, w.out.Code[pc])
		}
	}
	for pc := range code {
		if in := &code[pc]; in.Op == Jump || in.Op == Branch {
			in.Then, in.Else = number[in.Then], number[in.Else]
		}
	}
	w.out.Code = code
}

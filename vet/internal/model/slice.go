// SPDX-License-Identifier: MIT

package model

// Slice returns the part of a program that decides who waits for what and who
// wakes whom: the operations on channels, locks and the like, the values and
// branches on which they depend, and what lets outsiders have an object that they
// are about. It is a static slice in the sense of Weiser, "Program slicing" (1984).
// Functions keep their numbers, and instructions their sites.
//
// What can happen in the program can happen in its slice, as far as the slice
// tells. The other way round this holds where what is left out comes to an end: it
// neither crashes nor goes round for ever. A crash counts where the slice depends on
// the values that lead to it.
func (p *Program) Slice() *Program {
	s := &slicer{places: p.places()}
	n := len(p.Funcs)
	s.kept, s.needed = make([][]bool, n), make([][]bool, n)
	s.results, s.effective = make([][]bool, n), make([]bool, n)
	s.graphs, s.defs = make([]graph, n), make([]definitions, n)
	for i := range p.Funcs {
		if s.called[i] {
			s.prepare(i)
		}
	}
	for s.seed(); len(s.queue) > 0; s.again() {
		for len(s.queue) > 0 {
			at := s.queue[len(s.queue)-1]
			s.queue = s.queue[:len(s.queue)-1]
			s.depend(at)
		}
	}
	return s.rewrite()
}

// A slicer marks what is needed.
type slicer struct {
	*places
	kept      [][]bool      // by function and instruction
	needed    [][]bool      // by function and register
	results   [][]bool      // by function and result
	effective []bool        // by function: that it is called matters
	defs      []definitions // by function
	graphs    []graph
	queue     []site // kept, and what they depend on is not yet marked
}

// A graph is a function's control flow.
type graph struct {
	blocks []block
	of     []int // by instruction
}

func (s *slicer) prepare(fn int) {
	f := s.Funcs[fn]
	s.kept[fn], s.needed[fn] = make([]bool, len(f.Code)), make([]bool, f.Regs)
	s.defs[fn] = f.definitions()
	g := &s.graphs[fn]
	g.blocks = f.blocks(func(pc int) bool { return !s.acts(site{fn, pc}) })
	g.of = make([]int, len(f.Code))
	for i, b := range g.blocks {
		for pc := b.from; pc < b.to; pc++ {
			g.of[pc] = i
		}
	}
}

// definitions tells where registers are set: those of one lie together.
type definitions struct {
	from []int // by register; the next one's is where they end
	pcs  []int
}

func (d *definitions) of(r int) []int { return d.pcs[d.from[r]:d.from[r+1]] }

func (f *Func) definitions() definitions {
	d := definitions{from: make([]int, f.Regs+2)}
	each := func(visit func(pc, r int)) {
		for pc := range f.Code {
			for _, r := range f.Code[pc].Dst {
				if r >= 0 {
					visit(pc, r)
				}
			}
		}
	}
	each(func(_, r int) { d.from[r+2]++ })
	for r := range f.Regs {
		d.from[r+2] += d.from[r+1]
	}
	d.pcs = make([]int, d.from[f.Regs+1])
	each(func(pc, r int) { // which moves each register's start to where the next one's is
		d.pcs[d.from[r+1]] = pc
		d.from[r+1]++
	})
	return d
}

// acts reports whether an instruction waits or may wake somebody, for more than
// outsiders' sake, or ends a path in a way of its own.
func (s *slicer) acts(at site) bool {
	in := &s.Funcs[at.fn].Code[at.pc]
	switch in.Op {
	case Goexit, Lost, Idle:
		return true
	case Send, Recv, Close:
		return s.followed(at.fn, in.Args[0])
	case Select:
		for _, c := range in.Cases {
			if s.followed(at.fn, c.Chan) {
				return true
			}
		}
		return len(in.Cases) == 0
	case Lock, Unlock, RLock, RUnlock, TryLock, TryRLock:
		return in.Class == 0 || s.followed(at.fn, in.Args[0])
	case Add, Wait, Enlist, Park, Signal, Broadcast, Cancel:
		return s.followed(at.fn, in.Args[0])
	}
	return false
}

// followed reports whether the search knows more of an object than that outsiders
// have it.
func (s *slicer) followed(fn int, o Operand) bool {
	n := s.operand(fn, o)
	if n == nil {
		return o.Reg < 0 && o.Const.Kind == Nil
	}
	return n.made || n.null
}

// seed marks what the slice is about.
func (s *slicer) seed() {
	for fn, f := range s.Funcs {
		for i := range s.graphs[fn].blocks {
			if b := &s.graphs[fn].blocks[i]; b.endless && b.after < 0 && f.Code[b.to-1].Op == Branch {
				s.keep(site{fn, b.to - 1})
			}
		}
		for pc := range s.kept[fn] {
			if !s.acts(site{fn, pc}) {
				continue
			}
			s.keep(site{fn, pc})
			in := &f.Code[pc]
			if len(in.Args) > 0 {
				s.synchronised(fn, in.Args[0])
			}
			for _, c := range in.Cases {
				s.synchronised(fn, c.Chan)
			}
		}
	}
}

func (s *slicer) synchronised(fn int, o Operand) {
	if n := s.operand(fn, o); n != nil {
		n.sync = true
	}
}

// keep marks an instruction. Where the process ends anyway, nothing is needed.
func (s *slicer) keep(at site) {
	g := &s.graphs[at.fn]
	b := &g.blocks[g.of[at.pc]]
	if s.kept[at.fn][at.pc] || b.dead || !b.reached {
		return
	}
	s.kept[at.fn][at.pc] = true
	s.queue = append(s.queue, at)
	if s.Funcs[at.fn].Code[at.pc].Op != RunDefers { // that runs on all ways out
		for _, pc := range b.controllers {
			s.keep(site{at.fn, pc})
		}
	}
	if s.affects(at) && !s.effective[at.fn] {
		s.effective[at.fn] = true
		for _, from := range s.callers[at.fn] {
			s.keep(from)
		}
	}
}

// affects reports whether an instruction does more than to set registers.
func (s *slicer) affects(at site) bool {
	switch s.Funcs[at.fn].Code[at.pc].Op {
	case Store, Put, Update, Delete, Escape, Call, Invoke, Go, GoInvoke, Defer, DeferInvoke, Send, Recv, Select:
		return true
	}
	return s.acts(at)
}

// need marks a register, with all that sets it.
func (s *slicer) need(fn, r int) {
	if s.needed[fn][r] {
		return
	}
	s.needed[fn][r] = true
	for _, pc := range s.defs[fn].of(r) {
		at := site{fn, pc}
		s.keep(at)
		in := &s.Funcs[fn].Code[pc]
		switch in.Op {
		case Recv:
			s.reads(fn, in.Args[0])
		case Select:
			for _, c := range in.Cases {
				s.reads(fn, c.Chan)
			}
		case Call, Invoke:
			fns, _ := s.callees(at)
			for _, callee := range fns {
				for i, d := range in.Dst {
					if d == r {
						s.needResult(callee, i)
					}
				}
			}
		}
	}
	f := s.Funcs[fn]
	if r >= f.Params {
		return
	}
	for _, from := range s.callers[fn] {
		if _, args := s.callees(from); r < len(args) && s.kept[from.fn][from.pc] {
			s.operandNeeded(from.fn, args[r])
		}
	}
}

func (s *slicer) operandNeeded(fn int, o Operand) {
	if o.Reg >= 0 {
		s.need(fn, o.Reg)
	}
}

func (s *slicer) needResult(fn, i int) {
	for len(s.results[fn]) <= i {
		s.results[fn] = append(s.results[fn], false)
	}
	if s.results[fn][i] {
		return
	}
	s.results[fn][i] = true
	for pc := range s.Funcs[fn].Code {
		if in := &s.Funcs[fn].Code[pc]; in.Op == Return && i < len(in.Args) {
			s.keep(site{fn, pc})
			s.operandNeeded(fn, in.Args[i])
		}
	}
}

// reads notes that what a cell holds, or a channel passes on, is needed.
func (s *slicer) reads(fn int, o Operand) {
	if n := s.operand(fn, o); n != nil {
		n.read = true
	}
}

// depend marks what a kept instruction depends on.
func (s *slicer) depend(at site) {
	fn, in := at.fn, &s.Funcs[at.fn].Code[at.pc]
	switch in.Op {
	case Send:
		s.operandNeeded(fn, in.Args[0])
	case Select:
		for _, c := range in.Cases {
			s.operandNeeded(fn, c.Chan)
		}
	case Closure, Escape, Return:
	case Call, Go, Defer, Invoke, GoInvoke, DeferInvoke:
		s.operandNeeded(fn, in.Args[0])
		fns, args := s.callees(at)
		for _, callee := range fns {
			f := s.Funcs[callee]
			for i := range min(len(args), f.Params-f.Captures) {
				if s.needed[callee][i] {
					s.operandNeeded(fn, args[i])
				}
			}
		}
	case Load, Unbox, Lookup, Keys, Next, Len:
		s.reads(fn, in.Args[0])
		fallthrough
	default:
		for _, a := range in.Args {
			s.operandNeeded(fn, a)
		}
	}
}

// again marks what is needed because of what is known by now of memory and calls.
func (s *slicer) again() {
	s.spread()
	for fn, f := range s.Funcs {
		for pc := range s.kept[fn] {
			s.reconsider(site{fn, pc}, &f.Code[pc])
		}
	}
	if len(s.queue) == 0 {
		s.assertions()
	}
}

func (s *slicer) reconsider(at site, in *Instr) {
	fn, kept := at.fn, s.kept[at.fn][at.pc]
	switch in.Op {
	case Store:
		if n := s.operand(fn, in.Args[0]); n != nil && n.read || s.leads(fn, in.Args[1]) {
			s.keep(at)
		}
	case Update, Delete:
		n, changes := s.operand(fn, in.Args[0]), false
		for _, a := range in.Args[1:] {
			changes = changes || s.leads(fn, a)
		}
		if changes || n != nil && n.read {
			s.keep(at)
		}
	case Put:
		if n := s.operand(fn, in.Args[0]); n != nil && n.holdsRead(make(map[*place]bool)) || s.leads(fn, in.Args[1]) {
			s.keep(at)
		}
	case Escape:
		for _, a := range in.Args {
			if s.leads(fn, a) {
				s.keep(at)
				s.operandNeeded(fn, a)
			}
		}
	case Call, Invoke, Go, GoInvoke, Defer, DeferInvoke:
		s.reconsiderCall(at, in)
	case RunDefers:
		for pc := range s.kept[fn] {
			if op := s.Funcs[fn].Code[pc].Op; (op == Defer || op == DeferInvoke) && s.kept[fn][pc] {
				s.keep(at)
			}
		}
	case Send:
		n := s.operand(fn, in.Args[0])
		if s.leads(fn, in.Args[1]) || kept && n != nil && n.read {
			s.keep(at)
			s.operandNeeded(fn, in.Args[1])
		}
	case Select:
		for _, c := range in.Cases {
			n := s.operand(fn, c.Chan)
			if c.Send && (s.leads(fn, c.Value) || kept && n != nil && n.read) {
				s.keep(at)
				s.operandNeeded(fn, c.Value)
			}
		}
	case Closure:
		f := s.Funcs[in.N]
		for i, a := range in.Args {
			used := s.needed[in.N] != nil && s.needed[in.N][f.Params-f.Captures+i]
			if kept && (used || s.leads(fn, a)) {
				s.operandNeeded(fn, a)
			}
		}
	case Return:
		for _, a := range in.Args {
			if fn == 0 && s.leads(fn, a) {
				s.keep(at)
				s.operandNeeded(fn, a)
			}
		}
	}
}

// reconsiderCall: what is called without being known opens its arguments.
func (s *slicer) reconsiderCall(at site, in *Instr) {
	_, invoked := map[Op]bool{Invoke: true, GoInvoke: true, DeferInvoke: true}[in.Op]
	if !invoked && in.Args[0].Reg < 0 && in.Args[0].Const.Kind == Fn {
		return
	}
	for _, a := range in.Args {
		if s.leads(at.fn, a) {
			s.keep(at)
			s.operandNeeded(at.fn, a)
		}
	}
}

// leads reports whether an operand leads to an object of the program that the slice
// is about.
func (s *slicer) leads(fn int, o Operand) bool {
	n := s.operand(fn, o)
	return n != nil && n.leads
}

// spread works out leads for all places.
func (s *slicer) spread() {
	for changed := true; changed; {
		changed = false
		for _, n := range s.all {
			if n.up != nil || n.leads {
				continue
			}
			leads := n.made && (n.sync || n.read)
			for _, c := range n.cells {
				leads = leads || c.root().leads
			}
			if n.content != nil {
				leads = leads || n.content.root().leads
			}
			if leads {
				n.leads, changed = true, true
			}
		}
	}
}

// holdsRead reports whether a cell of an object is read.
func (n *place) holdsRead(seen map[*place]bool) bool {
	n = n.root()
	if seen[n] {
		return false
	}
	seen[n] = true
	if n.read {
		return true
	}
	for _, c := range n.cells {
		if c.holdsRead(seen) {
			return true
		}
	}
	return false
}

// assertions marks branches to where the process ends, where they decide on values
// that matter for other reasons, too.
func (s *slicer) assertions() {
	for fn := range s.Funcs {
		g := &s.graphs[fn]
		for i := range g.blocks {
			b := &g.blocks[i]
			at := site{fn, b.to - 1}
			if len(b.live) == len(b.next) || b.dead {
				continue
			}
			if in := &s.Funcs[fn].Code[at.pc]; in.Op == Branch && s.matters(fn, in.Args[0], 8) {
				s.keep(at)
			}
		}
	}
}

// matters reports whether a value is made of what is needed otherwise.
func (s *slicer) matters(fn int, o Operand, depth int) bool {
	if o.Reg < 0 || depth == 0 {
		return false
	}
	if s.needed[fn][o.Reg] {
		return true
	}
	for _, pc := range s.defs[fn].of(o.Reg) {
		in := &s.Funcs[fn].Code[pc]
		if s.kept[fn][pc] {
			return true
		}
		if in.Op == Load {
			if n := s.operand(fn, in.Args[0]); n != nil && n.read {
				return true
			}
		}
		for _, a := range in.Args {
			if s.matters(fn, a, depth-1) {
				return true
			}
		}
	}
	return false
}

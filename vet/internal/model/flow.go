// SPDX-License-Identifier: MIT

package model

// A Bits is a set of small numbers.
type Bits []uint64

func newBits(n int) Bits { return make(Bits, (n+63)/64) }

// manyBits returns sets of numbers below n, all from one piece of memory.
func manyBits(sets, n int) []Bits {
	words := (n + 63) / 64
	list, all := make([]Bits, sets), make(Bits, sets*words)
	for i := range list {
		list[i] = all[i*words : (i+1)*words : (i+1)*words]
	}
	return list
}

// Has reports whether n is in the set.
func (b Bits) Has(n int) bool { return n>>6 < len(b) && b[n>>6]&(1<<(n&63)) != 0 }

func (b Bits) set(n int)   { b[n>>6] |= 1 << (n & 63) }
func (b Bits) clear(n int) { b[n>>6] &^= 1 << (n & 63) }

// add puts all of c into b and reports whether that changed anything.
func (b Bits) add(c Bits) bool {
	changed := false
	for i, w := range c {
		if b[i]|w != b[i] {
			b[i] |= w
			changed = true
		}
	}
	return changed
}

// A flow is what is known of a function before it runs.
type flow struct {
	live          []Bits // by instruction: the registers that are read from it on
	reads, writes []Bits // by instruction: the classes of memory touched from it on
}

// Live returns the registers that code from pc on may read.
func (f *Func) Live(pc int) Bits { return f.flow.live[pc] }

// Reads returns the classes of memory that code from pc on may load, callees and
// goroutines that it starts included; class 0 stands for all.
func (f *Func) Reads(pc int) Bits { return f.flow.reads[pc] }

// Writes is the same for stores.
func (f *Func) Writes(pc int) Bits { return f.flow.writes[pc] }

// Prepare works out what Live, Reads and Writes tell. It comes after the last
// change of a program, and before its search.
func (p *Program) Prepare() {
	for _, f := range p.Funcs {
		f.liveness()
	}
	reads, writes := p.effects()
	for _, f := range p.Funcs {
		f.flow.reads = p.ahead(f, reads, Op.reads)
		f.flow.writes = p.ahead(f, writes, Op.writes)
	}
}

// reads reports whether an operation reads memory of a class, or the entries of a map.
func (op Op) reads() bool {
	return op == Load || op == Copy || op == Lookup || op == Keys || op == Next
}

// writes is the same for changes.
func (op Op) writes() bool { return op == Store || op == Put || op == Update || op == Delete }

// successors calls visit with the instructions that may follow pc.
func (f *Func) successors(pc int, visit func(int)) {
	switch in := &f.Code[pc]; in.Op {
	case Jump:
		visit(in.Then)
	case Branch:
		visit(in.Then)
		visit(in.Else)
	case Return, Goexit, Exit, Lost:
	default:
		visit(pc + 1)
	}
}

// Operands calls visit with each operand of the instruction.
func (in *Instr) Operands(visit func(Operand)) {
	for _, a := range in.Args {
		visit(a)
	}
	for _, c := range in.Cases {
		visit(c.Chan)
		if c.Send {
			visit(c.Value)
		}
	}
}

func (f *Func) liveness() {
	f.flow.live = manyBits(len(f.Code)+1, f.Regs)
	live := newBits(f.Regs)
	for changed := true; changed; {
		changed = false
		for pc := len(f.Code) - 1; pc >= 0; pc-- {
			in := &f.Code[pc]
			clear(live)
			f.successors(pc, func(next int) { live.add(f.flow.live[next]) })
			for _, d := range in.Dst {
				if d >= 0 {
					live.clear(d)
				}
			}
			in.Operands(func(o Operand) {
				if o.Reg >= 0 {
					live.set(o.Reg)
				}
			})
			changed = f.flow.live[pc].add(live) || changed
		}
	}
}

// effects returns for each function the classes that it loads from and stores to,
// with all that it calls or starts. The last sets are those of a function that is
// only known when it runs: it may be any that is a value somewhere.
func (p *Program) effects() (reads, writes []Bits) {
	n := p.Classes + 1
	dynamic := len(p.Funcs)
	values := make(map[int]bool)
	for _, f := range p.Funcs {
		for i := range f.Code {
			eachFunction(&f.Code[i], func(fn int, called bool) {
				if !called {
					values[fn] = true
				}
			})
		}
	}
	for _, fn := range p.Methods {
		values[fn] = true
	}
	reads, writes = manyBits(dynamic+1, n), manyBits(dynamic+1, n)
	for i, f := range p.Funcs {
		for pc := range f.Code {
			switch in := &f.Code[pc]; {
			case in.Op.reads():
				reads[i].set(in.Class)
			case in.Op.writes():
				writes[i].set(in.Class)
			}
		}
	}
	for changed := true; changed; {
		changed = false
		include := func(i, callee int) {
			changed = reads[i].add(reads[callee]) || changed
			changed = writes[i].add(writes[callee]) || changed
		}
		for i, f := range p.Funcs {
			for pc := range f.Code {
				if callee, ok := p.callee(&f.Code[pc]); ok {
					include(i, callee)
				}
			}
		}
		for fn := range values {
			include(dynamic, fn)
		}
	}
	return reads, writes
}

// callee returns the function that the instruction runs or starts, if any:
// len(p.Funcs) where it is only known when it runs.
func (p *Program) callee(in *Instr) (int, bool) {
	switch in.Op {
	case Call, Go, Defer:
		if a := in.Args[0]; a.Reg < 0 && a.Const.Kind == Fn {
			return int(a.Const.A), true
		}
		return len(p.Funcs), true
	case Invoke, GoInvoke, DeferInvoke:
		return len(p.Funcs), true
	}
	return 0, false
}

// eachFunction calls visit with the functions that the instruction mentions.
func eachFunction(in *Instr, visit func(fn int, called bool)) {
	if in.Op == Closure {
		visit(in.N, false)
	}
	i := 0
	in.Operands(func(o Operand) {
		if o.Reg < 0 && o.Const.Kind == Fn {
			called := i == 0 && (in.Op == Call || in.Op == Go || in.Op == Defer)
			visit(int(o.Const.A), called)
		}
		i++
	})
	for _, c := range in.Cells {
		if c.Kind == Fn {
			visit(int(c.A), false)
		}
	}
}

// ahead spreads the effects of single instructions back over the code before them.
// What is deferred happens at the end, too.
func (p *Program) ahead(f *Func, effects []Bits, touches func(Op) bool) []Bits {
	n := p.Classes + 1
	sets := manyBits(len(f.Code)+1, n)
	deferred := newBits(n)
	for pc := range f.Code {
		in := &f.Code[pc]
		if touches(in.Op) {
			sets[pc].set(in.Class)
		}
		if callee, ok := p.callee(in); ok {
			sets[pc].add(effects[callee])
			if in.Op == Defer || in.Op == DeferInvoke {
				deferred.add(effects[callee])
			}
		}
	}
	for pc := range f.Code {
		if op := f.Code[pc].Op; op == RunDefers || op == Goexit {
			sets[pc].add(deferred)
		}
	}
	for changed := true; changed; {
		changed = false
		for pc := len(f.Code) - 1; pc >= 0; pc-- {
			f.successors(pc, func(next int) { changed = sets[pc].add(sets[next]) || changed })
		}
	}
	return sets
}

// SPDX-License-Identifier: MIT

package model

import "slices"

// A place stands for all values that may be the same, and for what they point to,
// as in Steensgaard, "Points-to analysis in almost linear time" (1996): what may
// be copied from one place to another makes one of the two. The cells of an object
// are told apart by the offsets that Addr adds.
type place struct {
	up      *place // the place that has taken this one in
	cells   map[int]*place
	content *place // what is stored in the cell, or sent through the channel
	fns     []int  // the functions among the values
	tags    []int  // the types of the objects among them
	// made says that the program makes some of what this points to; what it does not
	// make belongs to outsiders. null says that a value may be nil.
	made, null bool

	// What the slice finds out: something waits for it or wakes there, or its content
	// is needed; leads says that this is so of something that it leads to.
	sync, read, leads bool
}

// The cells that are none. Those of closures come below.
const (
	element = -1 // of a slice or array
	ending  = -2 // the channel of a context
	entry   = -3 // a key of a map
	capture = -10
)

// places holds the places of a program's registers and results.
type places struct {
	*Program
	regs, results [][]*place
	globals       map[int32]*place
	fns           map[int]*place
	called        []bool   // the functions that may run
	callers       [][]site // by function
	all           []*place
	changed       bool
}

// A site is an instruction's place in the program.
type site struct{ fn, pc int }

func (p *Program) places() *places {
	w := &places{Program: p, globals: make(map[int32]*place), fns: make(map[int]*place)}
	w.regs, w.results = make([][]*place, len(p.Funcs)), make([][]*place, len(p.Funcs))
	w.called, w.callers = make([]bool, len(p.Funcs)), make([][]site, len(p.Funcs))
	for i, f := range p.Funcs {
		w.regs[i] = make([]*place, f.Regs)
	}
	w.called[0] = true
	for w.changed = true; w.changed; {
		w.changed = false
		for i, f := range p.Funcs {
			if !w.called[i] {
				continue
			}
			for pc := range f.Code {
				w.instr(site{i, pc})
			}
		}
	}
	return w
}

func (w *places) new() *place {
	n := &place{}
	w.all = append(w.all, n)
	return n
}

func (n *place) root() *place {
	for n.up != nil {
		if n.up.up != nil {
			n.up = n.up.up
		}
		n = n.up
	}
	return n
}

// at returns the place behind a pointer, and makes it on the way.
func (w *places) at(p **place) *place {
	if *p == nil {
		*p = w.new()
	}
	*p = (*p).root()
	return *p
}

func (w *places) reg(fn, r int) *place { return w.at(&w.regs[fn][r]) }

func (w *places) result(fn, i int) *place {
	for len(w.results[fn]) <= i {
		w.results[fn] = append(w.results[fn], nil)
	}
	return w.at(&w.results[fn][i])
}

// operand returns the place of an operand, nil where it is no address and no
// function.
func (w *places) operand(fn int, o Operand) *place {
	switch {
	case o.Reg >= 0:
		return w.reg(fn, o.Reg)
	case o.Const.Kind == Set:
		n, ok := w.globals[o.Const.A]
		if !ok {
			n = w.new()
			w.globals[o.Const.A] = n
		}
		return n.root()
	case o.Const.Kind == Fn:
		n, ok := w.fns[int(o.Const.A)]
		if !ok {
			n = w.new()
			n.fns = []int{int(o.Const.A)}
			w.fns[int(o.Const.A)] = n
		}
		return n.root()
	}
	return nil
}

// cell returns the place of a cell of what n points to; of no place it is none.
func (w *places) cell(n *place, at int) *place {
	if n == nil {
		return nil
	}
	n = n.root()
	if at == 0 { // an object has its first cell's address
		return n
	}
	c, ok := n.cells[at]
	if !ok {
		c = w.new()
		if n.cells == nil {
			n.cells = make(map[int]*place)
		}
		n.cells[at] = c
		if n.made {
			w.make(c)
		}
	}
	return c.root()
}

// contents returns the place of what a cell holds. What the program makes is nil at
// first.
func (w *places) contents(n *place) *place {
	if n == nil {
		return nil
	}
	n = n.root()
	c := w.at(&n.content)
	if n.made {
		w.nil(c)
	}
	return c
}

func (w *places) make(n *place) {
	if n == nil || n.root().made {
		return
	}
	n = n.root()
	n.made, w.changed = true, true
	for _, c := range n.cells {
		w.make(c)
	}
	if n.content != nil {
		w.nil(n.content)
	}
}

func (w *places) nil(n *place) {
	if n != nil && !n.root().null {
		n.root().null, w.changed = true, true
	}
}

// flow lets the values of an operand come to a place.
func (w *places) flow(fn int, o Operand, to *place) {
	if to == nil {
		return
	}
	if from := w.operand(fn, o); from != nil {
		w.unite(from, to)
	} else if o.Reg < 0 && o.Const.Kind == Nil {
		w.nil(to)
	}
}

func (w *places) unite(a, b *place) {
	if a == nil || b == nil {
		return
	}
	if a, b = a.root(), b.root(); a == b {
		return
	}
	w.changed = true
	if len(a.cells) < len(b.cells) {
		a, b = b, a
	}
	b.up = a
	for _, f := range b.fns {
		a.function(f)
	}
	for _, t := range b.tags {
		a.tag(t)
	}
	a.null = a.null || b.null
	made := a.made || b.made
	cells, content := b.cells, b.content
	b.cells, b.content, b.fns, b.tags = nil, nil, nil, nil
	for at, c := range cells {
		if own, ok := a.root().cells[at]; ok {
			w.unite(own, c)
			continue
		}
		a = a.root()
		if a.cells == nil {
			a.cells = make(map[int]*place)
		}
		a.cells[at] = c
	}
	if a = a.root(); content != nil && a.content != nil {
		w.unite(a.content, content)
	} else if content != nil {
		a.content = content
	}
	if a = a.root(); made { // what came from the other may not know it yet
		a.made = false
		w.make(a)
	}
}

func (n *place) function(f int) bool {
	if slices.Contains(n.fns, f) {
		return false
	}
	n.fns = append(n.fns, f)
	return true
}

func (n *place) tag(t int) bool {
	if t == 0 || slices.Contains(n.tags, t) {
		return false
	}
	n.tags = append(n.tags, t)
	return true
}

// callees returns the functions that the instruction may call or start, and the
// operands that they take.
func (w *places) callees(at site) (fns []int, args []Operand) {
	in := &w.Funcs[at.fn].Code[at.pc]
	switch in.Op {
	case Call, Go, Defer:
		if n := w.operand(at.fn, in.Args[0]); n != nil {
			fns = n.fns
		}
		return fns, in.Args[1:]
	case Invoke, GoInvoke, DeferInvoke:
		if n := w.operand(at.fn, in.Args[0]); n != nil {
			for _, t := range n.tags {
				if fn, ok := w.Methods[Method{t, in.Name}]; ok {
					fns = append(fns, fn)
				}
			}
		}
		return fns, in.Args
	}
	return nil, nil
}

// instr puts together what one instruction may make the same.
func (w *places) instr(at site) {
	in := &w.Funcs[at.fn].Code[at.pc]
	dst := func(i int) *place {
		if i >= len(in.Dst) || in.Dst[i] < 0 {
			return nil
		}
		return w.reg(at.fn, in.Dst[i])
	}
	arg := func(i int) *place { return w.operand(at.fn, in.Args[i]) }
	switch in.Op {
	case Move, Slice, Copy:
		w.flow(at.fn, in.Args[0], dst(0))
	case Append:
		w.flow(at.fn, in.Args[0], dst(0))
		w.flow(at.fn, in.Args[1], dst(0))
		w.make(dst(0))
	case Put:
		w.flow(at.fn, in.Args[1], arg(0))
	case Bin:
		for i := range in.Args {
			w.flow(at.fn, Operand{Reg: -1, Const: in.Args[1-i].Const}, arg(i)) // a comparison with nil
		}
	case New:
		w.object(in, dst(0))
	case Make, MakeChan, MakeMap:
		w.make(dst(0))
	case Box:
		w.box(at, dst(0))
	case Unbox:
		w.flow(at.fn, in.Args[0], dst(0)) // where the type is not known
		if in.N == 1 {
			w.unite(dst(0), w.contents(arg(0)))
		}
	case Lookup:
		w.unite(dst(0), w.contents(arg(0)))
		if in.N == 1 {
			w.make(dst(0))
		}
	case Update:
		w.flow(at.fn, in.Args[1], w.cell(arg(0), entry))
		w.flow(at.fn, in.Args[2], w.contents(arg(0)))
	case Keys:
		w.make(dst(0))
		w.unite(w.contents(dst(0)), w.cell(arg(0), entry))
	case Next:
		w.unite(dst(1), w.cell(arg(0), entry))
		w.unite(dst(2), w.contents(arg(0)))
	case Closure:
		w.closure(at, dst(0))
	case Addr:
		w.unite(dst(0), w.cell(arg(0), in.N))
	case Index:
		w.unite(dst(0), w.cell(arg(0), element))
	case Load:
		w.unite(dst(0), w.contents(arg(0)))
	case Store, Send:
		w.flow(at.fn, in.Args[1], w.contents(arg(0)))
	case Recv:
		w.unite(dst(0), w.contents(arg(0)))
	case Select:
		w.selects(at, dst)
	case MakeContext:
		w.make(dst(0))
		w.flow(at.fn, in.Args[0], dst(0))
	case Done:
		w.unite(dst(0), w.cell(arg(0), ending))
	case Return:
		for i, a := range in.Args {
			w.flow(at.fn, a, w.result(at.fn, i))
		}
	case Call, Invoke, Go, GoInvoke, Defer, DeferInvoke:
		w.call(at, dst)
	}
}

func (w *places) object(in *Instr, to *place) {
	if to == nil {
		return
	}
	w.make(to)
	w.tag(to, in.N)
	for i, c := range in.Cells {
		if c.Kind == Fn && w.contents(w.cell(to, i)).function(int(c.A)) {
			w.changed = true
		}
	}
}

func (w *places) tag(n *place, t int) {
	if n.root().tag(t) {
		w.changed = true
	}
}

func (w *places) box(at site, to *place) {
	in := &w.Funcs[at.fn].Code[at.pc]
	if to == nil {
		return
	}
	w.make(to)
	w.tag(to, in.Tag)
	if in.N == 1 {
		to = w.contents(to)
	}
	w.flow(at.fn, in.Args[0], to)
}

func (w *places) closure(at site, to *place) {
	in := &w.Funcs[at.fn].Code[at.pc]
	f := w.Funcs[in.N]
	if to != nil && to.function(in.N) {
		w.changed = true
	}
	for i, a := range in.Args {
		param := w.reg(in.N, f.Params-f.Captures+i)
		w.flow(at.fn, a, param)
		w.unite(w.cell(to, capture-in.N*100-i), param)
	}
}

func (w *places) selects(at site, dst func(int) *place) {
	next := 2
	for _, c := range w.Funcs[at.fn].Code[at.pc].Cases {
		ch := w.operand(at.fn, c.Chan)
		if c.Send {
			w.flow(at.fn, c.Value, w.contents(ch))
			continue
		}
		w.unite(dst(next), w.contents(ch))
		next++
	}
}

func (w *places) call(at site, dst func(int) *place) {
	in := &w.Funcs[at.fn].Code[at.pc]
	fns, args := w.callees(at)
	for _, fn := range slices.Clone(fns) {
		if !w.called[fn] {
			w.called[fn], w.changed = true, true
		}
		if !slices.Contains(w.callers[fn], at) {
			w.callers[fn] = append(w.callers[fn], at)
		}
		f := w.Funcs[fn]
		for i := range min(len(args), f.Params-f.Captures) {
			w.flow(at.fn, args[i], w.reg(fn, i))
		}
		if in.Op == Call || in.Op == Invoke {
			for i := range in.Dst {
				w.unite(dst(i), w.result(fn, i))
			}
		}
	}
}

// SPDX-License-Identifier: MIT

package search_test

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/vet/internal/model"
	"github.com/unleak/unleak/vet/internal/search"
)

// TestSlice compares small programs, with code in them that does not matter, with
// their slices; FuzzSlice goes on from there.
func TestSlice(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	var whole, stuck, code, left int
	for range 800 {
		input := make([]byte, 60)
		random.Read(input)
		p, slice, found, ok := compareSlice(t, input)
		if !ok {
			continue
		}
		whole++
		code += instructions(p)
		left += instructions(slice)
		if found > 0 {
			stuck++
		}
	}
	t.Logf("%d programs, %d with stuck goroutines; %d instructions, %d in the slices", whole, stuck, code, left)
	if whole < 500 || stuck < 100 || whole-stuck < 100 {
		t.Errorf("%d programs were searched to the end, %d of them with stuck goroutines: too few to show anything", whole, stuck)
	}
	if 2*left > code {
		t.Errorf("%d of %d instructions are left: half of them and more do not matter", left, code)
	}
}

func FuzzSlice(f *testing.F) {
	f.Add([]byte("some bytes to begin with, and a few more for the code around"))
	f.Fuzz(func(t *testing.T, input []byte) { compareSlice(t, input) })
}

// compareSlice searches the input's program and its slice, and reports whether both
// came to an end.
func compareSlice(t *testing.T, input []byte) (p, slice *model.Program, found int, ok bool) {
	half := len(input) / 2
	p = generate(input[:half])
	from := source(input[half:])
	clutter(p, &from)
	for i, f := range p.Funcs {
		for pc := range f.Code {
			f.Code[pc].Site = fmt.Sprint(i, "+", pc)
		}
	}
	p.Prepare()
	slice = p.Slice()
	limits := search.Limits{Work: 1_500_000}
	a, b := search.Run(p, limits), search.Run(slice, limits)
	if a.Over || b.Over || a.Lost+b.Lost > 0 {
		return p, slice, 0, false
	}
	if want, got := places(p, a), places(slice, b); want != got {
		t.Errorf("input %x: in the slice are stuck\n%s\nin the program\n%s\nof\n%s\nwith the slice\n%s", input, got, want, listing(p), listing(slice))
	}
	return p, slice, len(a.Stuck), true
}

// places lists who is stuck where, in the words of sites.
func places(p *model.Program, r search.Result) string {
	var lines []string
	for _, s := range r.Stuck {
		var line []string
		for _, at := range s.Stack {
			line = append(line, p.Funcs[at.Func].Code[at.PC].Site.(string))
		}
		lines = append(lines, strings.Join(line, " "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func instructions(p *model.Program) int {
	n := 0
	for _, f := range p.Funcs {
		n += len(f.Code)
	}
	return n
}

// clutter puts code between the instructions of a program that nothing depends on.
func clutter(p *model.Program, from *source) {
	idle := len(p.Funcs)
	for _, f := range p.Funcs {
		clutterFunc(f, from, idle)
	}
	p.Funcs = append(p.Funcs, &model.Func{Name: "idle", Params: 1, Regs: 3, Code: []model.Instr{
		{Op: model.Bin, Name: ">", Dst: []int{1}, Args: []model.Operand{model.Reg(0), model.Const(model.Number(1))}},
		{Op: model.Branch, Args: []model.Operand{model.Reg(1)}, Then: 2, Else: 3},
		{Op: model.Return, Args: []model.Operand{model.Const(model.Number(1))}},
		{Op: model.Return, Args: []model.Operand{model.Reg(0)}},
	}})
}

func clutterFunc(f *model.Func, from *source, idle int) {
	start := make([]int, len(f.Code)+1)
	var code []model.Instr
	var jumps []int // the program's own, whose targets have moved
	r := f.Regs
	f.Regs += 4
	for pc, in := range f.Code {
		start[pc] = len(code)
		if from.upTo(2) == 0 {
			code = append(code, clutterAt(from, len(code), r, idle)...)
		}
		if in.Op == model.Branch || in.Op == model.Jump {
			jumps = append(jumps, len(code))
		}
		code = append(code, in)
	}
	for _, pc := range jumps {
		code[pc].Then, code[pc].Else = start[code[pc].Then], start[code[pc].Else]
	}
	f.Code = code
}

// clutterAt returns a piece of code that comes to stand at pc and writes the four
// registers from r on.
func clutterAt(from *source, pc, r, idle int) []model.Instr {
	args := func(list ...model.Operand) []model.Operand { return list }
	fresh := model.Instr{Op: model.Fresh, Dst: []int{r}}
	object := model.Instr{Op: model.New, Dst: []int{r + 1}, Cells: []model.Value{model.Number(0), {Kind: model.Nil}}}
	store := model.Instr{Op: model.Store, Args: args(model.Reg(r+1), model.Reg(r))}
	switch from.upTo(6) {
	case 0: // if x { o.a = x }
		return []model.Instr{fresh, object, {Op: model.Branch, Args: args(model.Reg(r)), Then: pc + 3, Else: pc + 4}, store}
	case 1: // for x() {}
		return []model.Instr{fresh, {Op: model.Branch, Args: args(model.Reg(r)), Then: pc, Else: pc + 2}}
	case 2: // f(o), which outsiders have
		return []model.Instr{object, {Op: model.Escape, Args: args(model.Reg(r + 1))}}
	case 3: // o.a = idle(x)
		call := args(model.Const(model.Value{Kind: model.Fn, A: int32(idle), B: -1}), model.Reg(r))
		return []model.Instr{fresh, object, {Op: model.Call, Dst: []int{r}, Args: call}, store}
	case 4: // o.b = &o; _ = o.b
		return []model.Instr{
			object,
			{Op: model.Addr, Dst: []int{r + 2}, Args: args(model.Reg(r + 1)), N: 1},
			{Op: model.Store, Args: args(model.Reg(r+2), model.Reg(r+1))},
			{Op: model.Load, Dst: []int{r + 3}, Args: args(model.Reg(r + 2))},
		}
	default: // switch { case x: … default: … }, with a jump between
		return []model.Instr{
			fresh,
			{Op: model.Branch, Args: args(model.Reg(r)), Then: pc + 2, Else: pc + 4},
			{Op: model.Move, Dst: []int{r + 3}, Args: args(model.Reg(r))},
			{Op: model.Jump, Then: pc + 5},
			{Op: model.Not, Dst: []int{r + 3}, Args: args(model.Reg(r))},
		}
	}
}

// SPDX-License-Identifier: MIT

package model

import (
	"fmt"
	"strings"
	"testing"
)

// r returns the operands that read registers.
func r(regs ...int) []Operand {
	var list []Operand
	for _, n := range regs {
		list = append(list, Reg(n))
	}
	return list
}

// TestSlice says which instructions are left of small programs, by their numbers.
// Each has one function, whose register 0 is a parameter.
func TestSlice(t *testing.T) {
	one := Const(Number(1))
	fresh := func(dst ...int) Instr { return Instr{Op: Fresh, Dst: dst} }
	lock := Instr{Op: Lock, Args: r(0), Cells: []Value{{Kind: Mutex}}}
	end := Instr{Op: Return}
	for _, c := range []struct {
		name string
		code []Instr
		want string
	}{
		{"a branch without consequence", []Instr{
			fresh(1), {Op: Branch, Args: r(1), Then: 2, Else: 3}, {Op: Move, Dst: []int{2}, Args: r(1)}, lock, end,
		}, "3 4"},
		{"a branch around a lock", []Instr{
			fresh(1), {Op: Branch, Args: r(1), Then: 2, Else: 3}, lock, end,
		}, "0 1 2 3"},
		{"the same value decides twice", []Instr{
			fresh(1), {Op: Branch, Args: r(1), Then: 2, Else: 3}, lock,
			fresh(2), {Op: Branch, Args: r(1), Then: 5, Else: 6}, {Op: Unlock, Args: r(0)}, end,
		}, "0 1 2 4 5 6"},
		{"a loop that ends", []Instr{
			fresh(1), {Op: Branch, Args: r(1), Then: 0, Else: 2}, lock, end,
		}, "2 3"},
		{"a channel of outsiders", []Instr{
			{Op: Send, Args: []Operand{Reg(0), one}}, {Op: Recv, Dst: []int{1, -1}, Args: r(0)}, end,
		}, "2"},
		{"a channel of its own, and who gets it", []Instr{
			{Op: MakeChan, Dst: []int{1}, Args: []Operand{one}}, {Op: New, Dst: []int{2}, Cells: []Value{{Kind: Nil}}},
			{Op: Store, Args: r(2, 1)}, {Op: Escape, Args: r(2)}, {Op: Recv, Dst: []int{3, -1}, Args: r(1)}, end,
		}, "0 1 2 3 4 5"},
		{"an object that nobody waits for", []Instr{
			{Op: New, Dst: []int{1}, Cells: []Value{{Kind: Nil}}}, {Op: Escape, Args: r(1)}, lock, end,
		}, "2 3"},
		{"memory that decides", []Instr{
			{Op: New, Dst: []int{1}, Cells: []Value{Number(0)}}, {Op: Store, Args: []Operand{Reg(1), one}},
			{Op: Load, Dst: []int{2}, Args: r(1)}, {Op: Branch, Args: r(2), Then: 4, Else: 5}, lock, end,
		}, "0 1 2 3 4 5"},
		{"a crash that depends on nothing else", []Instr{
			fresh(1), {Op: Branch, Args: r(1), Then: 2, Else: 3}, {Op: Exit}, lock, end,
		}, "3 4"},
		{"a crash on what was received", []Instr{
			{Op: MakeChan, Dst: []int{1}, Args: []Operand{one}}, {Op: Recv, Dst: []int{2, 3}, Args: r(1)},
			{Op: Branch, Args: r(3), Then: 4, Else: 3}, {Op: Exit}, lock, end,
		}, "0 1 2 3 4 5"},
	} {
		p := &Program{Funcs: []*Func{{Name: "main", Params: 1, Regs: 4, Code: c.code}}}
		for pc := range c.code {
			c.code[pc].Site = pc
		}
		var left []string
		for _, in := range p.Slice().Funcs[0].Code {
			if in.Op != Jump {
				left = append(left, fmt.Sprint(in.Site))
			}
		}
		if got := strings.Join(left, " "); got != c.want {
			t.Errorf("%s: instructions %s are left, want %s", c.name, got, c.want)
		}
	}
}

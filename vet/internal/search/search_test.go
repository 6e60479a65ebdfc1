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

// TestReduction compares the search with one that tries every step of every
// goroutine, on about two thousand small programs; FuzzReduction goes on from there.
func TestReduction(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	whole, stuck, plainStates, states := 0, 0, 0, 0
	for range 2000 {
		input := make([]byte, 40)
		random.Read(input)
		plain, reduced, ok := compare(t, input)
		if !ok {
			continue
		}
		whole++
		plainStates += plain.States
		states += reduced.States
		if len(reduced.Stuck) > 0 {
			stuck++
		}
	}
	t.Logf("%d programs, %d with stuck goroutines; %d states, %d without reduction", whole, stuck, states, plainStates)
	if whole < 1500 || stuck < 200 || whole-stuck < 200 {
		t.Errorf("%d programs were searched to the end, %d of them with stuck goroutines: too few to show anything", whole, stuck)
	}
}

func FuzzReduction(f *testing.F) {
	f.Add([]byte("some bytes to begin with"))
	f.Fuzz(func(t *testing.T, input []byte) { compare(t, input) })
}

// TestSpinning: it is told whether somebody goes on for ever while another waits.
func TestSpinning(t *testing.T) {
	for _, spins := range []bool{true, false} {
		main := code{&model.Func{Name: "main", Regs: 2}}
		main.add(model.MakeChan, []int{0}, number(0))
		main.add(model.New, []int{1}).Cells = []model.Value{{Kind: model.Mutex}}
		main.add(model.Go, nil, function(1), model.Reg(0))
		for range 2 { // what one of them does alone is no step
			main.add(model.Go, nil, function(2), model.Reg(1))
		}
		main.add(model.Return, nil)
		waiter := code{&model.Func{Name: "waiter", Params: 1, Regs: 3}}
		waiter.add(model.Recv, []int{1, 2}, model.Reg(0)).Cells = []model.Value{model.Number(0)}
		waiter.add(model.Return, nil)
		user := code{&model.Func{Name: "user", Params: 1, Regs: 1}}
		user.add(model.Lock, nil, model.Reg(0))
		user.add(model.Unlock, nil, model.Reg(0))
		if spins {
			user.add(model.Jump, nil)
		} else {
			user.add(model.Return, nil)
		}
		p := &model.Program{Funcs: []*model.Func{main.Func, waiter.Func, user.Func}}
		p.Prepare()
		for _, plain := range []bool{true, false} {
			r := search.Run(p, search.Limits{Work: 100_000, Plain: plain})
			if len(r.Stuck) != 1 || r.Stuck[0].Spinning != spins {
				t.Errorf("spinning %v, plain %v: stuck %+v", spins, plain, r.Stuck)
			}
		}
	}
}

// compare searches the input's program in both ways and reports whether both came
// to an end.
func compare(t *testing.T, input []byte) (plain, reduced search.Result, ok bool) {
	p := generate(input)
	p.Prepare()
	plain = search.Run(p, search.Limits{Work: 1_500_000, Plain: true})
	reduced = search.Run(p, search.Limits{Work: 1_500_000})
	if plain.Over || reduced.Over || plain.Lost+reduced.Lost > 0 {
		return plain, reduced, false
	}
	if want, got := sites(plain), sites(reduced); want != got {
		t.Errorf("input %x: reduced search finds\n%s\nplain search finds\n%s\nin\n%s", input, got, want, listing(p))
	}
	return plain, reduced, true
}

// sites lists who is stuck where.
func sites(r search.Result) string {
	var lines []string
	for _, s := range r.Stuck {
		lines = append(lines, fmt.Sprint(s.Stack))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func listing(p *model.Program) string {
	var b strings.Builder
	for i, f := range p.Funcs {
		fmt.Fprintf(&b, "%d %s\n", i, f.Name)
		for pc, in := range f.Code {
			fmt.Fprintf(&b, "\t%d\top %d dst %v args %v cases %v n %d then %d else %d\n", pc, in.Op, in.Dst, in.Args, in.Cases, in.N, in.Then, in.Else)
		}
	}
	return b.String()
}

// SPDX-License-Identifier: MIT

package search_test

import (
	"math/rand"
	"testing"

	"github.com/unleak/unleak/vet/internal/model"
	"github.com/unleak/unleak/vet/internal/search"
)

// BenchmarkRun searches models to their ends. Next to the time for a state it tells
// how much a unit of work takes: that should be about the same for all.
func BenchmarkRun(b *testing.B) {
	for _, bench := range []struct {
		name     string
		programs []*model.Program
	}{
		{"pool", []*model.Program{pool(4, 3)}},
		{"philosophers", []*model.Program{philosophers(5)}},
		{"generated", generated(200)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			states, work := 0, 0
			for b.Loop() {
				for _, p := range bench.programs {
					r := search.Run(p, search.Limits{Work: 1_500_000})
					if r.Over {
						b.Fatal("not searched to the end")
					}
					states += r.States
					work += r.Work
				}
			}
			ns := float64(b.Elapsed().Nanoseconds())
			b.ReportMetric(float64(states)/float64(b.N), "states/op")
			b.ReportMetric(ns/float64(states), "ns/state")
			b.ReportMetric(ns/float64(work), "ns/work")
		})
	}
}

func generated(n int) []*model.Program {
	random := rand.New(rand.NewSource(1))
	var list []*model.Program
	for range n {
		input := make([]byte, 40)
		random.Read(input)
		p := generate(input)
		p.Prepare()
		list = append(list, p)
	}
	return list
}

// code is a function under construction.
type code struct{ *model.Func }

func (c code) add(op model.Op, dst []int, args ...model.Operand) *model.Instr {
	c.Code = append(c.Code, model.Instr{Op: op, Dst: dst, Args: args})
	return &c.Code[len(c.Code)-1]
}

func number(n int) model.Operand { return model.Const(model.Number(n)) }

func function(n int) model.Operand {
	return model.Const(model.Value{Kind: model.Fn, A: int32(n), B: -1})
}

// pool has workers that take jobs from a channel, count them under a lock and give
// results to another.
func pool(workers, jobs int) *model.Program {
	main := code{&model.Func{Name: "main", Regs: 6}}
	main.add(model.MakeChan, []int{0}, number(1))
	main.add(model.MakeChan, []int{1}, number(0))
	main.add(model.New, []int{2}).Cells = []model.Value{{Kind: model.Mutex}}
	main.add(model.New, []int{3}).Cells = []model.Value{model.Number(0)}
	for range workers {
		main.add(model.Go, nil, function(1), model.Reg(0), model.Reg(1), model.Reg(2), model.Reg(3))
	}
	main.add(model.Go, nil, function(2), model.Reg(0))
	for range jobs {
		main.add(model.Recv, []int{4, 5}, model.Reg(1))
	}
	main.add(model.Return, nil)

	worker := code{&model.Func{Name: "worker", Params: 4, Regs: 6}}
	worker.add(model.Recv, []int{4, 5}, model.Reg(0)).Cells = []model.Value{model.Number(0)}
	in := worker.add(model.Branch, nil, model.Reg(5))
	in.Then, in.Else = 3, 2
	worker.add(model.Return, nil)
	worker.add(model.Lock, nil, model.Reg(2))
	in = worker.add(model.Load, []int{5}, model.Reg(3))
	in.N, in.Class = 1, 1
	worker.add(model.Bin, []int{5}, model.Reg(5), number(1)).Name = "+"
	in = worker.add(model.Store, nil, model.Reg(3), model.Reg(5))
	in.N, in.Class = 1, 1
	worker.add(model.Unlock, nil, model.Reg(2))
	worker.add(model.Send, nil, model.Reg(1), model.Reg(4))
	worker.add(model.Jump, nil).Then = 0

	producer := code{&model.Func{Name: "producer", Params: 1, Regs: 1}}
	for i := range jobs {
		producer.add(model.Send, nil, model.Reg(0), number(i))
	}
	producer.add(model.Close, nil, model.Reg(0))
	producer.add(model.Return, nil)
	p := &model.Program{Funcs: []*model.Func{main.Func, worker.Func, producer.Func}, Classes: 1}
	p.Prepare()
	return p
}

// philosophers take two of the locks around a table, for ever.
func philosophers(n int) *model.Program {
	main := code{&model.Func{Name: "main", Regs: n}}
	for i := range n {
		main.add(model.New, []int{i}).Cells = []model.Value{{Kind: model.Mutex}}
	}
	for i := range n {
		main.add(model.Go, nil, function(1), model.Reg(i), model.Reg((i+1)%n))
	}
	main.add(model.Return, nil)
	philosopher := code{&model.Func{Name: "philosopher", Params: 2, Regs: 2}}
	for _, op := range []model.Op{model.Lock, model.Unlock} {
		philosopher.add(op, nil, model.Reg(0))
		philosopher.add(op, nil, model.Reg(1))
	}
	philosopher.add(model.Jump, nil)
	p := &model.Program{Funcs: []*model.Func{main.Func, philosopher.Func}}
	p.Prepare()
	return p
}

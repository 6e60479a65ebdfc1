// SPDX-License-Identifier: MIT

package monitor

import (
	"errors"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
	"github.com/unleak/unleak/internal/live"
)

// A process is what is watched. Its methods are called by one goroutine.
type process interface {
	// numbers reads the runtime's metrics.
	numbers() Numbers
	// goroutines counts all goroutines but the monitor's own.
	goroutines() (*diagnose.Tally, error)
	// leaked returns what the runtime proves to be stuck.
	leaked() ([]*unleak.Goroutine, error)
	// memoryLimit returns how many bytes the process may take, or 0.
	memoryLimit() int64
}

// Numbers are what the runtime's metrics tell. A read takes some microseconds.
type Numbers struct {
	// Goroutines is how many there are. Running, Runnable, Waiting and NotInGo (in
	// system calls and cgo) are how many of them do so; their sum may differ a
	// little, for they are counted one after the other.
	Goroutines int `json:"goroutines"`
	Running    int `json:"running"`
	Runnable   int `json:"runnable"`
	Waiting    int `json:"waiting"`
	NotInGo    int `json:"notInGo"`
	// Created is how many were started since the process began.
	Created uint64 `json:"created"`
	// Threads is how many threads of the system the runtime has.
	Threads int `json:"threads"`
	// StackBytes is what goroutines' stacks take, in bytes; SysBytes what the
	// process has from the system.
	StackBytes int64 `json:"stackBytes"`
	SysBytes   int64 `json:"sysBytes"`
}

// this is the process that the monitor runs in.
type this struct {
	reader  live.Reader
	samples []metrics.Sample
}

// The metrics, in the order of Numbers (runtime/metrics, Go 1.26).
var metricNames = [...]string{
	"/sched/goroutines:goroutines",
	"/sched/goroutines/running:goroutines",
	"/sched/goroutines/runnable:goroutines",
	"/sched/goroutines/waiting:goroutines",
	"/sched/goroutines/not-in-go:goroutines",
	"/sched/goroutines-created:goroutines",
	"/sched/threads/total:threads",
	"/memory/classes/heap/stacks:bytes",
	"/memory/classes/total:bytes",
}

func newThis() *this {
	p := &this{samples: make([]metrics.Sample, len(metricNames))}
	for i, name := range metricNames {
		p.samples[i].Name = name
	}
	return p
}

func (p *this) numbers() Numbers {
	metrics.Read(p.samples)
	value := func(i int) uint64 {
		if v := p.samples[i].Value; v.Kind() == metrics.KindUint64 {
			return v.Uint64()
		}
		return 0
	}
	return Numbers{
		Goroutines: int(value(0)), Running: int(value(1)), Runnable: int(value(2)), Waiting: int(value(3)), NotInGo: int(value(4)),
		Created: value(5), Threads: int(value(6)), StackBytes: int64(value(7)), SysBytes: int64(value(8)),
	}
}

// own begins the entry function of the goroutine that Start starts: it is not looked at.
const own = "github.com/unleak/unleak/monitor.Start."

func (p *this) goroutines() (*diagnose.Tally, error) {
	tally := new(diagnose.Tally)
	var errs []error
	for r, err := range p.reader.Records(live.All) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if g := r.Goroutine(); !strings.HasPrefix(g.Entry().Func, own) {
			tally.Add(g)
		}
	}
	return tally, errors.Join(errs...)
}

func (p *this) leaked() ([]*unleak.Goroutine, error) {
	var list []*unleak.Goroutine
	for r, err := range p.reader.Records(live.Leaks) {
		if err != nil {
			return nil, err
		}
		g := r.Goroutine()
		g.Labels = nil // they tell nothing here, and each keeps a record
		same := slices.IndexFunc(list, func(o *unleak.Goroutine) bool { return o.Wait == g.Wait && slices.Equal(o.Stack, g.Stack) })
		if same >= 0 {
			list[same].Count += g.Count
			continue
		}
		list = append(list, g)
	}
	return list, nil
}

func (p *this) memoryLimit() int64 {
	return memoryLimit(debug.SetMemoryLimit(-1), os.DirFS("/"))
}

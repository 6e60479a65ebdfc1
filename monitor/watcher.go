// SPDX-License-Identifier: MIT

package monitor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
	"github.com/unleak/unleak/internal/live"
)

// A watcher watches one process. All but what is atomic belongs to the goroutine that
// calls tick.
type watcher struct {
	Options
	process  process
	now      func() time.Time
	started  time.Time
	schedule schedule
	watch    diagnose.Watch
	proof    proof
	budget   budget
	teller   teller
	config   unleak.Config
	from     string

	state     atomic.Pointer[state]
	goroutine atomic.Uint64 // the number of the one that runs it
}

// A state is what is known at an instant. It is never written to again.
type state struct {
	Status
	report *unleak.Report // as of the last profile; nil before the first
}

func newWatcher(o Options, p process, now func() time.Time) *watcher {
	w := &watcher{Options: o, process: p, now: now, started: now(), teller: teller{o: o, told: make(map[string]telling)}}
	w.watch.MaxKeys = o.MaxGroups
	w.config = unleak.Config{Tool: "unleak", Command: "monitor", Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		w.config.Module, w.config.Version = info.Main.Path, versionIn(info)
	}
	w.from = name()
	w.state.Store(&state{Status: Status{Started: w.started}})
	return w
}

// root is the module that this package is in.
const root = "github.com/unleak/unleak"

// versionIn returns the version of unleak that a program was built with.
func versionIn(info *debug.BuildInfo) string {
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == root {
			return m.Version
		}
	}
	return ""
}

// name says which process this is.
func name() string {
	name := fmt.Sprintf("%s, process %d", filepath.Base(os.Args[0]), os.Getpid())
	if host, err := os.Hostname(); err == nil {
		name += " on " + host
	}
	return name
}

// tick reads the numbers, and looks closer where that is due.
func (w *watcher) tick() {
	now := w.now()
	s := *w.state.Load()
	s.Time, s.Numbers = now, w.process.numbers()
	over := reached(s.Forecast, s.Goroutines)
	if s.Forecast == nil && w.MaxGoroutines > 0 {
		over = s.Goroutines >= w.MaxGoroutines // before the first profile
	}
	if !w.schedule.due(now, s.Goroutines, over) {
		w.state.Store(&s)
		return
	}
	w.look(now, &s)
	took := w.now().Sub(now)
	s.Profiles++
	s.Profiled, s.ProfileTime = now, s.ProfileTime+took
	over = reached(s.Forecast, s.Goroutines)
	w.state.Store(&s)
	w.teller.tell(&s.Status, over, now)
	w.schedule.done(now, took, s.Goroutines, over)
}

// look takes a profile and judges by it.
func (w *watcher) look(now time.Time, s *state) {
	tally, err := w.process.goroutines()
	if tally == nil {
		tally = new(diagnose.Tally)
	}
	look := &diagnose.Look{Snapshot: unleak.Snapshot{
		From: w.from, Time: now, Format: "text profile", Goroutines: tally.Total(),
		Memory: &unleak.Memory{Stack: s.StackBytes, Sys: s.SysBytes},
	}}
	losses := lost(nil, err, "profile")
	if w.Prove {
		proofs, err := w.prove(now, s.Goroutines, tally)
		s.Proofs += proofs
		losses = lost(losses, err, "proof")
		look.Proof = proofs > 0
	}
	look.Stacks = tally.Stacks()
	if tally.Total() > 0 {
		w.watch.Add(look)
	}
	w.budget = newBudget(&w.Options, w.process.memoryLimit())
	forecast := w.budget.forecast(s.Goroutines, s.StackBytes, 0)
	over := reached(forecast, s.Goroutines)
	j := w.watch.Judge(look, over)
	if forecast != nil && j.Trend.Steady {
		forecast = w.budget.forecast(s.Goroutines, s.StackBytes, j.Trend.PerHour)
	}
	w.note(j.Findings, forecast, s.Goroutines)
	s.Findings, s.Forecast = j.Findings, forecast
	s.report = w.report(look, &j, forecast, losses)
}

// lost adds what could not be read.
func lost(losses []unleak.Loss, err error, kind string) []unleak.Loss {
	if err == nil {
		return losses
	}
	return append(losses, unleak.Loss{Kind: "unreadable", Hides: true, Message: fmt.Sprintf("The %s could not be read: %v.", kind, err)})
}

// note says in the findings' evidence who saw them, and why a large number is one.
func (w *watcher) note(findings []unleak.Finding, forecast *unleak.Forecast, total int) {
	for i := range findings {
		for k := range findings[i].Evidence {
			e := &findings[i].Evidence[k]
			e.Source = unleak.SourceProcess
			if e.How == unleak.HowMany {
				e.Note = fmt.Sprintf("the process has %s, and its budget is %s", unleak.Plural(total, "goroutine"), unleak.Number(int(forecast.Goroutines)))
			}
		}
	}
}

// report puts a judgement into the words of a report, with as many groups as are
// kept.
func (w *watcher) report(look *diagnose.Look, j *diagnose.Judgement, forecast *unleak.Forecast, losses []unleak.Loss) *unleak.Report {
	r := &unleak.Report{
		Config:   w.config,
		Findings: j.Findings,
		Groups:   slices.Clone(j.Groups[:min(len(j.Groups), w.MaxGroups)]),
		Losses:   losses,
		Summary:  unleak.Summary{Total: j.Total, Idle: j.Idle, Running: j.Running, Forecast: forecast},
	}
	for _, past := range w.watch.Snapshots() {
		past.From, past.Format = w.from, look.Format
		r.Snapshots = append(r.Snapshots, past)
	}
	r.Snapshots = append(r.Snapshots, look.Snapshot)
	if n := len(j.Groups) - len(r.Groups); n > 0 {
		r.Losses = append(r.Losses, unleak.Loss{Kind: "capped", Message: fmt.Sprintf("The smallest %s not shown; Options.MaxGroups is %d.", groupsAre(n), w.MaxGroups)})
	}
	if n := w.watch.Missed(); n > 0 {
		r.Losses = append(r.Losses, unleak.Loss{Kind: "capped", Hides: true, Message: fmt.Sprintf("Of the smallest, %s not followed over time; Options.MaxGroups is %d.", groupsAre(n), w.MaxGroups)})
	}
	r.Config.NoProof = w.proof.missing(w.Prove)
	return r
}

func groupsAre(n int) string {
	if n == 1 {
		return "1 group is"
	}
	return unleak.Number(n) + " groups are"
}

// A proof is what the runtime proved so far.
type proof struct {
	tried time.Time
	// stuck lists what is stuck for ever, so that it is still when no new proof
	// was taken.
	stuck []*unleak.Goroutine
	none  string // why there was no proof
}

// missing says why no proof was taken; "" where one was.
func (p *proof) missing(wanted bool) string {
	if !wanted {
		return "monitor.Options.Prove asks for it; the package's documentation says what it costs."
	}
	return p.none
}

// prove marks in the tally what is proven to be stuck, by a proof that is taken now if
// it is time. It returns how many were taken.
func (w *watcher) prove(now time.Time, total int, tally *diagnose.Tally) (proofs int, err error) {
	p := &w.proof
	switch {
	case !p.tried.IsZero() && now.Sub(p.tried) < w.ProveEvery:
	case total > w.ProveBelow:
		p.none = fmt.Sprintf("There are %s, and monitor.Options.ProveBelow is %s.", unleak.Plural(total, "goroutine"), unleak.Number(w.ProveBelow))
	default:
		p.tried = now
		stuck, failed := w.process.leaked()
		switch {
		case errors.Is(failed, live.ErrNoProfile):
			p.none = failed.Error()
		case failed != nil:
			err = failed
		default:
			p.none = ""
			slices.SortStableFunc(stuck, func(a, b *unleak.Goroutine) int { return cmp.Compare(b.Count, a.Count) })
			p.stuck = stuck[:min(len(stuck), w.MaxGroups)]
			proofs = 1
		}
	}
	for _, g := range p.stuck {
		tally.Mark(g)
	}
	return proofs, err
}

// SPDX-License-Identifier: MIT

package monitor

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
	"github.com/unleak/unleak/internal/live"
)

// A made process is made of functions of the time. It owns the clock.
type made struct {
	now    time.Time
	start  time.Time
	counts map[string]func(hour float64) int // by function
	wait   unleak.Wait
	cost   time.Duration // of a profile
	limit  int64
	err    error // of profiles
	proven []*unleak.Goroutine
	unable error // of proofs

	profiles, proofs int
}

func newMade() *made {
	start := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	return &made{now: start, start: start, counts: make(map[string]func(float64) int), wait: unleak.WaitSend, cost: 20 * time.Millisecond}
}

func stack(function string) []unleak.Frame {
	return []unleak.Frame{{Func: "m." + function, File: "/m/a.go", Line: 7}, {Func: "m.run", File: "/m/a.go", Line: 70}}
}

func (m *made) hour() float64 { return m.now.Sub(m.start).Hours() }

func (m *made) numbers() Numbers {
	n := Numbers{}
	for _, count := range m.counts {
		n.Goroutines += count(m.hour())
	}
	n.Waiting, n.StackBytes = n.Goroutines, int64(n.Goroutines)*4096
	return n
}

func (m *made) goroutines() (*diagnose.Tally, error) {
	m.profiles++
	tally := new(diagnose.Tally)
	for name, count := range m.counts {
		if n := count(m.hour()); n > 0 && m.err == nil {
			tally.Add(&unleak.Goroutine{Count: n, Wait: m.wait, Stack: stack(name)})
		}
	}
	m.now = m.now.Add(m.cost)
	return tally, m.err
}

func (m *made) leaked() ([]*unleak.Goroutine, error) {
	m.proofs++
	return m.proven, m.unable
}

func (m *made) memoryLimit() int64 { return m.limit }

// watched is a made process with its watcher and what that told.
type watched struct {
	*made
	*watcher
	found []string
	first float64 // when, in hours
	log   bytes.Buffer
}

func watch(t *testing.T, m *made, o Options) *watched {
	t.Helper()
	w := &watched{made: m}
	o.OnFinding = func(f unleak.Finding) {
		if len(w.found) == 0 {
			w.first = m.hour()
		}
		w.found = append(w.found, fmt.Sprintf("%s %d by %s in %s", f.Grade, f.Count, f.Evidence[0].How, f.Blocked.Func))
	}
	o.Logger = slog.New(slog.NewTextHandler(&w.log, nil))
	o, err := o.complete()
	if err != nil {
		t.Fatal(err)
	}
	w.watcher = newWatcher(o, m, func() time.Time { return m.now })
	return w
}

// to watches until the hour.
func (w *watched) to(hour float64) {
	for w.hour() < hour {
		next := w.made.now.Add(w.Interval)
		w.tick()
		w.made.now = next
	}
}

// around draws numbers of those that come and go.
func around(mean func(hour float64) float64) func(float64) int {
	r := rand.New(rand.NewPCG(3, 5))
	return func(hour float64) int {
		level := mean(hour)
		return max(int(math.Round(level+r.NormFloat64()*math.Sqrt(level))), 0)
	}
}

func always(n float64) func(float64) float64 { return func(float64) float64 { return n } }

// TestSlowLeak: one goroutine a minute among 10,000 that come and go is found within
// two hours, however much a profile costs.
func TestSlowLeak(t *testing.T) {
	for _, cost := range []time.Duration{20 * time.Millisecond, 250 * time.Millisecond, 2500 * time.Millisecond} {
		m := newMade()
		m.cost = cost
		m.counts["serve"] = around(always(10_000))
		m.counts["leak"] = func(hour float64) int { return int(hour * 60) }
		w := watch(t, m, Options{MaxGoroutines: 20_000})
		w.to(2)
		if len(w.found) != 1 || !strings.HasPrefix(w.found[0], "likely ") || !strings.HasSuffix(w.found[0], " by growth in m.leak") {
			t.Fatalf("profiles of %v: found %q in two hours", cost, w.found)
		}
		s := w.state.Load()
		if f := s.Forecast; f == nil || f.PerHour < 50 || f.PerHour > 70 || f.Hours < 130 || f.Hours > 200 {
			t.Errorf("profiles of %v: forecast %+v, want 60 an hour and some 165 hours", cost, f)
		}
		if log := w.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "level=WARN") || !strings.Contains(log, "blocked=m.leak") || !strings.Contains(log, "hoursToBudget=") {
			t.Errorf("profiles of %v: the log is %q", cost, log)
		}
		if f := s.report.Findings[0]; f.Evidence[0].Source != unleak.SourceProcess || len(f.Impact.Counts) != len(s.report.Snapshots) {
			t.Errorf("profiles of %v: %+v with %d counts for %d snapshots", cost, f.Evidence, len(f.Impact.Counts), len(s.report.Snapshots))
		}
		t.Logf("profiles of %v: found after %.2f h and %d profiles", cost, w.first, m.profiles)
	}
}

// TestQuiet: a week of a service whose days have twenty times as many goroutines as its
// nights, with a warm-up and bursts that drain, and no alarm.
func TestQuiet(t *testing.T) {
	m := newMade()
	load := func(hour float64) float64 { return 0.525 - 0.475*math.Cos(2*math.Pi*(hour-3)/24) }
	m.counts["serve"] = around(func(hour float64) float64 { return 10_000 * load(hour) })
	m.counts["pool"] = func(hour float64) int { return int(64 * (1 - math.Exp(-hour*6))) }
	m.counts["backlog"] = func(hour float64) int {
		if in := math.Mod(hour, 30); in > 13 && in < 13.5 {
			return int(20_000 * math.Min(in-13, 13.5-in))
		}
		return 0
	}
	w := watch(t, m, Options{})
	w.to(7 * 24)
	if len(w.found) > 0 || w.log.Len() > 0 {
		t.Errorf("after %.1f h found %q, and told %s", w.first, w.found, &w.log)
	}
	if m.profiles < 7*24*25 {
		t.Errorf("%d profiles in a week", m.profiles)
	}
}

// TestBudget: what is over the budget is told once, with the groups that make it up.
func TestBudget(t *testing.T) {
	m := newMade()
	m.counts["serve"] = func(hour float64) int {
		if hour > 1 {
			return 5000
		}
		return 1000
	}
	w := watch(t, m, Options{MaxGoroutines: 4000})
	w.to(1)
	if len(w.found) > 0 {
		t.Fatalf("under the budget: %q", w.found)
	}
	w.to(1.02)
	want := "suspect 5000 by many in m.serve"
	if len(w.found) != 1 || w.found[0] != want {
		t.Fatalf("over the budget: %q, want %q", w.found, want)
	}
	w.to(2)
	if log := w.log.String(); len(w.found) != 1 || strings.Count(log, "budget allows") != 1 {
		t.Errorf("told %q, and\n%s", w.found, log)
	}
	if note := w.state.Load().Findings[0].Evidence[0].Note; !strings.Contains(note, "5,000") || !strings.Contains(note, "4,000") {
		t.Errorf("the note is %q", note)
	}
}

// TestBudgetTold: who goes around the budget is told of once, and again after having been
// well below it.
func TestBudgetTold(t *testing.T) {
	m := newMade()
	levels := []int{4100, 3900, 4100, 3000, 4100}
	m.counts["serve"] = func(hour float64) int { return levels[min(int(hour), len(levels)-1)] }
	w := watch(t, m, Options{MaxGoroutines: 4000})
	w.to(5)
	if n := strings.Count(w.log.String(), "budget allows"); n != 2 {
		t.Errorf("told %d times:\n%s", n, &w.log)
	}
}

// TestMemoryBudget: the share of the memory limit counts by what a stack takes.
func TestMemoryBudget(t *testing.T) {
	m := newMade()
	m.limit = 64 << 20 // a quarter of it holds 4,096 stacks of 4 KiB
	m.counts["serve"] = func(float64) int { return 4000 }
	w := watch(t, m, Options{})
	w.tick()
	if f := w.state.Load().Forecast; f == nil || f.Goroutines != 4096 || f.Bytes != 16<<20 || len(w.found) > 0 {
		t.Errorf("forecast %+v, found %q", f, w.found)
	}
	w = watch(t, m, Options{MemoryShare: -1})
	w.tick()
	if f := w.state.Load().Forecast; f != nil {
		t.Errorf("no budget: %+v", f)
	}
}

// TestTold: a finding is told again when its number has doubled, or when it was gone for
// long.
func TestTold(t *testing.T) {
	m := newMade()
	m.wait = unleak.WaitSendNil
	n := 3
	m.counts["stuck"] = func(float64) int { return n }
	w := watch(t, m, Options{})
	w.to(1)
	n = 5
	w.to(2)
	n = 6
	w.to(3)
	n = 0
	w.to(3.5)
	n = 6
	w.to(4)
	n = 0
	w.to(5.5)
	n = 6
	w.to(6)
	want := []string{"proven 3 by always-stuck in m.stuck", "proven 6 by always-stuck in m.stuck", "proven 6 by always-stuck in m.stuck"}
	if strings.Join(w.found, "\n") != strings.Join(want, "\n") {
		t.Errorf("told %q, want %q", w.found, want)
	}
}

// TestProof: the proof is asked for where it is wanted, not too often and not of too
// many, and what it proved stays proven.
func TestProof(t *testing.T) {
	m := newMade()
	m.counts["serve"] = func(float64) int { return 500 }
	m.counts["stuck"] = func(float64) int { return 9 }
	m.proven = []*unleak.Goroutine{{Count: 9, Wait: m.wait, Stack: stack("stuck"), Leaked: true}}
	w := watch(t, m, Options{})
	w.to(3)
	if m.proofs > 0 || w.state.Load().report.Config.NoProof == "" {
		t.Errorf("nobody asked: %d proofs, %q", m.proofs, w.state.Load().report.Config.NoProof)
	}
	w = watch(t, m, Options{Prove: true})
	w.to(6.1)
	if m.proofs != 4 || w.state.Load().Proofs != 4 { // at 3 h, 4 h, 5 h, 6 h
		t.Errorf("%d proofs in three hours", m.proofs)
	}
	want := "proven 9 by gc-proof in m.stuck"
	if s := w.state.Load(); len(w.found) != 1 || w.found[0] != want || len(s.Findings) != 1 || s.report.Config.NoProof != "" {
		t.Errorf("told %q, and there are %d findings; no proof: %q", w.found, len(s.Findings), s.report.Config.NoProof)
	}
	w = watch(t, m, Options{Prove: true, ProveBelow: 400})
	w.to(9)
	if m.proofs != 4 || len(w.found) > 0 || !strings.Contains(w.state.Load().report.Config.NoProof, "ProveBelow is 400") {
		t.Errorf("too many goroutines: %d proofs, %q", m.proofs, w.state.Load().report.Config.NoProof)
	}
	m.unable = fmt.Errorf("profile: %w", live.ErrNoProfile)
	w = watch(t, m, Options{Prove: true})
	w.tick()
	if s := w.state.Load(); len(s.report.Losses) > 0 || !strings.Contains(s.report.Config.NoProof, "GOEXPERIMENT") || s.Proofs != 0 {
		t.Errorf("a runtime that cannot prove: %q, %v", s.report.Config.NoProof, s.report.Losses)
	}
	m.unable = errors.New("the moon")
	w = watch(t, m, Options{Prove: true})
	w.tick()
	if s := w.state.Load(); len(s.report.Losses) != 1 || !s.report.Hides() {
		t.Errorf("a proof that failed: losses %v", s.report.Losses)
	}
}

// TestLosses: what could not be seen is in the report.
func TestLosses(t *testing.T) {
	m := newMade()
	for i := range 30 {
		m.counts[fmt.Sprint("f", i)] = func(float64) int { return i + 1 }
	}
	w := watch(t, m, Options{MaxGroups: 10})
	w.tick()
	r := w.state.Load().report
	if len(r.Groups) != 10 || r.Groups[0].Count != 30 || len(r.Losses) != 2 || !r.Hides() {
		t.Errorf("%d groups, losses %+v", len(r.Groups), r.Losses)
	}
	m.err = errors.New("the moon")
	m.now = m.now.Add(time.Hour)
	w.tick()
	if r := w.state.Load().report; len(r.Losses) == 0 || !strings.Contains(r.Losses[0].Message, "the moon") {
		t.Errorf("a profile that failed: losses %+v", r.Losses)
	}
}

func TestOptions(t *testing.T) {
	o, err := Options{}.complete()
	if err != nil || o.Interval != 10*time.Second || o.MemoryShare != 0.25 || o.Logger == nil || o.ProveBelow != 100_000 {
		t.Errorf("the zero value: %+v, %v", o, err)
	}
	for field, o := range map[string]Options{
		"Interval":      {Interval: time.Millisecond},
		"ProveEvery":    {ProveEvery: -1},
		"MaxGoroutines": {MaxGoroutines: -1},
		"MaxGroups":     {MaxGroups: -1},
		"ProveBelow":    {ProveBelow: -1},
		"MemoryShare":   {MemoryShare: math.NaN()},
	} {
		var bad *OptionError
		if _, err := o.complete(); !errors.As(err, &bad) || bad.Option != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

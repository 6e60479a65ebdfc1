// SPDX-License-Identifier: MIT

package inspect

import (
	"fmt"
	"slices"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/capture"
	"github.com/unleak/unleak/internal/diagnose"
)

// report puts a judgement into the words of a report.
func (i *inspector) report(l *looker, looks []*diagnose.Look, j diagnose.Judgement) *unleak.Report {
	last := looks[len(looks)-1]
	r := &unleak.Report{
		Config:   unleak.Config{Tool: "unleak", Command: "inspect", Module: i.checkout.Module(), NoProof: i.noProof(l, last, j)},
		Findings: j.Findings,
		Groups:   j.Groups,
		Losses:   slices.Clone(l.losses),
		Summary:  unleak.Summary{Total: j.Total, Idle: j.Idle, Running: j.Running},
	}
	for _, look := range looks {
		r.Snapshots = append(r.Snapshots, look.Snapshot)
	}
	for _, by := range i.By {
		r.Rollups = append(r.Rollups, rollup(by, r.Groups))
	}
	if len(looks) == 1 || i.Diff || i.Every > 0 { // one process
		r.Summary.Forecast = forecast(i.Limit, last, j)
	}
	i.note(r, looks)
	i.checkout.Finish(r.Findings, i.checkout.Tree())
	i.finish(r.Groups)
	r.Losses = append(r.Losses, i.checkout.Missing()...)
	return r
}

// note says what else is to be known of the looks, for the report to be read
// rightly.
func (i *inspector) note(r *unleak.Report, looks []*diagnose.Look) {
	say := func(kind, format string, args ...any) {
		r.Losses = append(r.Losses, unleak.Loss{Kind: kind, Message: fmt.Sprintf(format, args...)})
	}
	last := looks[len(looks)-1]
	for n, look := range looks[1:] {
		if before := looks[n]; i.Diff && !look.Time.IsZero() && look.Time.Before(before.Time) {
			say("order", "%s is older than %s, which was given before it: with -diff the oldest comes first.", look.From, before.From)
		}
	}
	if last.Proof && i.Capture.Leak {
		say("proof", "The process was asked for its goroutineleak profile. %s %s", capture.LeakCost, capture.LeakDoubt)
	}
	if len(looks) == 1 && len(r.Findings) > 0 && r.Findings[0].Grade == unleak.Suspect {
		say("one-look", "One look shows how many there are, not what grows: %s.", i.lookAgain())
	}
	if r.Summary.Forecast == nil && i.Limit.Bytes > 0 {
		say("no-memory", "A -limit in bytes needs to know what a stack takes, which %s does not tell: give a number of goroutines, or the address of the process.", last.From)
	}
}

// lookAgain says how to see what grows.
func (i *inspector) lookAgain() string {
	if capture.IsTarget(i.Args[0]) {
		return "look for a while, unleak inspect -every=10s -for=1m " + i.Args[0]
	}
	return "take another in a few minutes and compare them, unleak inspect -diff OLD NEW"
}

// noProof says why there is no proof of the runtime's, and how to ask for it.
func (i *inspector) noProof(l *looker, last *diagnose.Look, j diagnose.Judgement) string {
	switch {
	case l.noProof != "":
		return l.noProof
	case last.Proof || len(j.Findings) == 0 || !capture.IsTarget(i.Args[0]):
		return ""
	}
	return "-leak asks for it; \"unleak help inspect\" says what it costs."
}

// finish names the groups' files as reports do.
func (i *inspector) finish(groups []unleak.Group) {
	type code struct{ function, file string }
	shown := make(map[code]string)
	show := func(f *unleak.Frame) {
		at := code{f.Func, f.File}
		name, ok := shown[at]
		if !ok {
			name = i.checkout.ShowFrame(*f)
			shown[at] = name
		}
		f.File = name
	}
	for n := range groups {
		g := &groups[n]
		g.Stack = slices.Clone(g.Stack) // shared with others
		for k := range g.Stack {
			show(&g.Stack[k])
		}
		if g.Created != nil {
			show(g.Created)
		}
	}
}

// defaultRoom is the memory for which a forecast tells how many goroutines it
// holds, where no limit is given and there are as many that their mean stack says
// something: with a few, it is the runtime's own stacks that count.
const (
	defaultRoom = 1 << 30
	enough      = 1000
)

// forecast says how many goroutines there can be, and when there will be as many;
// nil where nothing tells.
func forecast(limit Limit, last *diagnose.Look, j diagnose.Judgement) *unleak.Forecast {
	f := &unleak.Forecast{Goroutines: limit.Goroutines, Bytes: limit.Bytes, PerHour: j.Trend.PerHour}
	if last.Skipped > 0 {
		return nil
	}
	if last.Memory != nil && j.Total > 0 {
		f.PerGoroutine = last.Memory.Stack / int64(j.Total)
	}
	if f.Goroutines == 0 {
		if f.Bytes == 0 {
			f.Bytes = defaultRoom
		}
		if f.PerGoroutine <= 0 || limit.Bytes == 0 && j.Total < enough {
			return nil
		}
		f.Goroutines = f.Bytes / f.PerGoroutine
	}
	if j.Trend.Steady && f.PerHour > 0 {
		f.Hours = max(float64(f.Goroutines-int64(j.Total)), 0) / f.PerHour
	}
	return f
}

// SPDX-License-Identifier: MIT

// Package inspect is "unleak inspect": it reads dumps and profiles from files and
// running processes, and says which goroutines leak.
package inspect

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/capture"
	"github.com/unleak/unleak/cmd/unleak/internal/checkout"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
	"github.com/unleak/unleak/internal/diagnose"
)

// Run looks and judges. It yields a report; with Options.Every one after each
// look, of which the last is the whole. A look that failed after others is an
// error beside a nil report, and looking goes on; any other error ends the
// sequence.
func Run(ctx context.Context, o Options, s Streams) iter.Seq2[*unleak.Report, error] {
	return func(yield func(*unleak.Report, error) bool) {
		i, err := newInspector(o, s)
		if err != nil {
			yield(nil, err)
			return
		}
		defer i.client.Close()
		if o.Every > 0 {
			i.watch(ctx, yield)
			return
		}
		yield(i.once(ctx))
	}
}

// An inspector is one run.
type inspector struct {
	Options
	Streams
	client   *capture.Client
	checkout *checkout.Checkout
}

func newInspector(o Options, s Streams) (*inspector, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if s.Progress == nil {
		s.Progress = func(string) {}
	}
	o.Capture.Progress = s.Progress
	client, err := capture.New(o.Capture)
	if err != nil {
		return nil, err
	}
	co, err := checkout.Open(checkout.Options{Dir: s.Dir, SourceDirs: o.SourceDirs, Getenv: s.Getenv})
	if err != nil {
		client.Close()
		return nil, err
	}
	return &inspector{Options: o, Streams: s, client: client, checkout: co}, nil
}

// once is the pipeline for what is there already: open, look, judge, report.
func (i *inspector) once(ctx context.Context) (*unleak.Report, error) {
	l := &looker{filter: i.Filter}
	var looks []*diagnose.Look
	var from []unleak.Source
	for _, arg := range i.Args {
		in, err := i.open(ctx, arg)
		if err != nil {
			return nil, err
		}
		look, replayed, err := i.read(ctx, l, in)
		switch {
		case err != nil:
			return nil, err
		case replayed != nil && len(i.Args) > 1:
			return nil, usage.Errorf("%s is a report of unleak's own: give it alone", in.from)
		case replayed != nil:
			return replayed, nil
		}
		looks = append(looks, look)
		from = append(from, in.source)
	}
	if i.Diff || len(looks) == 1 {
		return i.report(l, looks, i.judge(looks, from[len(from)-1], false)), nil
	}
	var all []diagnose.Judgement
	total := 0
	for n, look := range looks {
		all = append(all, i.judge([]*diagnose.Look{look}, from[n], true))
		total += look.Process()
	}
	return i.report(l, looks, merge(all, total)), nil
}

// judge judges the looks at one process. With several processes, evidence names
// the one.
func (i *inspector) judge(looks []*diagnose.Look, from unleak.Source, several bool) diagnose.Judgement {
	last := looks[len(looks)-1]
	j := diagnose.Judge(looks, i.checkout.Tree())
	for n := range j.Findings {
		for m := range j.Findings[n].Evidence {
			e := &j.Findings[n].Evidence[m]
			e.Source = from
			if several {
				e.Instance = last.From
			}
			if e.How == unleak.HowProof && !last.Proof {
				e.Note = "the dump marks them (leaked): the runtime proved it, perhaps long ago, since the mark of a goroutineleak profile stays"
			}
		}
	}
	return j
}

// report puts a judgement into the words of a report.
func (i *inspector) report(l *looker, looks []*diagnose.Look, j diagnose.Judgement) *unleak.Report {
	r := &unleak.Report{
		Config:   unleak.Config{Tool: "unleak", Command: "inspect", Module: i.checkout.Module()},
		Findings: j.Findings,
		Groups:   j.Groups,
		Losses:   slices.Clone(l.losses),
		Summary:  unleak.Summary{Total: j.Total, Idle: j.Idle, Running: j.Running},
	}
	for n, look := range looks {
		r.Snapshots = append(r.Snapshots, look.Snapshot)
		if n > 0 && i.Diff && !look.Time.IsZero() && look.Time.Before(looks[n-1].Time) {
			r.Losses = append(r.Losses, unleak.Loss{Kind: "order", Message: look.From + " is older than " + looks[n-1].From + ", which was given before it: with -diff the oldest comes first."})
		}
	}
	for _, by := range i.By {
		r.Rollups = append(r.Rollups, rollup(by, r.Groups))
	}
	last := looks[len(looks)-1]
	switch {
	case last.Proof && i.Capture.Leak:
		r.Losses = append(r.Losses, unleak.Loss{Kind: "proof", Message: "The process was asked for its goroutineleak profile. " + capture.LeakCost + " " + capture.LeakDoubt})
	case l.noProof != "":
		r.Config.NoProof = l.noProof
	case len(r.Findings) > 0:
		r.Config.NoProof = i.noProof(last)
	}
	if len(looks) == 1 && len(r.Findings) > 0 && r.Findings[0].Grade == unleak.Suspect {
		r.Losses = append(r.Losses, unleak.Loss{Kind: "one-look", Message: "One look shows how many there are, not what grows: " + i.lookAgain() + "."})
	}
	if len(looks) == 1 || i.Diff || i.Every > 0 {
		r.Summary.Forecast = forecast(i.Limit, last, j)
	}
	if r.Summary.Forecast == nil && i.Limit.Bytes > 0 {
		r.Losses = append(r.Losses, unleak.Loss{Kind: "no-memory", Message: "A -limit in bytes needs to know what a stack takes, which " + last.From + " does not tell: give a number of goroutines, or the address of the process."})
	}
	i.checkout.Finish(r.Findings, i.checkout.Tree())
	i.finish(r.Groups)
	r.Losses = append(r.Losses, i.checkout.Missing()...)
	return r
}

// lookAgain says how to see what grows.
func (i *inspector) lookAgain() string {
	if capture.IsTarget(i.Args[0]) {
		return "look for a while, unleak inspect -every=10s -for=1m " + i.Args[0]
	}
	return "take another in a few minutes and compare them, unleak inspect -diff OLD NEW"
}

// noProof says why the runtime was not asked for its proof, and how to ask it.
func (i *inspector) noProof(last *diagnose.Look) string {
	if last.Proof || !capture.IsTarget(i.Args[0]) {
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

// progressf tells what goes on.
func (i *inspector) progressf(format string, args ...any) {
	i.Progress(fmt.Sprintf(format, args...))
}

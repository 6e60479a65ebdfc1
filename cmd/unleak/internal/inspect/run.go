// SPDX-License-Identifier: MIT

// Package inspect is "unleak inspect": it reads dumps and profiles from files and
// running processes, and says which goroutines leak.
package inspect

import (
	"context"
	"fmt"
	"iter"

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

// progressf tells what goes on.
func (i *inspector) progressf(format string, args ...any) {
	i.Progress(fmt.Sprintf(format, args...))
}

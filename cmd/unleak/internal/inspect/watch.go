// SPDX-License-Identifier: MIT

package inspect

import (
	"context"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
)

// maxLooks bounds how many looks are kept. Beyond, every other one is forgotten,
// so that the first and the last stay, and the time between.
const maxLooks = 64

// watch looks at a process again and again, and yields a report after each look. A
// process that watches itself serves reports of its own.
func (i *inspector) watch(ctx context.Context, yield func(*unleak.Report, error) bool) {
	var looks []*diagnose.Look
	failures, seen := 0, false
	end := time.Now().Add(i.For)
	tick := time.NewTicker(i.Every)
	defer tick.Stop()
	for {
		l := &looker{filter: i.Filter}
		look, replayed, err := i.again(ctx, l)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !seen:
			yield(nil, err)
			return
		case err != nil:
			if failures++; !yield(nil, err) {
				return
			}
		case replayed != nil:
			seen = true
			i.progressf("%s  %s", time.Now().Format(time.TimeOnly), unleak.Plural(replayed.Summary.Total, "goroutine"))
			if !yield(replayed, nil) {
				return
			}
		default:
			seen = true
			looks = thin(append(looks, look))
			j := i.judge(looks, unleak.SourceProcess, false)
			if failures > 0 {
				l.lose("not-looked", false, "%s of the process failed; the others tell what is said here.", unleak.Plural(failures, "look"))
			}
			i.tell(looks, j)
			if !yield(i.report(l, looks, j), nil) {
				return
			}
		}
		if i.For > 0 && !time.Now().Add(i.Every).Before(end.Add(i.Every/2)) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// again takes one look at the one process, or gets its own report.
func (i *inspector) again(ctx context.Context, l *looker) (*diagnose.Look, *unleak.Report, error) {
	in, err := i.open(ctx, i.Args[0])
	if err != nil {
		return nil, nil, err
	}
	return i.read(ctx, l, in)
}

// thin keeps the number of looks bounded.
func thin(looks []*diagnose.Look) []*diagnose.Look {
	if len(looks) <= maxLooks {
		return looks
	}
	var kept []*diagnose.Look
	for n, look := range looks {
		if n%2 == 0 || n == len(looks)-1 {
			kept = append(kept, look)
		}
	}
	return kept
}

// tell says how the number changed with the last look.
func (i *inspector) tell(looks []*diagnose.Look, j diagnose.Judgement) {
	last := looks[len(looks)-1]
	if len(looks) == 1 {
		i.progressf("%s  %s", last.Time.Format(time.TimeOnly), unleak.Plural(last.Goroutines, "goroutine"))
		return
	}
	before := looks[len(looks)-2]
	change := last.Goroutines - before.Goroutines
	rate := 0.0
	if s := last.Time.Sub(before.Time).Seconds(); s > 0 {
		rate = float64(change) / s
	}
	most := ""
	if len(j.Findings) > 0 {
		f := &j.Findings[0]
		most = "  " + string(f.Grade) + ": " + f.Headline()
	}
	i.progressf("%s  %s  %+d (%+.1f/s)%s", last.Time.Format(time.TimeOnly), unleak.Plural(last.Goroutines, "goroutine"), change, rate, most)
}

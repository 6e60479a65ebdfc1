// SPDX-License-Identifier: MIT

package monitor

import (
	"context"
	"log/slog"
	"time"

	"github.com/unleak/unleak"
)

// A teller hands findings on, each once.
type teller struct {
	o    Options
	told map[string]telling // by key
	over bool
}

// A telling is what was told of a finding, and when it was last seen.
type telling struct {
	rank, count int
	seen        time.Time
}

// forgotten is how long a finding has to be gone to be told as new.
const forgotten = time.Hour

// tell tells what is new.
func (t *teller) tell(s *Status, over bool, now time.Time) {
	for i := range s.Findings {
		f := &s.Findings[i]
		old, known := t.told[f.Key]
		isNew := !known || f.Grade.Rank() > old.rank || f.Count >= 2*old.count
		if isNew {
			old = telling{rank: f.Grade.Rank(), count: f.Count}
		}
		old.seen = now
		t.told[f.Key] = old
		if !isNew {
			continue
		}
		t.log(f, s.Forecast)
		if t.o.OnFinding != nil {
			t.o.OnFinding(*f)
		}
	}
	for key, old := range t.told {
		if now.Sub(old.seen) > forgotten {
			delete(t.told, key)
		}
	}
	if over && !t.over {
		t.o.Logger.Warn("unleak: the process has as many goroutines as its budget allows",
			slog.Int("goroutines", s.Goroutines), slog.Int64("budget", s.Forecast.Goroutines))
	}
	if f := s.Forecast; over || f == nil || 10*int64(s.Goroutines) < 9*f.Goroutines {
		t.over = over // and not told again as long as it is near
	}
}

// log writes a finding as one record.
func (t *teller) log(f *unleak.Finding, forecast *unleak.Forecast) {
	attrs := []slog.Attr{
		slog.String("grade", string(f.Grade)),
		slog.Int("count", f.Count),
		slog.String("wait", string(f.Wait)),
		slog.String("blocked", f.Blocked.Func),
		slog.String("entry", f.Entry.Func),
		slog.String("cause", string(f.Cause)),
		slog.String("key", f.Key),
		slog.String("why", f.Explanation),
	}
	if f.Impact != nil && f.Impact.PerHour > 0 {
		attrs = append(attrs, slog.Float64("perHour", f.Impact.PerHour))
	}
	if forecast != nil && forecast.Hours > 0 {
		attrs = append(attrs, slog.Float64("hoursToBudget", forecast.Hours))
	}
	t.o.Logger.LogAttrs(context.Background(), slog.LevelWarn, "unleak: goroutines leak", attrs...)
}

// SPDX-License-Identifier: MIT

package monitor

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/unleak/unleak"
)

// Options says how to watch. The zero value is good for most programs.
type Options struct {
	// Interval is the time between two readings of the runtime's numbers; 0
	// means 10 s, and 1 s is the least.
	Interval time.Duration
	// MaxGoroutines is the budget: how many goroutines the process may have. 0
	// means no such budget.
	MaxGoroutines int
	// MemoryShare is the budget in memory: how large a share of the memory limit
	// the stacks of goroutines may take, from 0 to 1. The limit is that of
	// GOMEMLIMIT or of the cgroup (v2 or v1), whichever is less; without either
	// there is no such budget. 0 means 0.25, a negative value none.
	MemoryShare float64
	// MaxGroups bounds how many groups are followed and shown; 0 means 2,000.
	// Programs have some hundred. What is left out is told in the report.
	MaxGroups int

	// Prove asks the runtime for its proof, see the package's words on what it
	// costs and on its hazard. Where the runtime cannot prove anything, the report
	// says so.
	Prove bool
	// ProveEvery is the least time between two proofs; 0 means an hour, and a
	// minute is the least.
	ProveEvery time.Duration
	// ProveBelow is up to how many goroutines a proof is asked for; 0 means
	// 100,000, for which the process stands still for about 25 ms.
	ProveBelow int

	// OnFinding is called for each finding that is new, and again when its grade
	// rises or its number has doubled. It is called by the monitor's goroutine:
	// while it runs, nothing is watched. nil calls nothing.
	OnFinding func(unleak.Finding)
	// Logger is told what OnFinding is told, at slog.LevelWarn, and when the
	// budget is reached; nil means slog.Default().
	// slog.New(slog.DiscardHandler) tells nobody.
	Logger *slog.Logger
}

// The defaults.
const (
	defaultInterval   = 10 * time.Second
	minInterval       = time.Second
	defaultShare      = 0.25
	defaultGroups     = 2000
	defaultProveEvery = time.Hour
	minProveEvery     = time.Minute
	defaultProveBelow = 100_000
)

// An OptionError tells of an option that cannot be meant.
type OptionError struct {
	// Option is the field's name, and Problem what is wrong and what to set.
	Option, Problem string
}

// Error implements error. It names the option, and says what to write instead.
func (e *OptionError) Error() string {
	return fmt.Sprintf("monitor.Options.%s: %s", e.Option, e.Problem)
}

// complete puts the defaults in and refuses what cannot be meant.
func (o Options) complete() (Options, error) {
	for _, d := range []struct {
		name         string
		value        *time.Duration
		zero, lowest time.Duration
	}{
		{"Interval", &o.Interval, defaultInterval, minInterval},
		{"ProveEvery", &o.ProveEvery, defaultProveEvery, minProveEvery},
	} {
		switch {
		case *d.value == 0:
			*d.value = d.zero
		case *d.value < d.lowest:
			return o, &OptionError{d.name, fmt.Sprintf("%v is too short; the least is %v, and 0 means %v", *d.value, d.lowest, d.zero)}
		}
	}
	for _, n := range []struct {
		name  string
		value *int
		zero  int
	}{
		{"MaxGoroutines", &o.MaxGoroutines, 0},
		{"MaxGroups", &o.MaxGroups, defaultGroups},
		{"ProveBelow", &o.ProveBelow, defaultProveBelow},
	} {
		switch {
		case *n.value == 0:
			*n.value = n.zero
		case *n.value < 0:
			return o, &OptionError{n.name, fmt.Sprintf("%d is negative; 0 means the default", *n.value)}
		}
	}
	switch {
	case o.MemoryShare == 0:
		o.MemoryShare = defaultShare
	case o.MemoryShare < 0:
		o.MemoryShare = 0
	case !(o.MemoryShare <= 1):
		return o, &OptionError{"MemoryShare", fmt.Sprintf("%v is no share; give one from 0 to 1", o.MemoryShare)}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o, nil
}

// SPDX-License-Identifier: MIT

package leaktest

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
	"github.com/unleak/unleak/internal/live"
	"github.com/unleak/unleak/internal/rules"
)

// A scope is what a check looks at.
type scope interface {
	// empty reports whether nothing is left, as far as that can be told at once.
	empty() bool
	// left returns what is left, without what may stay.
	left() []*unleak.Goroutine
	// proven reports whether the runtime has proved that all of what is left is
	// stuck for good.
	proven(left []*unleak.Goroutine) bool
}

const (
	// firstPause and lastPause bound how long a wait sleeps between two looks.
	firstPause = 100 * time.Microsecond
	lastPause  = 25 * time.Millisecond
	// still is for how long nothing must have changed before the proof is tried:
	// it stops the world, and for most goroutines the end is near.
	still = 30 * time.Millisecond
	// enoughLooks is how many looks in a row must show the same at the end of the
	// grace: on a busy machine the time passes while no goroutine gets to run.
	enoughLooks = 4
	// patience is how many times the grace a wait may take while something moves.
	patience = 4
)

// wait waits until nothing is left of the scope, and else returns what is. It takes
// as long as Options.Grace says, and no longer than the context lives.
func wait(ctx context.Context, o *Options, s scope) []*unleak.Goroutine {
	var (
		start = time.Now()
		since = start // nothing has changed from then on
		left  []*unleak.Goroutine
		last  state
		at    moment
		looks int // in which nothing has changed
		tried = o.NoProof
		pause = firstPause
	)
	for {
		if s.empty() {
			return nil
		}
		begun := time.Now()
		if m := now(); left != nil && m == at && last.running == 0 {
			looks++ // nobody came or went: that needs no profile
		} else {
			at, left = m, s.left()
			if len(left) == 0 {
				return nil
			}
			if next := stateOf(left); next == last {
				looks++
			} else {
				last, since, looks = next, time.Now(), 0
			}
		}
		passed := time.Since(start)
		switch {
		case passed >= o.Grace && (looks >= enoughLooks && last.running == 0 || passed >= patience*o.Grace), ctx.Err() != nil:
			return left
		case !tried && last.provable && looks > 0 && time.Since(since) >= still:
			tried = true
			if s.proven(left) {
				return left
			}
		}
		// A look at many goroutines takes long: then they get more time between.
		sleep(ctx, max(pause, 2*time.Since(begun)))
		pause = min(2*pause, lastPause)
	}
}

// A moment tells whether any goroutine came or went since another.
type moment struct {
	there   int
	created uint64
}

func now() moment { return moment{runtime.NumGoroutine(), live.Created()} }

// A state is what must stay the same for a scope to be still.
type state struct {
	goroutines, records, running int
	provable                     bool // all of them wait in a way that the runtime can prove
}

func stateOf(left []*unleak.Goroutine) state {
	s := state{records: len(left), provable: true}
	for _, g := range left {
		s.goroutines += g.Count
		if g.Wait == unleak.WaitRunning {
			s.running += g.Count
		}
		s.provable = s.provable && g.Wait.Provable()
	}
	return s
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// A sieve takes out what may stay.
type sieve struct {
	*Options
	used  []bool // by Ignore
	known *rules.Baseline
}

// newSieve makes one. The error says what is wrong with the options.
func newSieve(o *Options) (*sieve, error) {
	if o.Grace == 0 {
		o.Grace = defaultGrace
	}
	o.NoProof = o.NoProof || !live.CanProve()
	s := &sieve{Options: o, used: make([]bool, len(o.Ignore)), known: new(rules.Baseline)}
	for _, list := range [...][]Ignore{o.Ignore, o.Background} {
		for i := range list {
			if list[i].isEmpty() {
				return nil, &MisuseError{"an Ignore in which nothing is set fits no goroutine: set Func, Top, Package, Creator, State, Label or Match"}
			}
		}
	}
	if o.Baseline == "" {
		return s, nil
	}
	f, err := os.Open(o.Baseline)
	if err != nil {
		return nil, fmt.Errorf("leaktest: no baseline: %w; write one with unleak test -baseline=FILE -update-baseline", err)
	}
	defer f.Close()
	if s.known, err = rules.ReadBaseline(f); err != nil {
		return nil, fmt.Errorf("leaktest: baseline %s: %w", o.Baseline, err)
	}
	return s, nil
}

// rest returns the goroutines that may not stay, and notes which of Ignore was of
// use.
func (s *sieve) rest(goroutines []*unleak.Goroutine) []*unleak.Goroutine {
	if len(goroutines) == 0 {
		return nil
	}
	rest, _ := diagnose.Idle(goroutines)
	return s.sift(rest)
}

// sift is the part of rest that depends on Options. It writes over its argument.
func (s *sieve) sift(goroutines []*unleak.Goroutine) []*unleak.Goroutine {
	kept := goroutines[:0]
	for _, g := range goroutines {
		if g.Wait.CanLeak() && !s.ignores(g) {
			kept = append(kept, g)
		}
	}
	return kept
}

func (s *sieve) ignores(g *unleak.Goroutine) bool {
	found := false
	for i := range s.Ignore {
		if s.Ignore[i].fits(g) {
			s.used[i], found = true, true
		}
	}
	for i := range s.Background {
		found = found || s.Background[i].fits(g)
	}
	return found
}

// unused lists those of Ignore that matched nothing.
func (s *sieve) unused() []string {
	var list []string
	for i, used := range s.used {
		if !used {
			list = append(list, s.Ignore[i].String())
		}
	}
	return list
}

// SPDX-License-Identifier: MIT

package inspect

import (
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

// A Filter says which goroutines to look at. The zero Filter keeps all.
type Filter struct {
	// Focus keeps those with a function or file on their stack, or a label's
	// value, that matches.
	Focus *regexp.Regexp
	// Wait keeps those whose wait reason matches.
	Wait *regexp.Regexp
	// MinAge keeps those that have waited for at least as long, by the minutes
	// that they show.
	MinAge time.Duration
	// State keeps those in one of the states: blocked, running, sleep, io,
	// syscall, leaked, locked.
	State string
}

// A state is a value of -state, and what is in that state.
type state struct {
	name string
	is   func(*unleak.Goroutine) bool
}

var states = [...]state{
	{"blocked", func(g *unleak.Goroutine) bool { return !g.Wait.Moving() && g.Wait.CanLeak() || g.Wait == "" }},
	{"running", func(g *unleak.Goroutine) bool { return g.Wait == unleak.WaitRunning }},
	{"sleep", func(g *unleak.Goroutine) bool { return g.Wait == unleak.WaitSleep }},
	{"io", func(g *unleak.Goroutine) bool { return g.Wait == unleak.WaitIO }},
	{"syscall", func(g *unleak.Goroutine) bool { return g.Wait == unleak.WaitSyscall }},
	{"leaked", func(g *unleak.Goroutine) bool { return g.Leaked }},
	{"locked", func(g *unleak.Goroutine) bool { return g.Locked }},
}

func stateNames() string {
	var names []string
	for _, s := range states {
		names = append(names, s.name)
	}
	return strings.Join(names, ", ")
}

func (f *Filter) flags(fs *flag.FlagSet) {
	expression := func(to **regexp.Regexp) func(string) error {
		return func(s string) (err error) {
			*to, err = regexp.Compile(s)
			return err
		}
	}
	fs.Func("focus", "look only at goroutines with a function, file or label value that matches the `regexp`", expression(&f.Focus))
	fs.Func("wait", "look only at goroutines whose wait matches the `regexp`, such as \"chan send\"", expression(&f.Wait))
	fs.DurationVar(&f.MinAge, "min-age", 0, "look only at goroutines that show a wait of at least this long, such as 10m")
	fs.StringVar(&f.State, "state", "", "look only at goroutines in this `state`: "+stateNames())
}

func (f *Filter) check() error {
	if f.State != "" && !slices.ContainsFunc(states[:], func(s state) bool { return s.name == f.State }) {
		return usage.Errorf("no state %q: -state is one of %s", f.State, stateNames())
	}
	if f.MinAge%time.Minute != 0 || f.MinAge < 0 {
		return usage.Errorf("-min-age=%s: goroutines show whole minutes", f.MinAge)
	}
	return nil
}

// String says what is kept; "" for everything.
func (f *Filter) String() string {
	var parts []string
	if f.Focus != nil {
		parts = append(parts, "-focus="+f.Focus.String())
	}
	if f.Wait != nil {
		parts = append(parts, "-wait="+f.Wait.String())
	}
	if f.MinAge > 0 {
		parts = append(parts, fmt.Sprintf("-min-age=%s", f.MinAge))
	}
	if f.State != "" {
		parts = append(parts, "-state="+f.State)
	}
	return strings.Join(parts, " ")
}

// A sieve applies a filter. It remembers what it found out of stacks, which many
// goroutines share.
type sieve struct {
	Filter
	is    func(*unleak.Goroutine) bool
	focus map[*unleak.Frame]bool
}

func newSieve(f Filter) *sieve {
	s := &sieve{Filter: f, focus: make(map[*unleak.Frame]bool)}
	for _, state := range states {
		if state.name == f.State {
			s.is = state.is
		}
	}
	return s
}

// keeps reports whether g is to be looked at.
func (s *sieve) keeps(g *unleak.Goroutine) bool {
	switch {
	case s.Wait != nil && !s.Wait.MatchString(string(g.Wait)):
		return false
	case s.MinAge > 0 && time.Duration(g.Minutes)*time.Minute < s.MinAge:
		return false
	case s.is != nil && !s.is(g):
		return false
	}
	return s.Focus == nil || s.focused(g)
}

func (s *sieve) focused(g *unleak.Goroutine) bool {
	for _, value := range g.Labels {
		if s.Focus.MatchString(value) {
			return true
		}
	}
	if s.Focus.MatchString(g.Created.Func) || s.Focus.MatchString(g.Created.File) {
		return true
	}
	if len(g.Stack) == 0 {
		return false
	}
	hit, ok := s.focus[&g.Stack[0]]
	if !ok {
		hit = slices.ContainsFunc(g.Stack, func(f unleak.Frame) bool {
			return s.Focus.MatchString(f.Func) || s.Focus.MatchString(f.File)
		})
		s.focus[&g.Stack[0]] = hit
	}
	return hit
}

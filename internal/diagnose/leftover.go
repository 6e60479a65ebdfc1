// SPDX-License-Identifier: MIT

package diagnose

import (
	"slices"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// A Leftover is one goroutine record that was still there when it should have
// been gone: when its test binary exited, or died.
type Leftover struct {
	Goroutine *unleak.Goroutine
	// Package is the import path of the package whose test binary it was in.
	Package string
	// Test is the test it was started under, "" where that is not known; Run
	// tells that test's runs apart.
	Test string
	Run  uint64
	// Worker is the test whose goroutine did the starting, where that is
	// another than Test and its subtests.
	Worker string
	// Note says why Test is "", or what else should be known of it.
	Note string
	// Unfinished says that Test had not ended: whatever it started may still
	// be in use.
	Unfinished bool
	// How is HowDeadlock or HowTimeout for goroutines from a dying process's
	// traceback, HowOutlived for those that a test left which said that it would
	// leave none, else "".
	How unleak.How
}

func (l *Leftover) count() int { return max(l.Goroutine.Count, 1) }

// proven reports whether nothing can wake the goroutine, and how that is known.
func (l *Leftover) proven() (unleak.How, bool) {
	switch {
	case l.Goroutine.Leaked:
		return unleak.HowProof, true
	case l.Goroutine.Wait.AlwaysStuck():
		return unleak.HowAlwaysStuck, true
	case l.How == unleak.HowDeadlock:
		return unleak.HowDeadlock, true
	}
	return "", false
}

// Growth is what was left when the same tests ran again in fresh processes.
type Growth struct {
	// Once and Thrice are the numbers of goroutines with the case's key after
	// one run of the tests, and after three and a wait for those that end by
	// themselves.
	Once, Thrice int
}

// grew reports whether each repetition added goroutines. One more after three
// runs than after one is what a pool does that is not yet full.
func (g *Growth) grew() bool { return g != nil && g.Thrice > 0 && g.Thrice >= g.Once+2 }

// ended reports whether the goroutines were there right after the tests and gone
// a little later.
func (g *Growth) ended() bool { return g != nil && g.Once > 0 && g.Thrice == 0 }

// stayed reports whether repetition added nothing: what is left belongs to the
// process, not to the tests.
func (g *Growth) stayed() bool { return g != nil && g.Thrice <= g.Once }

// A Case is all goroutines with one key that one test binary left.
type Case struct {
	Package string
	Key     unleak.Key
	Left    []Leftover
	Verdict Verdict
	// Growth holds a confirming run's numbers; nil means that none was made.
	Growth *Growth
	// Pending says that each goroutine waits for another one of the same test
	// that will end by itself.
	Pending bool
	// group is shared by the cases of all packages with this key.
	group *Group
}

// Set holds what was set aside before the cases were made.
type Set struct {
	Cases []*Case
	// Idle counts goroutines that no case holds: library goroutines that idle
	// by design, and those that only serve another one.
	Idle int
}

// Cases sorts leftovers into cases and finds their causes.
func Cases(left []Leftover, tree *source.Tree) Set {
	var set Set
	of := make(map[*unleak.Goroutine]*Leftover, len(left))
	var kept []*unleak.Goroutine
	for _, pkg := range byPackage(left) {
		var all []*unleak.Goroutine
		for i := range pkg {
			of[pkg[i].Goroutine] = &pkg[i]
			all = append(all, pkg[i].Goroutine)
		}
		rest, aside := Idle(all)
		for _, a := range aside {
			set.Idle += max(a.Goroutine.Count, 1)
		}
		kept = append(kept, rest...)
	}
	groups := GroupByKey(kept)
	Explain(groups, tree)
	for _, group := range groups {
		set.Cases = append(set.Cases, split(group, of)...)
	}
	set.markPending()
	return set
}

// markPending finds the cases that end when others do which will end: whoever
// waits for one of those is pending too.
func (s Set) markPending() {
	cases := make(map[*Group][]*Case)
	for _, c := range s.Cases {
		cases[c.group] = append(cases[c.group], c)
	}
	for changed := true; changed; {
		changed = false
		for _, c := range s.Cases {
			if !c.Pending && !c.Verdict.WillEnd && c.waitsForEnding(cases) {
				c.Pending, changed = true, true
			}
		}
	}
}

// waitsForEnding reports whether each goroutine of the case has one of the same
// test ahead of it that will end.
func (c *Case) waitsForEnding(cases map[*Group][]*Case) bool {
	ending := make(map[string]bool) // by test
	for _, group := range c.Verdict.ahead {
		for _, other := range cases[group] {
			if other.Package != c.Package || !other.Verdict.WillEnd && !other.Pending {
				continue
			}
			for _, l := range other.Left {
				ending[l.Test] = true
			}
		}
	}
	for _, l := range c.Left {
		if l.Test == "" || !ending[l.Test] {
			return false
		}
	}
	return true
}

// byPackage parts leftovers by package, in the order in which packages come.
func byPackage(left []Leftover) [][]Leftover {
	var parts [][]Leftover
	index := make(map[string]int)
	for _, l := range left {
		i, ok := index[l.Package]
		if !ok {
			i = len(parts)
			index[l.Package] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], l)
	}
	return parts
}

// split makes a case a package out of a group.
func split(group *Group, of map[*unleak.Goroutine]*Leftover) []*Case {
	var cases []*Case
	for _, g := range group.Goroutines {
		l := of[g]
		i := slices.IndexFunc(cases, func(c *Case) bool { return c.Package == l.Package })
		if i < 0 {
			i = len(cases)
			cases = append(cases, &Case{Package: l.Package, Key: group.Key, Verdict: group.Verdict, group: group})
		}
		cases[i].Left = append(cases[i].Left, *l)
	}
	return cases
}

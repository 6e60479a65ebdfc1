// SPDX-License-Identifier: MIT

package diagnose

import (
	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// LongWait is how many minutes count as a long wait. The collector sets the
// minutes, so that it must be far above the time between two of its cycles, which
// is two minutes where nothing is allocated (runtime/proc.go, forcegcperiod).
const LongWait = 60

const (
	// someOld is how many goroutines must have waited for long to be a suspect:
	// fewer wait for their work by design.
	someOld = 10
	// many is a large number of goroutines in one place whatever the rest of
	// the process does; some is one where they are a tenth of all.
	many     = 1000
	some     = 50
	tenthOf  = 10
	stackMin = 2 << 10 // runtime/stack.go, stackMin
)

// A suspect is a group with what speaks against it.
type suspect struct {
	*Group
	how   unleak.How
	grade unleak.Grade
	count int
	trend Trend
	old   int
	age   unleak.Age
}

// suspects returns the groups that may be findings.
func (p *population) suspects() []*suspect {
	var rest []*unleak.Goroutine
	for _, m := range p.members {
		if m.idle == "" && m.Count > 0 {
			rest = append(rest, &m.Goroutine)
		}
	}
	var list []*suspect
	for _, g := range GroupByKey(rest) {
		s := &suspect{Group: g, trend: p.trend(g.Key), count: g.Count}
		for _, m := range p.byKey[g.Key] {
			if m.Count > 0 {
				s.see(m)
			}
		}
		if p.judge(s); s.grade != "" {
			list = append(list, s)
		}
	}
	return list
}

// see adds what a member shows to what is known of the group.
func (s *suspect) see(m *member) {
	s.old += m.Old
	if m.Age.Known == 0 {
		return
	}
	if s.age.Known == 0 || m.Age.Min < s.age.Min {
		s.age.Min = m.Age.Min
	}
	s.age.Max = max(s.age.Max, m.Age.Max)
	s.age.Known += m.Age.Known
}

// judge grades a group. The rules, in their order:
//
//  1. Proven: a wait that ends in no program, the runtime's mark, a deadlock that
//     the runtime reported.
//  2. Likely: the number grew over three looks or more, all the while (Trend).
//     What runs, sleeps or waits for the network grows with the load as well, and
//     is a suspect.
//  3. Suspect: it grew between two looks, some have waited for long, or there are
//     many. None of these is a verdict: a pool does all three.
//
// Where the process watches itself, what did not grow is a suspect only if it is a
// large part of more goroutines than there should be.
func (p *population) judge(s *suspect) {
	marked := 0
	for _, m := range p.byKey[s.Key] {
		marked += m.Marked
	}
	switch {
	case s.stuck() > 0:
		s.how, s.grade, s.count = unleak.HowAlwaysStuck, unleak.Proven, s.stuck()
	case marked > 0:
		s.how, s.grade, s.count = unleak.HowProof, unleak.Proven, marked
	case p.last.Deadlock && s.Key.Wait.Provable():
		s.how, s.grade = unleak.HowDeadlock, unleak.Proven
	case s.trend.Steady && !s.Key.Wait.Moving():
		s.how, s.grade = unleak.HowGrowth, unleak.Likely
	case s.trend.Steady:
		s.how, s.grade = unleak.HowGrowth, unleak.Suspect
	case p.watch != nil:
		if p.over && s.Count >= some && s.Count*tenthOf >= p.last.Goroutines {
			s.how, s.grade = unleak.HowMany, unleak.Suspect
		}
	case s.trend.Rose(p.counts(s.Key)[0]), p.last.Delta > 0 && s.Count >= minRise:
		s.how, s.grade = unleak.HowGrowth, unleak.Suspect
	case s.old >= someOld:
		s.how, s.grade = unleak.HowLongWait, unleak.Suspect
	case s.Count >= many, s.Count >= some && s.Count*tenthOf >= p.last.Process():
		s.how, s.grade = unleak.HowMany, unleak.Suspect
	}
}

// stuck counts the goroutines whose wait ends in no program: to the key, a receive
// from a nil channel is a receive.
func (s *suspect) stuck() (n int) {
	for _, g := range s.Goroutines {
		if g.Wait.AlwaysStuck() {
			n += g.Count
		}
	}
	return n
}

// explain finds out why the suspects are stuck. Who holds a lock, or would call Done,
// may be among all goroutines, so that these are looked at too where one waits for
// that.
func (p *population) explain(suspects []*suspect, tree *source.Tree) {
	var groups []*Group
	others := false
	for _, s := range suspects {
		groups = append(groups, s.Group)
		switch s.Key.Wait {
		case unleak.WaitMutex, unleak.WaitRLock, unleak.WaitRWLock, unleak.WaitSemacquire, unleak.WaitGroup:
			others = true
		}
	}
	if others {
		groups = append(groups, p.others(suspects)...)
	}
	Explain(groups, tree)
}

// others returns the groups that are no suspects.
func (p *population) others(suspects []*suspect) []*Group {
	known := make(map[unleak.Key]bool)
	for _, s := range suspects {
		known[s.Key] = true
	}
	var rest []*unleak.Goroutine
	for _, m := range p.members {
		if m.Count > 0 && !known[m.key] {
			rest = append(rest, &m.Goroutine)
		}
	}
	return GroupByKey(rest)
}

// finding makes a finding of a suspect.
func (p *population) finding(s *suspect) unleak.Finding {
	f := s.Group.finding()
	f.Grade, f.Count = s.grade, s.count
	f.Creators = p.creators(s.Sample)
	if s.age.Known > 0 {
		f.Age = &s.age
	}
	counts := p.counts(s.Key)
	f.Impact = &unleak.Impact{Share: share(s.count, p.last.Process()), PerHour: s.trend.PerHour}
	f.Impact.StackBytes, f.Impact.AtLeast = p.stackBytes(s.count)
	if len(counts) > 1 {
		f.Impact.Counts = counts
	}
	if d := p.last.Delta; d > 0 {
		f.Impact.PerHour = float64(s.count) / d.Hours()
	}
	f.Evidence = []unleak.Evidence{{How: s.how, Grade: s.grade, Count: s.count}}
	return f
}

func share(n, of int) float64 {
	if of <= 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// stackBytes returns what the stacks of n goroutines take: by the process's mean,
// else at least the runtime's minimum.
func (p *population) stackBytes(n int) (bytes int64, atLeast bool) {
	if m := p.last.Memory; m != nil && p.last.Process() > 0 {
		return m.Stack / int64(p.last.Process()) * int64(n), false
	}
	return stackMin * int64(n), true
}

// maxCreators bounds how far up the tree of go statements it goes.
const maxCreators = 5

// creators follows the go statements that led to g. A dump tells them where it
// has ancestors; else other goroutines do whose stacks are in the function that
// holds the go statement: by code, not by number.
func (p *population) creators(g *unleak.Goroutine) []unleak.Frame {
	var chain []unleak.Frame
	if len(g.Ancestors) > 0 {
		for _, a := range g.Ancestors[:min(len(g.Ancestors), maxCreators)] {
			if !a.Created.IsZero() {
				chain = append(chain, a.Created)
			}
		}
		return chain
	}
	seen := map[string]bool{g.Created.Func: true}
	for at := g.Created; !at.IsZero() && len(chain) < maxCreators; {
		m := p.running(at.Func)
		if m == nil || m.Created.IsZero() || seen[m.Created.Func] {
			break
		}
		at = m.Created
		seen[at.Func] = true
		chain = append(chain, at)
	}
	return chain
}

// running returns the most numerous stack that is in the function.
func (p *population) running(function string) *member {
	var best *member
	for _, m := range p.members {
		if (best == nil || m.Count > best.Count) && calls(&m.Goroutine, function) {
			best = m
		}
	}
	return best
}

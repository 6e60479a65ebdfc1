// SPDX-License-Identifier: MIT

package diagnose

import (
	"cmp"
	"slices"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// A Judgement is what looks at one process tell.
type Judgement struct {
	// Findings are the surest first.
	Findings []unleak.Finding
	// Groups has a group for each stack, those of findings first, in their
	// order, then the largest.
	Groups []unleak.Group
	// Total, Idle and Running count goroutines of the last look: all of them,
	// those set aside by rule, and the rest that is no finding.
	Total, Idle, Running int
	// Trend is that of the total.
	Trend Trend
}

// Judge judges a process by the looks that were taken at it, in the order of time.
// The last one counts; those before it tell what grows. The tree may be nil.
func Judge(looks []*Look, tree *source.Tree) Judgement {
	resolve(looks, tree)
	return newPopulation(looks).tell(tree)
}

// tell judges the population.
func (p *population) tell(tree *source.Tree) Judgement {
	p.setAside()
	suspects := p.suspects()
	p.explain(suspects, tree)
	j := Judgement{Total: p.last.Goroutines, Trend: p.total()}
	found := make(map[unleak.Key]int) // rank, from 1
	for _, s := range suspects {
		if s.Verdict.WillEnd && s.grade != unleak.Proven {
			continue
		}
		j.Findings = append(j.Findings, p.finding(s))
	}
	slices.SortStableFunc(j.Findings, func(a, b unleak.Finding) int { return unleak.CompareFindings(&a, &b) })
	ranks := make(map[string]int)
	for i := range j.Findings {
		ranks[j.Findings[i].Key] = len(j.Findings) - i
	}
	for _, s := range suspects {
		found[s.Key] = ranks[s.Key.ID()]
	}
	j.Groups = p.groups(found)
	for _, m := range p.members {
		switch {
		case m.idle != "":
			j.Idle += m.Count
		case found[m.key] == 0:
			j.Running += m.Count
		}
	}
	return j
}

// resolve finds out from source the waits that a look does not tell. What a profile
// in text seems to tell of channels is inferred from addresses; where source shows
// that nothing on the line can block, the goroutine runs.
func resolve(looks []*Look, tree *source.Tree) {
	for _, look := range looks {
		var unsure []*Stack
		var unknown []*unleak.Goroutine
		for _, s := range look.Stacks {
			switch {
			case s.Wait == "":
				unknown = append(unknown, &s.Goroutine)
			case look.Format == textProfile && tree != nil && runs(&s.Goroutine, tree):
				s.Wait = unleak.WaitRunning
			default:
				continue
			}
			unsure = append(unsure, s)
		}
		ResolveWaits(unknown, tree)
		for _, s := range unsure {
			s.id = idOf(&s.Goroutine) // the wait is part of it
		}
	}
}

// textProfile is the Format of a snapshot that is a profile in text.
const textProfile = "text profile"

// runs reports whether a goroutine that is said to wait for a channel is on a line
// on which nothing can block.
func runs(g *unleak.Goroutine, tree *source.Tree) bool {
	switch g.Wait {
	case unleak.WaitReceive, unleak.WaitSend, unleak.WaitSelect:
		return len(g.Stack) > 0 && own(g.Stack[0]) && onlyWait(tree.Site(g.Stack[0])) == unleak.WaitRunning
	}
	return false
}

// A population is the stacks of all looks, each once.
type population struct {
	last    *Look
	times   []time.Time
	totals  []int
	members []*member
	byKey   map[unleak.Key][]*member
	// watch remembers what there was before the one look, where the process
	// watches itself; nil where all that is known are the looks.
	watch *Watch
	over  bool // the process has more goroutines than it should
}

// A member is one stack with its number in each look. The Stack is that of the
// last look that has it, with the Count of the last look of all.
type member struct {
	Stack
	key    unleak.Key
	counts []int
	idle   string
}

func newPopulation(looks []*Look) *population {
	p := &population{last: looks[len(looks)-1], byKey: make(map[unleak.Key][]*member)}
	index := make(map[stackID]*member)
	for i, look := range looks {
		p.times = append(p.times, look.Time)
		p.totals = append(p.totals, look.Goroutines)
		for _, s := range look.Stacks {
			m := index[s.id]
			if m == nil {
				m = &member{counts: make([]int, len(looks))}
				index[s.id] = m
				p.members = append(p.members, m)
			}
			m.Stack = *s
			m.counts[i] += s.Count
		}
	}
	for _, m := range p.members {
		m.Count = m.counts[len(looks)-1]
		m.key = m.Key()
		p.byKey[m.key] = append(p.byKey[m.key], m)
	}
	return p
}

// setAside marks what idles by rule. What should idle and grows all the same, such
// as the connections of clients that are made anew for each request, is not set
// aside.
func (p *population) setAside() {
	var all []*unleak.Goroutine
	of := make(map[*unleak.Goroutine]*member)
	for _, m := range p.members {
		if m.Count > 0 {
			all = append(all, &m.Goroutine)
			of[&m.Goroutine] = m
		}
	}
	_, aside := Idle(all)
	for _, a := range aside {
		m := of[a.Goroutine]
		if a.Companion || !p.trend(m.key).Steady {
			m.idle = a.Reason
		}
	}
	for _, m := range p.members {
		switch {
		case m.idle != "":
		case isMain(&m.Goroutine) && !p.last.Deadlock:
			m.idle = "the main goroutine"
		case !m.Wait.CanLeak() && m.Wait != "":
			m.idle = "one of the runtime's own"
		}
	}
}

// isMain reports whether g is the main goroutine: a server's waits for ever, and
// the process lives as long as it does.
func isMain(g *unleak.Goroutine) bool {
	entry := g.Entry().Func
	return g.Count <= 1 && (entry == "main.main" || entry == "runtime.main" || g.ID == 1)
}

// total returns the trend of all goroutines.
func (p *population) total() Trend {
	if p.watch != nil {
		return p.watch.total()
	}
	return NewTrend(p.times, p.totals)
}

// trend returns the trend of all goroutines with a key.
func (p *population) trend(key unleak.Key) Trend {
	if p.watch != nil {
		return p.watch.trend(key)
	}
	return NewTrend(p.times, p.counts(key))
}

// counts returns how many goroutines with a key there were in each look.
func (p *population) counts(key unleak.Key) []int {
	if p.watch != nil {
		return p.watch.counts(key)
	}
	counts := make([]int, len(p.times))
	for _, m := range p.byKey[key] {
		for i, n := range m.counts {
			counts[i] += n
		}
	}
	return counts
}

// groups returns the members as groups: those of findings in their order, the rest
// by number, what is set aside last.
func (p *population) groups(found map[unleak.Key]int) []unleak.Group {
	type ranked struct {
		unleak.Group
		rank int
	}
	var list []ranked
	for _, m := range p.members {
		g := unleak.Group{
			Key: m.key.ID(), Count: m.Count, Wait: m.Wait, Leaked: m.Marked, Idle: m.idle,
			Stack: m.Stack.Stack, Elided: m.Elided, Age: m.age(), Labels: m.labelCounts(),
		}
		if !m.Created.IsZero() {
			created := m.Created
			g.Created = &created
		}
		if len(m.counts) > 1 {
			g.Counts = m.counts
		}
		rank := found[m.key]
		if m.idle != "" {
			rank = -1
		}
		list = append(list, ranked{g, rank})
	}
	slices.SortStableFunc(list, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(b.Count, a.Count))
	})
	groups := make([]unleak.Group, len(list))
	for i := range list {
		groups[i] = list[i].Group
	}
	return groups
}

func (s *Stack) age() *unleak.Age {
	if s.Age.Known == 0 {
		return nil
	}
	age := s.Age
	return &age
}

func (s *Stack) labelCounts() map[string][]unleak.ValueCount {
	if len(s.labels) == 0 {
		return nil
	}
	counts := make(map[string][]unleak.ValueCount, len(s.labels))
	for key, values := range s.labels {
		counts[key] = valueCounts(values)
	}
	return counts
}

// SPDX-License-Identifier: MIT

package inspect

import (
	"cmp"
	"maps"
	"slices"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
)

// merge makes one judgement of those of several processes: findings with one key
// become one, with the evidence of all. The processes have total goroutines.
func merge(all []diagnose.Judgement, total int) diagnose.Judgement {
	var j diagnose.Judgement
	findings := make(map[string]int)
	var groups groupings
	for _, one := range all {
		j.Total += one.Total
		j.Idle += one.Idle
		j.Running += one.Running
		for _, f := range one.Findings {
			n, ok := findings[f.Key]
			if !ok {
				findings[f.Key] = len(j.Findings)
				j.Findings = append(j.Findings, f)
				continue
			}
			j.Findings[n] = join(j.Findings[n], f)
		}
		for i := range one.Groups {
			groups.add(&one.Groups[i])
		}
	}
	for n := range j.Findings {
		if f := &j.Findings[n]; f.Impact != nil && total > 0 {
			f.Impact.Share = float64(f.Count) / float64(total)
		}
	}
	slices.SortStableFunc(j.Findings, func(a, b unleak.Finding) int { return unleak.CompareFindings(&a, &b) })
	j.Groups = groups.sorted(j.Findings)
	return j
}

// join makes one finding of two with the same key.
func join(a, b unleak.Finding) unleak.Finding {
	if b.Grade.Rank() > a.Grade.Rank() {
		a, b = b, a
	}
	a.Count += b.Count
	a.Evidence = append(slices.Clone(a.Evidence), b.Evidence...)
	slices.SortStableFunc(a.Evidence, func(x, y unleak.Evidence) int { return cmp.Compare(y.Grade.Rank(), x.Grade.Rank()) })
	a.Age = older(a.Age, b.Age)
	if a.Impact != nil && b.Impact != nil {
		sum := *a.Impact
		sum.StackBytes += b.Impact.StackBytes
		sum.AtLeast = sum.AtLeast || b.Impact.AtLeast
		sum.PerHour += b.Impact.PerHour
		a.Impact = &sum
	}
	return a
}

// older returns the age of goroutines of which some have one age and some another.
func older(a, b *unleak.Age) *unleak.Age {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	return &unleak.Age{Min: min(a.Min, b.Min), Max: max(a.Max, b.Max), Known: a.Known + b.Known}
}

// groupings are the groups of several processes.
type groupings struct {
	list []unleak.Group
	// known finds a group by what tells it apart but for the stack.
	known map[groupID][]int
}

type groupID struct {
	key     string
	wait    unleak.Wait
	idle    string
	created unleak.Frame
	elided  int
}

// add counts a group's goroutines with those of other processes that have the same
// stack.
func (gs *groupings) add(g *unleak.Group) {
	id := groupID{key: g.Key, wait: g.Wait, idle: g.Idle, elided: g.Elided}
	if g.Created != nil {
		id.created = *g.Created
	}
	for _, n := range gs.known[id] {
		if same := &gs.list[n]; slices.Equal(same.Stack, g.Stack) {
			same.Count += g.Count
			same.Leaked += g.Leaked
			same.Age = older(same.Age, g.Age)
			same.Labels = joinLabels(same.Labels, g.Labels)
			return
		}
	}
	if gs.known == nil {
		gs.known = make(map[groupID][]int)
	}
	gs.known[id] = append(gs.known[id], len(gs.list))
	gs.list = append(gs.list, *g)
}

// joinLabels adds the counts of labels' values.
func joinLabels(a, b map[string][]unleak.ValueCount) map[string][]unleak.ValueCount {
	if a == nil {
		return b
	}
	sums := maps.Clone(a)
	for key, values := range b {
		counts := make(map[string]int)
		for _, v := range append(slices.Clone(a[key]), values...) {
			counts[v.Value] += v.Count
		}
		sums[key] = sortedCounts(counts)
	}
	return sums
}

// sorted returns the groups in the order of a judgement: those of findings in their
// order, then the largest, what is set aside last.
func (gs *groupings) sorted(findings []unleak.Finding) []unleak.Group {
	ranks := make(map[string]int)
	for n := range findings {
		ranks[findings[n].Key] = len(findings) - n
	}
	rank := func(g *unleak.Group) int {
		if g.Idle != "" {
			return -1
		}
		return ranks[g.Key]
	}
	slices.SortStableFunc(gs.list, func(a, b unleak.Group) int {
		return cmp.Or(cmp.Compare(rank(&b), rank(&a)), cmp.Compare(b.Count, a.Count))
	})
	return gs.list
}

// SPDX-License-Identifier: MIT

package inspect

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
)

// merge makes one judgement of those of several processes: findings with one key
// become one, with the evidence of all.
func merge(all []diagnose.Judgement) diagnose.Judgement {
	var j diagnose.Judgement
	findings := make(map[string]int)
	groups := make(map[string]int)
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
		for _, g := range one.Groups {
			id := fmt.Sprint(g.Key, g.Wait, g.Stack, g.Created)
			n, ok := groups[id]
			if !ok {
				groups[id] = len(j.Groups)
				j.Groups = append(j.Groups, g)
				continue
			}
			j.Groups[n].Count += g.Count
			j.Groups[n].Leaked += g.Leaked
		}
	}
	for n := range j.Findings {
		if f := &j.Findings[n]; f.Impact != nil && j.Total > 0 {
			f.Impact.Share = float64(f.Count) / float64(j.Total)
		}
	}
	slices.SortStableFunc(j.Findings, func(a, b unleak.Finding) int { return unleak.CompareFindings(&a, &b) })
	slices.SortStableFunc(j.Groups, func(a, b unleak.Group) int { return cmp.Compare(b.Count, a.Count) })
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
	if a.Impact != nil && b.Impact != nil {
		sum := *a.Impact
		sum.StackBytes += b.Impact.StackBytes
		sum.AtLeast = sum.AtLeast || b.Impact.AtLeast
		sum.PerHour += b.Impact.PerHour
		a.Impact = &sum
	}
	return a
}

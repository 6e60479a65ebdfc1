// SPDX-License-Identifier: MIT

package diagnose

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/unleak/unleak"
)

// Findings merges cases into findings: one a key, surest and largest first.
// running counts the goroutines that are no finding because they are merely
// still running.
func (s Set) Findings() (findings []unleak.Finding, running int) {
	var order []unleak.Key
	byKey := make(map[unleak.Key][]*Case)
	for _, c := range s.Cases {
		grade, _ := c.Grade()
		if grade == "" {
			running += c.Count()
			continue
		}
		if byKey[c.Key] == nil {
			order = append(order, c.Key)
		}
		byKey[c.Key] = append(byKey[c.Key], c)
	}
	for _, key := range order {
		findings = append(findings, merge(byKey[key]))
	}
	slices.SortStableFunc(findings, func(a, b unleak.Finding) int { return unleak.CompareFindings(&a, &b) })
	return findings, running
}

// finding returns what the group itself tells, without grade, count and evidence.
func (g *Group) finding() unleak.Finding {
	f := unleak.Finding{
		Key:         g.Key.ID(),
		Cause:       g.Verdict.Cause,
		Wait:        g.Key.Wait,
		Blocked:     g.Sample.Blocked(),
		Entry:       g.Sample.Entry(),
		Stack:       g.Sample.Stack,
		Explanation: g.Verdict.Explanation,
		Fixes:       g.Verdict.Fixes,
	}
	if !g.Sample.Created.IsZero() {
		created := g.Sample.Created
		f.Created = &created
	}
	return f
}

// merge makes one finding of all cases with one key. Where some cases fail and
// others are suspects, the count is that of those that fail.
func merge(cases []*Case) unleak.Finding {
	group := *cases[0].group
	group.Verdict = cases[0].Verdict
	f := group.finding()
	counts := make(map[bool]int)
	for _, c := range cases {
		grade, _ := c.Grade()
		if grade.Rank() > f.Grade.Rank() {
			f.Grade = grade
		}
		counts[grade.Rank() >= unleak.Likely.Rank()] += c.Count()
		f.Evidence = append(f.Evidence, c.evidence()...)
	}
	f.Count = counts[f.Grade.Rank() >= unleak.Likely.Rank()]
	slices.SortStableFunc(f.Evidence, func(a, b unleak.Evidence) int {
		return cmp.Or(b.Grade.Rank()-a.Grade.Rank(), cmp.Compare(a.Package, b.Package), cmp.Compare(a.Test, b.Test))
	})
	return f
}

// evidence returns one record for each test and way of proof.
func (c *Case) evidence() []unleak.Evidence {
	type sighting struct {
		test, worker, note string
		how                unleak.How
	}
	grade, how := c.Grade()
	index := make(map[sighting]int)
	runs := make(map[sighting]map[uint64]bool)
	var list []unleak.Evidence
	for i := range c.Left {
		l := &c.Left[i]
		h := how
		if grade == unleak.Proven {
			var ok bool
			if h, ok = l.proven(); !ok {
				continue // has the same key, but is not stuck as far as is known
			}
		}
		s := sighting{l.Test, l.Worker, l.Note, h}
		at, ok := index[s]
		if !ok {
			at = len(list)
			index[s] = at
			runs[s] = make(map[uint64]bool)
			list = append(list, unleak.Evidence{
				Source: unleak.SourceTest, How: h, Grade: grade,
				Package: c.Package, Test: l.Test, Worker: l.Worker, Note: l.Note,
			})
		}
		list[at].Count += l.count()
		if runs[s][l.Run] = true; len(runs[s]) > 1 {
			list[at].Runs = len(runs[s])
		}
	}
	if note := c.Growth.note(); note != "" && grade != unleak.Proven && len(list) > 0 {
		// A test that was run again, not a goroutine whose test is not known.
		at := max(0, slices.IndexFunc(list, func(e unleak.Evidence) bool { return e.Test != "" }))
		list[at].Note = joinNotes(list[at].Note, note)
	}
	return list
}

// note tells what a confirming run found.
func (g *Growth) note() string {
	if g == nil {
		return ""
	}
	numbers := fmt.Sprintf("run again alone, the tests left %s after one run and %s after three", unleak.Number(g.Once), unleak.Number(g.Thrice))
	switch {
	case g.grew():
		return numbers
	case g.Thrice == 0:
		return "run again alone, the tests left none"
	case g.stayed():
		return numbers + ": it belongs to the process, not to each test"
	}
	return numbers + ": not clear"
}

func joinNotes(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

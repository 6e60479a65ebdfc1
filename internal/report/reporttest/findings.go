// SPDX-License-Identifier: MIT

package reporttest

import (
	"cmp"
	"maps"
	"slices"

	"github.com/unleak/unleak"
)

// findings makes the findings of the service's first three groups.
func findings(groups []unleak.Group, total int) []unleak.Finding {
	texts := []struct {
		wait        unleak.Wait
		cause       unleak.Cause
		how         unleak.How
		grade       unleak.Grade
		note        string
		explanation string
		source      string
		fixes       []unleak.Fix
	}{
		{unleak.WaitSend, "chan-send", unleak.HowProof, unleak.Proven, "The mark may be from an earlier goroutineleak profile.",
			"The send on done at notify/hub.go:63 finds no receiver any more: Broadcast returns at notify/hub.go:70 when its time is over, and the channel that notify/hub.go:58 makes has no room.",
			"done <- s.deliver(m) // Broadcast may have gone",
			[]unleak.Fix{{Title: "Give every send room: make(chan error, len(subscribers))", Edits: []unleak.Edit{{File: "notify/hub.go", Line: 58, End: 58, New: "\tdone := make(chan error, len(subscribers))"}}},
				{Title: "Send in a select that also waits for ctx.Done()"}}},
		{unleak.WaitSelect, "select", unleak.HowGrowth, unleak.Likely, "The number grew from 426 to 640 over three snapshots in 20 minutes.",
			"No case of the select at stock/watch.go:48 waits for the end of whoever called Watch.",
			"select {",
			[]unleak.Fix{{Title: "Give Watch a context and add case <-ctx.Done(): return"}}},
		{unleak.WaitMutex, "mutex", unleak.HowLongWait, unleak.Suspect, "118 have waited for an hour or more.",
			"Probably one goroutine holds the lock while it waits for the network: net/http.(*persistConn).roundTrip under cache.(*LRU[...]).fill. That is a guess from its stack.",
			"c.mu.Lock()",
			[]unleak.Fix{{Title: "Do not call out while c.mu is held"}}},
	}
	var list []unleak.Finding
	for i, text := range texts {
		at := slices.IndexFunc(groups, func(g unleak.Group) bool { return g.Wait == text.wait && g.Age != nil })
		if at < 0 {
			continue
		}
		g := groups[at]
		like := unleak.Goroutine{Wait: g.Wait, Stack: g.Stack}
		f := unleak.Finding{
			Key: like.Key().ID(), Cause: text.cause, Grade: text.grade, Count: g.Count, Wait: g.Wait,
			Blocked: like.Blocked(), Entry: like.Entry(), Created: g.Created, Stack: g.Stack, Age: g.Age,
			Impact: &unleak.Impact{Share: float64(g.Count) / float64(total), StackBytes: int64(g.Count) * 4300,
				PerHour: float64(g.Counts[2]-g.Counts[0]) * 3, Counts: g.Counts},
			Evidence:    []unleak.Evidence{{Source: unleak.SourceProcess, How: text.how, Grade: text.grade, Count: g.Count, Instance: "shop-7f9c:6060", Note: text.note}},
			Explanation: text.explanation, Fixes: text.fixes,
		}
		f.Blocked.Text = text.source
		if i == 0 {
			f.Creators = []unleak.Frame{frame(module+"/web.(*Server).publish", "web/publish.go", 37), serve}
		}
		list = append(list, f)
	}
	return list
}

// rollups counts the groups' goroutines as inspect does.
func rollups(groups []unleak.Group, total int) []unleak.Rollup {
	by := func(name string, values func(unleak.Group) []unleak.ValueCount) unleak.Rollup {
		counts := make(map[string]int)
		with := 0
		for _, g := range groups {
			for _, v := range values(g) {
				counts[v.Value] += v.Count
				with += v.Count
			}
		}
		r := unleak.Rollup{By: name, Without: total - with}
		for _, value := range slices.Sorted(maps.Keys(counts)) {
			r.Values = append(r.Values, unleak.ValueCount{Value: value, Count: counts[value]})
		}
		slices.SortStableFunc(r.Values, func(a, b unleak.ValueCount) int { return cmp.Compare(b.Count, a.Count) })
		return r
	}
	one := func(name string, value func(unleak.Group) string) unleak.Rollup {
		return by(name, func(g unleak.Group) []unleak.ValueCount {
			return []unleak.ValueCount{{Value: value(g), Count: g.Count}}
		})
	}
	return []unleak.Rollup{
		by("label:tenant", func(g unleak.Group) []unleak.ValueCount { return g.Labels["tenant"] }),
		one("wait", func(g unleak.Group) string { return string(g.Wait) }),
		one("creator", func(g unleak.Group) string { return g.Created.Func }),
	}
}

// SPDX-License-Identifier: MIT

package diagnose

import "github.com/unleak/unleak"

// A Group is all goroutines with one key.
type Group struct {
	Key unleak.Key
	// Count is the number of goroutines: the sum of the records' counts.
	Count int
	// Sample is the group's first goroutine with a known creation site, else
	// its first.
	Sample *unleak.Goroutine
	// Goroutines lists the records in the order in which they came.
	Goroutines []*unleak.Goroutine
	// Verdict is what Explain found.
	Verdict Verdict
}

// A Verdict says why the goroutines of a group are stuck.
type Verdict struct {
	Cause unleak.Cause
	// Explanation is one or two sentences that name the expression, the function
	// and the line.
	Explanation string
	Fixes       []unleak.Fix
	// Endless says that source shows the goroutine in a loop without a way out.
	Endless bool
	// Once says that the goroutine is started at most once in a process: under a
	// sync.Once, by package initialisation, behind a guard variable.
	Once bool
	// Single says that it is Once for the whole process and not for each object
	// that has a sync.Once.
	Single bool
	// WillEnd says that the wait ends by itself: a sleep or a timer outside of
	// lasting loops.
	WillEnd bool
	// Naps says that the goroutine sleeps, for long or who knows how long, in a
	// loop with a way out: it may have been told to end, and will find out when
	// it wakes.
	Naps bool
	// ahead lists the groups whose goroutines may be those that this one waits
	// for.
	ahead []*Group
}

// GroupByKey groups goroutines by their keys, in the order in which the keys
// first come.
func GroupByKey(goroutines []*unleak.Goroutine) []*Group {
	var groups []*Group
	byKey := make(map[unleak.Key]*Group)
	for _, g := range goroutines {
		key := g.Key()
		group := byKey[key]
		if group == nil {
			group = &Group{Key: key, Sample: g}
			byKey[key] = group
			groups = append(groups, group)
		}
		if group.Sample.Created.IsZero() && !g.Created.IsZero() {
			group.Sample = g
		}
		group.Count += max(g.Count, 1)
		group.Goroutines = append(group.Goroutines, g)
	}
	return groups
}

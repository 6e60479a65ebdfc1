// SPDX-License-Identifier: MIT

package text

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak"
)

// A labelled text stands behind its label, or beneath the text before where it
// has none.
type labelled struct{ label, text string }

// starters says who started the goroutines: for tests one line a package, with
// what could not be attributed at the end; for processes one line for all.
func (p *printer) starters(list []unleak.StarterCount, tests string) []labelled {
	type group struct{ label, pkg string }
	var order []group
	members := make(map[group][]unleak.StarterCount)
	for _, s := range list {
		g := group{tests, s.Package}
		if s.Package == "" && s.Test == "" && s.Worker == "" {
			g = group{"seen in", ""}
			if s.Instance == "" && s.Version == "" {
				continue // a dump or source: nothing to tell
			}
		}
		if _, ok := members[g]; !ok {
			order = append(order, g)
		}
		members[g] = append(members[g], s)
	}
	var lines []labelled
	label := ""
	for _, g := range order {
		text := p.starterList(members[g])
		if g.pkg != "" {
			text = p.pkg(g.pkg) + ": " + text
		}
		line := labelled{g.label, text}
		if g.label == label {
			line.label = ""
		}
		label = g.label
		lines = append(lines, line)
	}
	return lines
}

// starterList names starters up to Tests and counts the others.
func (p *printer) starterList(starters []unleak.StarterCount) string {
	shown := limit(starters, p.Tests)
	if len(starters) == len(shown)+1 {
		shown = starters // a last name is as short as "and 1 more"
	}
	var names []string
	for _, s := range shown {
		names = append(names, starterName(s))
	}
	if rest := starters[len(shown):]; len(rest) > 0 {
		goroutines := 0
		for _, s := range rest {
			goroutines += s.Count
		}
		names = append(names, fmt.Sprintf("and %s more (%s)", unleak.Number(len(rest)), unleak.Number(goroutines)))
	}
	return strings.Join(names, ", ")
}

// starterName writes "TestA/sub (2)" and what else is known.
func starterName(s unleak.StarterCount) string {
	number := unleak.Number(s.Count)
	if s.Runs > 1 {
		number += " in " + unleak.Plural(s.Runs, "run")
	}
	worker := "by a worker started under " + clip(s.Worker)
	switch {
	case s.Test != "" && s.Worker != "":
		return fmt.Sprintf("%s (%s, %s)", clip(s.Test), number, worker)
	case s.Test != "":
		return fmt.Sprintf("%s (%s)", clip(s.Test), number)
	case s.Worker != "":
		return fmt.Sprintf("%s (%s)", worker, number)
	case s.Instance != "" && s.Version != "":
		return fmt.Sprintf("%s at %s (%s)", clip(s.Instance), clip(s.Version), number)
	case s.Instance != "" || s.Version != "":
		return fmt.Sprintf("%s (%s)", clip(s.Instance+s.Version), number)
	case s.Note != "":
		return fmt.Sprintf("not attributed (%s): %s", number, strings.TrimSuffix(s.Note, "."))
	default:
		return fmt.Sprintf("not attributed (%s)", number)
	}
}

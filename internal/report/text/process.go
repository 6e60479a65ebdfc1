// SPDX-License-Identifier: MIT

package text

import (
	"cmp"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/unleak/unleak"
)

// snapshots says what was looked at: each snapshot in a line, of many the first
// and the last.
func (p *printer) snapshots(list []unleak.Snapshot) {
	const shown = 6
	for i := range list {
		switch {
		case len(list) > shown && i == 1:
			p.line("... %s between", unleak.Plural(len(list)-2, "look"))
		case len(list) <= shown || i == 0 || i == len(list)-1:
			p.snapshot(&list[i])
		}
	}
	if len(list) > 0 {
		p.line("")
	}
}

func (p *printer) snapshot(s *unleak.Snapshot) {
	number := unleak.Plural(s.Goroutines, "goroutine")
	if s.Delta > 0 {
		number += " more in " + s.Delta.Round(time.Second).String()
	}
	when := ""
	if !s.Time.IsZero() {
		when = ", " + s.Time.Local().Format(time.DateTime)
	}
	p.line("%s in %s %s", p.paint(bold, number), clip(s.From), p.paint(faint, "("+s.Format+when+")"))
}

// cost says how old a finding's goroutines are, how many of all, and how their
// number grows.
func (p *printer) cost(f *unleak.Finding) {
	if f.Age != nil {
		p.field("waiting", false, f.Age.Text(f.Count))
	}
	if f.Impact != nil {
		p.field("impact", false, f.Impact.Text())
		p.field("looks", false, f.Impact.Growth())
	}
}

// A tableRow is what the table of groups shows of all those with one key.
type tableRow struct {
	*unleak.Group
	count   int
	at      unleak.Frame
	entry   unleak.Frame
	stacks  int
	growth  int
	growths bool
}

// defaultRows is how many rows the table of groups has where Max is not given: the
// findings are what counts.
const defaultRows = 10

// someGone is how many must have been where nobody is any more, to be told.
const someGone = 10

// groups writes what is no finding, the largest first: a line for each key.
func (p *printer) groups(groups []unleak.Group, findings []*unleak.Finding) {
	found := make(map[string]bool)
	for _, f := range findings {
		found[f.Key] = true
	}
	rows := make(map[string]*tableRow)
	var list []*tableRow
	idle, idleGroups := 0, 0
	for i := range groups {
		g := &groups[i]
		switch {
		case g.Idle != "":
			idle += g.Count
			idleGroups += min(g.Count, 1)
		case !found[g.Key]:
			r := rows[g.Key]
			if r == nil {
				sample := unleak.Goroutine{Wait: g.Wait, Stack: g.Stack}
				r = &tableRow{Group: g, at: sample.Blocked(), entry: sample.Entry()}
				rows[g.Key] = r
				list = append(list, r)
			}
			r.add(g)
		}
	}
	list = slices.DeleteFunc(list, func(r *tableRow) bool { return r.count == 0 && r.growth > -someGone })
	slices.SortStableFunc(list, func(a, b *tableRow) int { return cmp.Compare(b.count, a.count) })
	p.table(list)
	if idle > 0 {
		p.line("%s", p.paint(faint, fmt.Sprintf("idle by design: %s with %s", unleak.Plural(idle, "goroutine"), unleak.Plural(idleGroups, "stack"))))
		p.line("")
	}
}

func (r *tableRow) add(g *unleak.Group) {
	r.count += g.Count
	r.stacks++
	if n := len(g.Counts); n > 1 {
		r.growths = true
		r.growth += g.Counts[n-1] - g.Counts[0]
	}
}

func (p *printer) table(list []*tableRow) {
	if len(list) == 0 {
		return
	}
	p.line("%s", p.paint(bold, "the other goroutines:"))
	most := p.Max
	if p.defaultMax {
		most = defaultRows
	}
	shown := limit(list, most)
	width := 0
	for _, r := range shown {
		width = max(width, utf8.RuneCountInString(clip(string(r.Wait))))
	}
	for _, r := range shown {
		growth := ""
		if r.growths {
			growth = fmt.Sprintf("  %+6d", r.growth)
		}
		at := joined(p.place(r.at), "in "+p.function(r.at))
		if r.entry.Func != "" && r.entry.Func != r.at.Func {
			at += p.paint(faint, "  from "+p.function(r.entry))
		}
		p.line("  %6d%s  %-*s  %s", r.count, growth, width, clip(string(r.Wait)), at)
	}
	if rest := list[len(shown):]; len(rest) > 0 {
		n := 0
		for _, r := range rest {
			n += r.count
		}
		p.line("  %6d  in %s not shown; -max=-1 shows all", n, unleak.Plural(len(rest), "more place"))
	}
	p.line("")
}

// rollups writes the tables that -by asks for.
func (p *printer) rollups(list []unleak.Rollup) {
	for _, r := range list {
		p.line("%s", p.paint(bold, "by "+clip(r.By)+":"))
		shown := limit(r.Values, p.Max)
		for _, v := range shown {
			p.line("  %6d  %s", v.Count, clip(v.Value))
		}
		rest := 0
		for _, v := range r.Values[len(shown):] {
			rest += v.Count
		}
		if rest > 0 {
			p.line("  %6d  in %s not shown; -max=-1 shows all", rest, unleak.Plural(len(r.Values)-len(shown), "more value"))
		}
		if r.Without > 0 {
			p.line("  %6d  %s", r.Without, p.paint(faint, "without one"))
		}
		p.line("")
	}
}

// forecast says how many goroutines there can be.
func (p *printer) forecast(s unleak.Summary) {
	if s.Forecast != nil {
		p.remark("room", s.Forecast.Text(s.Total)+".")
	}
}

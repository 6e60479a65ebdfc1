// SPDX-License-Identifier: MIT

package tui

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/unleak/unleak"
)

// A report is the messages of one look, sorted by kind.
type report struct {
	config    unleak.Config
	snapshots []unleak.Snapshot
	rows      []*row // findings first, both kinds in the stream's order
	rollups   []unleak.Rollup
	losses    []unleak.Loss
	summary   *unleak.Summary // nil if the stream was cut
	index     map[rowID]*row
}

// A rowID is what makes a row the same in the next report.
type rowID struct {
	key           string
	finding, idle bool
	again         int // counts findings with one key
}

// A row is one line of the list: a finding, or the groups with one key that are in
// none.
type row struct {
	id      rowID
	rank    int             // the place in the report
	finding *unleak.Finding // nil for groups
	stacks  []*unleak.Group // never empty
	mark    string          // the grade, "idle" or ""
	idle    bool
	count   int
	wait    unleak.Wait
	blocked unleak.Frame
	age     *unleak.Age
	counts  []int
	change  change
	text    string // what the filter looks at, in lower case; "" until it does
}

// A change is by how much a row's count differs from the look before.
type change struct {
	known bool
	fresh bool // the row was not there before
	n     int
}

// newReport sorts clean messages. before is the report of the look before, or nil.
func newReport(messages []unleak.Message, before *report) *report {
	r := &report{index: make(map[rowID]*row)}
	var findings []*unleak.Finding
	var groups []*unleak.Group
	for _, m := range messages {
		switch {
		case m.Config != nil:
			r.config = *m.Config
		case m.Snapshot != nil:
			r.snapshots = append(r.snapshots, *m.Snapshot)
		case m.Group != nil:
			groups = append(groups, m.Group)
		case m.Finding != nil:
			findings = append(findings, m.Finding)
		case m.Rollup != nil:
			r.rollups = append(r.rollups, *m.Rollup)
		case m.Loss != nil:
			r.losses = append(r.losses, *m.Loss)
		case m.Summary != nil:
			r.summary = m.Summary
		}
	}
	r.fill(findings, groups)
	for i, row := range r.rows {
		row.rank = i
		row.change = row.changed(before)
	}
	return r
}

// fill makes the rows. Groups with the key of a finding are its stacks.
func (r *report) fill(findings []*unleak.Finding, groups []*unleak.Group) {
	for _, f := range findings {
		row := findingRow(f)
		for r.index[row.id] != nil {
			row.id.again++
		}
		r.add(row)
	}
	for _, g := range groups {
		if row := r.index[rowID{key: g.Key, finding: true}]; row != nil {
			row.stacks = append(row.stacks, g)
			continue
		}
		id := rowID{key: g.Key, idle: g.Idle != ""}
		if r.index[id] == nil {
			r.add(groupRow(id, g))
		}
		r.index[id].include(g)
	}
	for _, row := range r.rows {
		if len(row.stacks) == 0 {
			row.stacks = []*unleak.Group{ownStack(row.finding)}
		}
	}
}

func (r *report) add(row *row) {
	r.index[row.id] = row
	r.rows = append(r.rows, row)
}

func findingRow(f *unleak.Finding) *row {
	row := &row{id: rowID{key: f.Key, finding: true}, finding: f, mark: string(f.Grade),
		count: f.Count, wait: f.Wait, blocked: f.Blocked, age: f.Age}
	if f.Impact != nil {
		row.counts = f.Impact.Counts
	}
	return row
}

// groupRow makes the row of the groups like g, without any of them.
func groupRow(id rowID, g *unleak.Group) *row {
	row := &row{id: id, idle: id.idle, wait: g.Wait, blocked: (&unleak.Goroutine{Stack: g.Stack}).Blocked()}
	if row.idle {
		row.mark = "idle"
	}
	return row
}

// include counts a group in.
func (r *row) include(g *unleak.Group) {
	r.stacks = append(r.stacks, g)
	r.count += g.Count
	if r.counts == nil {
		r.counts = make([]int, len(g.Counts))
	}
	for i := range min(len(r.counts), len(g.Counts)) {
		r.counts[i] += g.Counts[i]
	}
	switch {
	case g.Age == nil:
	case r.age == nil:
		age := *g.Age
		r.age = &age
	default:
		r.age.Min, r.age.Max = min(r.age.Min, g.Age.Min), max(r.age.Max, g.Age.Max)
		r.age.Known += g.Age.Known
	}
}

// ownStack is the one stack that a finding shows, where no group has it.
func ownStack(f *unleak.Finding) *unleak.Group {
	g := &unleak.Group{Key: f.Key, Count: f.Count, Wait: f.Wait, Stack: f.Stack, Created: f.Created, Age: f.Age}
	if len(g.Stack) == 0 {
		for _, frame := range []unleak.Frame{f.Blocked, f.Entry} {
			if !frame.IsZero() && !slices.Contains(g.Stack, frame) {
				g.Stack = append(g.Stack, frame)
			}
		}
	}
	return g
}

// changed goes by the counts that the report has, else by the report before.
func (r *row) changed(before *report) change {
	if n := len(r.counts); n > 1 {
		return change{known: true, fresh: r.counts[n-2] == 0 && r.count > 0, n: r.counts[n-1] - r.counts[n-2]}
	}
	if before == nil {
		return change{}
	}
	if old := before.index[r.id]; old != nil {
		return change{known: true, n: r.count - old.count}
	}
	return change{known: true, fresh: true, n: r.count}
}

// growth is by how much the count has changed over all looks that are known.
func (r *row) growth() int {
	if n := len(r.counts); n > 1 {
		return r.counts[n-1] - r.counts[0]
	}
	return r.change.n
}

// gone reports whether there are no such goroutines any more, and were none in the
// look before.
func (r *row) gone() bool { return r.count == 0 && r.change.n == 0 }

// minutes is the greatest age, or 0.
func (r *row) minutes() int {
	if r.age == nil {
		return 0
	}
	return r.age.Max
}

// searchable joins what a person would look for.
func (r *row) searchable() string {
	var b strings.Builder
	say := func(texts ...string) {
		for _, s := range texts {
			b.WriteString(s)
			b.WriteByte('\n')
		}
	}
	frame := func(f *unleak.Frame) {
		if f != nil {
			say(f.Func, place(*f))
		}
	}
	say(r.mark, string(r.wait), r.id.key)
	frame(&r.blocked)
	if f := r.finding; f != nil {
		say(string(f.Cause))
		frame(f.Own)
		frame(&f.Entry)
		for i := range f.Creators {
			frame(&f.Creators[i])
		}
		for _, e := range f.Evidence {
			say(e.Package, e.Test, e.Instance, e.Version)
		}
	}
	for _, g := range r.stacks {
		frame(g.Created)
		for i := range g.Stack {
			frame(&g.Stack[i])
		}
		for key, values := range g.Labels {
			for _, v := range values {
				say(key + "=" + v.Value)
			}
		}
	}
	return strings.ToLower(b.String())
}

// matches reports whether each word of the filter, in lower case, is in the row.
func (r *row) matches(words []string) bool {
	if len(words) > 0 && r.text == "" {
		r.text = r.searchable()
	}
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(r.text, w) })
}

// An order is how the list is sorted.
type order int

const (
	byRank order = iota
	byCount
	byGrowth
	byAge
	orders // their number
)

func (o order) String() string { return [...]string{"rank", "count", "growth", "age"}[o] }

func (o order) compare(a, b *row) int {
	switch o {
	case byCount:
		return cmp.Compare(b.count, a.count)
	case byGrowth:
		return cmp.Compare(b.growth(), a.growth())
	case byAge:
		return cmp.Compare(b.minutes(), a.minutes())
	}
	return cmp.Compare(a.rank, b.rank)
}

// complete reports whether nothing was lost that could hide a finding.
func (r *report) complete() bool {
	return r.summary != nil && !slices.ContainsFunc(r.losses, func(l unleak.Loss) bool { return l.Hides })
}

// sentence sums the report up.
func (r *report) sentence() string {
	s := r.summary
	if s == nil {
		s = new(unleak.Summary)
		for _, row := range r.rows {
			if row.finding != nil {
				s.Count(row.finding)
			}
		}
	}
	return s.Sentence(r.complete())
}

// place writes a frame's "file:line" as short as it stays clear: a file of the
// standard library or the module cache is named from its package or module on.
func place(f unleak.Frame) string {
	file := strings.ReplaceAll(f.File, `\`, "/")
	switch pkg := f.Package(); {
	case f.File == "":
		return ""
	case f.Local():
		file = f.File
	case strings.Contains(file, "/pkg/mod/"):
		_, file, _ = strings.Cut(file, "/pkg/mod/")
	case unleak.IsStandard(pkg):
		file = path.Join(pkg, path.Base(file))
	}
	if f.Line <= 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, f.Line)
}

// SPDX-License-Identifier: MIT

package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/unleak/unleak"
)

// A line is one of a document's.
type line struct {
	text   string
	frame  int  // the frame that it belongs to, or -1
	chosen bool // it names the selected frame
	own    bool // it is that frame's line of source
}

// A document collects lines of one width.
type document struct {
	*model
	width int
	lines []line
}

// document makes what the details or a page show, all of it.
func (m *model) document(l layout) []line {
	if l.document.height <= 0 || l.document.width <= 0 {
		return nil
	}
	d := document{model: m, width: l.document.width}
	switch r := m.selected(); {
	case m.focus == helpPage:
		d.help()
	case m.focus == overviewPage:
		d.overview()
	case r != nil:
		d.row(r)
	}
	return d.lines
}

func (d *document) say(text string) { d.lines = append(d.lines, line{text: text, frame: -1}) }

// margin is as wide as a label with its space.
const margin = 9

// label writes a field behind a label, broken where it passes the width.
func (d *document) label(name, text string) {
	if text == "" {
		return
	}
	for i, part := range d.ruler.wrap(clip(text), d.width-margin) {
		if i > 0 {
			name = ""
		}
		d.say(d.ruler.fit(paint(d.theme.faint, name), margin) + part)
	}
}

// wrapped writes a text over the whole width.
func (d *document) wrapped(style, text string) {
	for _, part := range d.ruler.wrap(clip(text), d.width) {
		d.say(paint(style, part))
	}
}

// row writes all that is known of a row.
func (d *document) row(r *row) {
	if r.finding != nil {
		d.finding(r)
	} else {
		d.group(r)
	}
	d.say("")
	d.stackLines(r)
}

func (d *document) finding(r *row) {
	f := r.finding
	grade := string(f.Grade)
	for i, part := range d.ruler.wrap(clip(grade+"  "+f.Headline()), d.width) {
		if rest, ok := strings.CutPrefix(part, grade); ok && i == 0 {
			d.say(paint(d.theme.grade(grade), grade) + paint(bold, rest))
			continue
		}
		d.say(paint(bold, part))
	}
	if entry, ok := f.Cause.Text(); ok {
		d.wrapped("", entry.Title+" (unleak explain "+string(f.Cause)+")")
	}
	d.say("")
	d.label("why", f.Explanation)
	d.growth(r)
	sign := "signs"
	if f.Grade == unleak.Proven {
		sign = "proof"
	}
	for i, reason := range append(f.Reasons(), f.Notes()...) {
		d.label(first(i, sign), reason)
	}
	for i, fix := range f.Fixes {
		title := fix.Title
		if i > 0 {
			title = "or: " + title
		}
		d.label(first(i, "fix"), title)
		d.edits(fix.Edits)
	}
	if f.Impact != nil {
		d.label("impact", f.Impact.Text())
	}
	d.age(r)
	d.started(f)
	d.label("tests", strings.Join(f.TestCounts(), ", "))
	d.label("seen in", strings.Join(instances(f), ", "))
	d.label("key", f.Key)
}

// first returns a label for the first of several fields only.
func first(i int, name string) string {
	if i > 0 {
		return ""
	}
	return name
}

// instances lists the processes that have the leak, where evidence names them.
func instances(f *unleak.Finding) []string {
	var names []string
	for _, s := range f.Starters() {
		if s.Instance != "" {
			names = append(names, fmt.Sprintf("%s (%s)", s.Instance, unleak.Number(s.Count)))
		}
	}
	return names
}

func (d *document) group(r *row) {
	d.wrapped(bold, unleak.Plural(r.count, "goroutine")+": "+string(r.wait)+" in "+r.blocked.Func)
	d.say("")
	d.label("idle", r.stacks[0].Idle)
	d.growth(r)
	d.age(r)
	d.label("key", r.id.key)
}

// growth shows how the number changed from look to look.
func (d *document) growth(r *row) {
	text := ""
	if n := len(r.counts); n > 1 {
		text = unleak.Number(r.counts[0]) + " to " + unleak.Number(r.counts[n-1])
	}
	if r.finding != nil && r.finding.Impact != nil {
		text = r.finding.Impact.Growth()
	}
	d.label("looks", strings.TrimSpace(spark(r.counts, max(8, d.width/4))+"  "+text))
}

func (d *document) age(r *row) {
	if r.age != nil {
		d.label("waiting", r.age.Text(r.count))
	}
}

// started writes the go statements that led here, the nearest first.
func (d *document) started(f *unleak.Finding) {
	if f.Created == nil || f.Created.IsZero() {
		return
	}
	d.label("started", startedBy(*f.Created))
	for _, c := range f.Creators {
		d.label("", "which was started "+startedBy(c))
	}
}

func startedBy(f unleak.Frame) string {
	by := "by " + unleak.ShortFunc(f.Func)
	if at := place(f); at != "" {
		return by + " at " + at
	}
	return by
}

// maxEditLines bounds how much of one fix is shown.
const maxEditLines = 12

func (d *document) edits(edits []unleak.Edit) {
	left := maxEditLines
	for _, e := range edits {
		verb := "change to"
		switch {
		case e.New == "":
			verb = "delete"
		case e.End < e.Line:
			verb = "insert"
		}
		d.label("", fmt.Sprintf("%s:%d: %s", e.File, e.Line, verb))
		if e.New == "" {
			continue
		}
		for text := range strings.SplitSeq(e.New, "\n") {
			if left--; left < 0 {
				d.say(strings.Repeat(" ", margin) + "…")
				return
			}
			d.say(strings.Repeat(" ", margin) + paint(d.theme.green, "+ "+clip(tabs(text))))
		}
	}
}

// stackLines writes the stack that is looked at, with the source beneath the
// selected frame.
func (d *document) stackLines(r *row) {
	g := d.currentStack()
	title := "stack"
	if len(r.stacks) > 1 {
		title = fmt.Sprintf("stack %d of %d, of %s; [ and ] for the others", d.stack+1, len(r.stacks), unleak.Plural(g.Count, "goroutine"))
	}
	d.say(paint(bold, title))
	if g.Leaked > 0 {
		d.wrapped(d.theme.faint, unleak.Number(g.Leaked)+" marked (leaked) by the runtime, in this profile or an earlier one")
	}
	for _, key := range sortedKeys(g.Labels) {
		d.wrapped(d.theme.faint, "label "+clip(key)+": "+valueList(g.Labels[key], 5))
	}
	if len(g.Stack) == 0 {
		d.say(paint(d.theme.faint, "the stack is not known"))
	}
	// The runtime prints 50 inner and 50 outer frames (runtime/traceback.go).
	const inner = 50
	for i, f := range g.Stack {
		if i == inner && g.Elided > 0 {
			d.elided(g)
		}
		d.frameLines(i, f)
	}
	if g.Elided != 0 && (g.Elided < 0 || len(g.Stack) <= inner) {
		d.elided(g)
	}
	if g.Created != nil && !g.Created.IsZero() {
		d.say(paint(d.theme.faint, d.ruler.cut("  created by "+clip(unleak.ShortFunc(g.Created.Func))+"  "+clip(place(*g.Created)), d.width)))
	}
}

func (d *document) elided(g *unleak.Group) {
	text := "some frames were left out of the dump"
	if g.Elided > 0 {
		text = unleak.Plural(g.Elided, "frame") + " left out of the dump"
	}
	d.say(paint(d.theme.faint, "  … "+text))
}

func (d *document) frameLines(i int, f unleak.Frame) {
	chosen := i == d.frame
	mark := "  "
	if chosen {
		mark = cursorMark
	}
	name, at := clip(unleak.ShortFunc(f.Func)), clip(place(f))
	if unleak.IsStandard(f.Package()) {
		name = paint(d.theme.faint, name)
	}
	text := mark + name
	if gap := d.width - d.ruler.StringWidth(text) - d.ruler.StringWidth(at); at != "" && gap >= 2 {
		text += "  " + paint(d.theme.faint, at)
	} else if at != "" {
		d.lines = append(d.lines, line{text: text, frame: i, chosen: chosen})
		text = "    " + paint(d.theme.faint, d.ruler.cut(at, d.width-4))
	}
	d.lines = append(d.lines, line{text: text, frame: i, chosen: chosen})
	if chosen {
		d.sourceLines(i, f)
	}
}

// around is how many lines of source are shown before and after the frame's.
const around = 4

// sourceLines shows the source around a frame, or the one line that the report
// brought with it.
func (d *document) sourceLines(i int, f unleak.Frame) {
	e := d.excerpt(f)
	at := f.Line - e.First
	if at < 0 || at >= len(e.Lines) {
		switch {
		case f.Text != "":
			e = Excerpt{First: f.Line, Lines: []string{f.Text}}
			at = 0
		case d.source != nil && f.Line > 0:
			d.lines = append(d.lines, line{text: paint(d.theme.faint, "    the source was not found on this machine"), frame: i})
			return
		default:
			return
		}
	}
	from, to := max(0, at-around), min(len(e.Lines), at+around+1)
	texts := make([]string, 0, to-from)
	for _, text := range e.Lines[from:to] {
		texts = append(texts, clip(clean(tabs(text))))
	}
	cut := indentation(texts)
	for k, text := range texts {
		number := fmt.Sprintf("%7d ", e.First+from+k)
		code := text[min(cut, len(text)):]
		if from+k == at {
			d.lines = append(d.lines, line{text: paint(bold, number+"▶ "+code), frame: i, own: true})
			continue
		}
		d.lines = append(d.lines, line{text: paint(d.theme.faint, number+"│ ") + code, frame: i})
	}
}

// tabs puts four columns in place of a tab, as this project's reports do.
func tabs(s string) string { return strings.ReplaceAll(s, "\t", "    ") }

// indentation is the number of spaces that all lines with a text begin with.
func indentation(lines []string) int {
	least := -1
	for _, s := range lines {
		if text := strings.TrimLeft(s, " "); text != "" && (least < 0 || len(s)-len(text) < least) {
			least = len(s) - len(text)
		}
	}
	return max(0, least)
}

func sortedKeys(labels map[string][]unleak.ValueCount) []string {
	var keys []string
	for key := range labels {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

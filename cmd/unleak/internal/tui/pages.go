// SPDX-License-Identifier: MIT

package tui

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak"
)

// help writes what the keys do.
func (d *document) help() {
	d.say(paint(bold, "Keys"))
	for _, b := range bindings() {
		d.label(b.shown, b.long)
	}
	d.say("")
	d.wrapped("", "The mouse selects rows and frames, and its wheel moves what is under it; hold shift to select text.")
	d.say("")
	d.say(paint(bold, "The list"))
	d.label("grade", "proven: the runtime proved that nothing can wake it. likely: it grows, or cannot end. suspect: worth a look. Groups without a grade are no finding.")
	d.label("change", "since the look before; new: there was none then")
	d.label("age", "as the garbage collector notes it: right give or take a GC cycle")
}

// overview writes what belongs to the whole report.
func (d *document) overview() {
	r := d.report
	d.wrapped(bold, r.sentence())
	if r.summary != nil && r.summary.Forecast != nil {
		d.wrapped("", r.summary.Forecast.Text(r.summary.Total))
	}
	if r.config.Go != "" {
		d.wrapped(d.theme.faint, "Go release of the process: "+r.config.Go)
	}
	if d.failed != "" {
		d.say("")
		d.wrapped(d.theme.red, d.failed)
	}
	d.losses()
	d.looksTaken()
	for _, rollup := range r.rollups {
		d.rollup(rollup)
	}
}

// losses says what was not seen, and what else there is to know.
func (d *document) losses() {
	r := d.report
	if r.complete() && len(r.losses) == 0 && r.config.NoProof == "" {
		return
	}
	heading := "Notes"
	if !r.complete() {
		heading = "Not seen"
	}
	d.say("")
	d.say(paint(bold, heading))
	for _, l := range r.losses {
		style := ""
		if l.Hides {
			style = d.theme.yellow
		}
		d.wrapped(style, l.Message)
	}
	if r.summary == nil {
		d.wrapped(d.theme.yellow, "the report broke off before its summary, so findings may be missing.")
	}
	if r.config.NoProof != "" {
		d.wrapped("", "without the runtime's proof: "+r.config.NoProof)
	}
}

// maxLooks is how many looks are told of, the last ones.
const maxLooks = 20

// looksTaken lists the snapshots.
func (d *document) looksTaken() {
	snapshots := d.report.snapshots
	if len(snapshots) == 0 {
		return
	}
	d.say("")
	var counts []int
	for _, s := range snapshots {
		counts = append(counts, s.Goroutines)
	}
	d.say(paint(bold, "Looks") + "  " + spark(counts, max(8, d.width/3)))
	if earlier := len(snapshots) - maxLooks; earlier > 0 {
		d.say(paint(d.theme.faint, fmt.Sprintf("%*s%d earlier", margin, "", earlier)))
		snapshots = snapshots[earlier:]
	}
	for _, s := range snapshots {
		text := fmt.Sprintf("%s, %s, %s", unleak.Plural(s.Goroutines, "goroutine"), unleak.Bytes(s.Bytes), s.Format)
		if s.Delta > 0 {
			text += ", the change in " + s.Delta.String()
		}
		if m := s.Memory; m != nil {
			text += fmt.Sprintf(", %s of stacks in %s", unleak.Bytes(m.Stack), unleak.Bytes(m.Sys))
		}
		at := ""
		if !s.Time.IsZero() {
			at = clock(s.Time)
		}
		d.label(at, text+", "+s.From)
	}
}

// maxValues is how many values of a dimension are shown.
const maxValues = 20

func (d *document) rollup(r unleak.Rollup) {
	d.say("")
	d.say(paint(bold, "By "+clip(r.By)))
	most := 1
	for _, v := range r.Values {
		most = max(most, v.Count)
	}
	bar := max(4, d.width/5)
	for _, v := range r.Values[:min(len(r.Values), maxValues)] {
		filled := max(1, v.Count*bar/most)
		d.say(d.ruler.right(number(v.Count), margin-1) + " " + paint(d.theme.blue, d.ruler.fit(strings.Repeat("█", filled), bar)) + " " + clip(v.Value))
	}
	if rest := len(r.Values) - maxValues; rest > 0 {
		d.say(paint(d.theme.faint, fmt.Sprintf("%*sand %d more", margin, "", rest)))
	}
	if r.Without > 0 {
		d.say(paint(d.theme.faint, d.ruler.right(number(r.Without), margin-1)+" have none"))
	}
}

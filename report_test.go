// SPDX-License-Identifier: MIT

package unleak_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/unleak/unleak"
)

// aReport has one or two of everything.
func aReport() *unleak.Report {
	return &unleak.Report{
		Config:    unleak.Config{Tool: "unleak", Command: "inspect"},
		Snapshots: []unleak.Snapshot{{From: "a"}, {From: "b"}},
		Findings: []unleak.Finding{
			{Key: "1", Grade: unleak.Proven, Count: 5}, {Key: "2", Grade: unleak.Likely, Count: 7}, {Key: "3", Grade: unleak.Suspect, Count: 9},
		},
		Groups:  []unleak.Group{{Key: "1", Count: 5}, {Key: "4", Count: 2}},
		Rollups: []unleak.Rollup{{By: "wait"}},
		Losses:  []unleak.Loss{{Kind: "truncated", Hides: true}, {Kind: "elided"}},
		Summary: unleak.Summary{Total: 99, Idle: 3, Running: 4},
	}
}

// TestReportMessages: a report is the same after it went through a stream, but for
// the sums, which the stream counts.
func TestReportMessages(t *testing.T) {
	r := aReport()
	var kinds []string
	var back unleak.Report
	for m := range r.Messages() {
		v := reflect.ValueOf(m)
		for i := range v.NumField() {
			if !v.Field(i).IsNil() {
				kinds = append(kinds, v.Type().Field(i).Name)
			}
		}
		back.Add(m)
	}
	want := []string{"Config", "Snapshot", "Snapshot", "Finding", "Finding", "Finding", "Group", "Group", "Rollup", "Loss", "Loss", "Summary"}
	if !slices.Equal(kinds, want) {
		t.Errorf("messages %v, want %v", kinds, want)
	}
	r.Summary = unleak.Summary{Proven: 1, Likely: 1, Suspect: 1, Goroutines: 21, Total: 99, Idle: 3, Running: 4, Losses: 2}
	if !reflect.DeepEqual(&back, r) {
		t.Errorf("got %+v\nwant %+v", back, *r)
	}
	again := slices.Collect(back.Messages())
	if !reflect.DeepEqual(again, slices.Collect(r.Messages())) {
		t.Errorf("the second stream differs: %+v", again)
	}
}

// TestReportMessagesStop: whoever has enough is told no more.
func TestReportMessagesStop(t *testing.T) {
	r := aReport()
	all := len(slices.Collect(r.Messages()))
	for stop := 1; stop <= all; stop++ {
		n := 0
		for range r.Messages() {
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Errorf("%d messages, want %d", n, stop)
		}
	}
}

// TestReportAdd: progress is no part of a report.
func TestReportAdd(t *testing.T) {
	var r unleak.Report
	r.Add(unleak.Message{Progress: &unleak.Progress{Message: "reading"}})
	r.Add(unleak.Message{})
	if !reflect.DeepEqual(r, unleak.Report{}) {
		t.Errorf("got %+v", r)
	}
}

func TestReportDrop(t *testing.T) {
	r := aReport()
	r.Drop(func(f *unleak.Finding) bool { return f.Grade != unleak.Likely })
	r.Drop(func(f *unleak.Finding) bool { return false })
	if len(r.Findings) != 1 || r.Findings[0].Key != "2" || r.Summary.Ignored != 2 {
		t.Errorf("%d ignored, left %+v", r.Summary.Ignored, r.Findings)
	}
	messages := slices.Collect(r.Messages())
	if s := messages[len(messages)-1].Summary; s.Proven != 0 || s.Likely != 1 || s.Suspect != 0 || s.Goroutines != 7 || s.Ignored != 2 {
		t.Errorf("summary %+v", s)
	}
}

func TestReportHides(t *testing.T) {
	r := aReport()
	if !r.Hides() {
		t.Error("what was cut off hides findings")
	}
	if r.Losses = r.Losses[1:]; r.Hides() {
		t.Error("a note hides nothing")
	}
	if r.Losses = nil; r.Hides() {
		t.Error("no loss hides nothing")
	}
}

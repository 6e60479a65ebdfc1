// SPDX-License-Identifier: MIT

package diagnose

import (
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

// left makes a leftover of a goroutine that waits for wait.
func left(wait unleak.Wait, test string, run uint64) Leftover {
	return Leftover{
		Goroutine: &unleak.Goroutine{Count: 1, Wait: wait, Stack: []unleak.Frame{{Func: "m.f"}}},
		Package:   "m", Test: test, Run: run,
	}
}

func leaked(l Leftover) Leftover {
	l.Goroutine.Leaked = true
	return l
}

func unfinished(l Leftover) Leftover {
	l.Unfinished = true
	return l
}

func how(l Leftover, h unleak.How) Leftover {
	l.How = h
	return l
}

func outlived(wait unleak.Wait) []Leftover {
	return []Leftover{how(left(wait, "TestA", 7), unleak.HowOutlived)}
}

func TestGrade(t *testing.T) {
	const recv, sleep, io = unleak.WaitReceive, unleak.WaitSleep, unleak.WaitIO
	one := []Leftover{left(recv, "TestA", 7)}
	two := []Leftover{left(recv, "TestA", 7), left(recv, "TestB", 8)}
	asleep := []Leftover{left(sleep, "TestA", 7)}
	tests := []struct {
		name    string
		left    []Leftover
		verdict Verdict
		growth  *Growth
		grade   unleak.Grade
		how     unleak.How
		count   int
	}{
		{"proof", []Leftover{leaked(left(recv, "TestA", 7))}, Verdict{}, nil, unleak.Proven, unleak.HowProof, 1},
		{"proof without a test", []Leftover{leaked(left(recv, "", 0))}, Verdict{}, nil, unleak.Proven, unleak.HowProof, 1},
		{"proof of some: those alone count", []Leftover{leaked(left(recv, "TestA", 7)), left(recv, "TestA", 7)}, Verdict{}, nil, unleak.Proven, unleak.HowProof, 1},
		{"nil channel", []Leftover{left(unleak.WaitSendNil, "TestA", 7)}, Verdict{}, nil, unleak.Proven, unleak.HowAlwaysStuck, 1},
		{"deadlock", []Leftover{how(left(recv, "", 0), unleak.HowDeadlock)}, Verdict{}, nil, unleak.Proven, unleak.HowDeadlock, 1},
		{"time-out", []Leftover{how(left(recv, "TestA", 0), unleak.HowTimeout)}, Verdict{Endless: true}, nil, unleak.Suspect, unleak.HowTimeout, 1},

		{"outlived", outlived(recv), Verdict{}, nil, unleak.Likely, unleak.HowOutlived, 1},
		{"outlived, proof", []Leftover{leaked(outlived(recv)[0])}, Verdict{}, nil, unleak.Proven, unleak.HowProof, 1},
		{"outlived, ends by itself", outlived(recv), Verdict{WillEnd: true}, nil, unleak.Suspect, unleak.HowOutlived, 1},
		{"outlived, once in a process", outlived(recv), Verdict{Once: true, Single: true}, nil, unleak.Suspect, unleak.HowOutlived, 1},
		{"outlived, asleep", outlived(sleep), Verdict{}, nil, unleak.Suspect, unleak.HowOutlived, 1},
		{"outlived, asleep for ever", outlived(sleep), Verdict{Endless: true}, nil, unleak.Likely, unleak.HowOutlived, 1},

		{"once", one, Verdict{}, nil, unleak.Suspect, unleak.HowLeftOver, 1},
		{"two tests", two, Verdict{}, nil, unleak.Likely, unleak.HowRepeated, 2},
		{"two runs of a test", []Leftover{left(recv, "TestA", 7), left(recv, "TestA", 9)}, Verdict{}, nil, unleak.Likely, unleak.HowRepeated, 2},
		{"two in one run", []Leftover{left(recv, "TestA", 7), left(recv, "TestA", 7)}, Verdict{}, nil, unleak.Suspect, unleak.HowLeftOver, 2},
		{"no test", []Leftover{left(recv, "", 0), left(recv, "", 0)}, Verdict{Endless: true}, nil, unleak.Suspect, unleak.HowLeftOver, 2},
		{"endless loop", one, Verdict{Endless: true}, nil, unleak.Likely, unleak.HowEndlessLoop, 1},
		{"endless loop, started once", one, Verdict{Endless: true, Once: true}, nil, unleak.Suspect, unleak.HowLeftOver, 1},
		{"endless loop that two tests started, each under a Once of its own", two, Verdict{Endless: true, Once: true}, nil, unleak.Likely, unleak.HowRepeated, 2},

		{"grew", one, Verdict{}, &Growth{1, 3}, unleak.Likely, unleak.HowGrowth, 1},
		{"grew by less than each run", one, Verdict{}, &Growth{1, 2}, unleak.Suspect, unleak.HowLeftOver, 1},
		{"grew, though started once", one, Verdict{Once: true}, &Growth{1, 3}, unleak.Likely, unleak.HowGrowth, 1},
		{"did not grow: two tests that share a pool", two, Verdict{}, &Growth{2, 2}, unleak.Suspect, unleak.HowLeftOver, 2},
		{"did not grow: an endless loop", one, Verdict{Endless: true}, &Growth{1, 1}, unleak.Suspect, unleak.HowLeftOver, 1},
		{"ended by itself", two, Verdict{}, &Growth{2, 0}, "", "", 2},
		{"did not come again", one, Verdict{}, &Growth{0, 0}, unleak.Suspect, unleak.HowLeftOver, 1},

		{"asleep", asleep, Verdict{}, nil, "", "", 1},
		{"asleep and did not grow", asleep, Verdict{}, &Growth{1, 1}, "", "", 1},
		{"asleep and grew", asleep, Verdict{}, &Growth{1, 3}, unleak.Likely, unleak.HowGrowth, 1},
		{"asleep in two tests", []Leftover{left(sleep, "TestA", 7), left(sleep, "TestB", 8)}, Verdict{}, nil, unleak.Likely, unleak.HowRepeated, 2},
		{"asleep for long in a loop with a way out", asleep, Verdict{Naps: true}, nil, "", "", 1},
		{"asleep for long in two tests", []Leftover{left(sleep, "TestA", 7), left(sleep, "TestB", 8)}, Verdict{Naps: true}, nil, "", "", 2},
		{"asleep for long and grew: not awake yet", asleep, Verdict{Naps: true}, &Growth{1, 3}, unleak.Suspect, unleak.HowLeftOver, 1},
		{"asleep outside of loops", asleep, Verdict{WillEnd: true}, &Growth{1, 3}, "", "", 1},
		{"the network", []Leftover{left(io, "TestA", 7)}, Verdict{}, nil, "", "", 1},

		{"its test had not ended", []Leftover{unfinished(left(recv, "TestA", 7))}, Verdict{Endless: true}, nil, "", "", 1},
		{"proven, though its test had not ended", []Leftover{leaked(unfinished(left(recv, "TestA", 7)))}, Verdict{}, nil, unleak.Proven, unleak.HowProof, 1},
		{"one ended test and one that had not", []Leftover{left(recv, "TestA", 7), unfinished(left(recv, "TestB", 8))}, Verdict{}, nil, unleak.Suspect, unleak.HowLeftOver, 2},
	}
	for _, tt := range tests {
		c := &Case{Package: "m", Left: tt.left, Verdict: tt.verdict, Growth: tt.growth, Key: tt.left[0].Goroutine.Key()}
		grade, how := c.Grade()
		if grade != tt.grade || how != tt.how || c.Count() != tt.count {
			t.Errorf("%s: %q by %q, %d; want %q by %q, %d", tt.name, grade, how, c.Count(), tt.grade, tt.how, tt.count)
		}
	}
}

func TestDoubtful(t *testing.T) {
	recv := unleak.WaitReceive
	tests := []struct {
		name string
		c    Case
		want bool
	}{
		{"left over once", Case{Left: []Leftover{left(recv, "TestA", 7)}}, true},
		{"in two tests", Case{Left: []Leftover{left(recv, "TestA", 7), left(recv, "TestB", 8)}}, true},
		{"proven", Case{Left: []Leftover{leaked(left(recv, "TestA", 7))}}, false},
		{"no test to run", Case{Left: []Leftover{left(recv, "", 0)}}, false},
		{"started once in a process", Case{Left: []Leftover{left(recv, "TestA", 7)}, Verdict: Verdict{Once: true, Single: true}}, false},
		{"started once in a process, it seemed", Case{Left: []Leftover{left(recv, "TestA", 7), left(recv, "TestB", 8)}, Verdict: Verdict{Once: true, Single: true}}, true},
		{"started once an object", Case{Left: []Leftover{left(recv, "TestA", 7)}, Verdict: Verdict{Once: true}}, true},
		{"ends by itself", Case{Left: []Leftover{left(recv, "TestA", 7)}, Verdict: Verdict{WillEnd: true}}, false},
		{"confirmed already", Case{Left: []Leftover{left(recv, "TestA", 7)}, Growth: &Growth{1, 3}}, false},
		{"its test had not ended", Case{Left: []Leftover{unfinished(left(recv, "TestA", 7))}}, false},
		{"a test that hangs", Case{Left: []Leftover{how(left(recv, "TestA", 7), unleak.HowTimeout)}}, false},
	}
	for _, tt := range tests {
		tt.c.Key = tt.c.Left[0].Goroutine.Key()
		if got := tt.c.Doubtful(); got != tt.want {
			t.Errorf("%s: doubtful %t, want %t", tt.name, got, tt.want)
		}
	}
}

// TestGrowthNote checks that the numbers of a confirming run stand with a test
// that ran again.
func TestGrowthNote(t *testing.T) {
	init := left(unleak.WaitReceive, "", 0)
	init.Note = "started by package initialisation"
	set := Cases([]Leftover{init, left(unleak.WaitReceive, "TestA", 7)}, nil)
	set.Cases[0].Growth = &Growth{Once: 1, Thrice: 3}
	findings, _ := set.Findings()
	for _, e := range findings[0].Evidence {
		if want := e.Test == "TestA"; strings.Contains(e.Note, "run again alone") != want {
			t.Errorf("the note of %q is %q", e.Test, e.Note)
		}
	}
}

// TestFindings merges what two packages left of one key, and keeps what is merely
// running out.
func TestFindings(t *testing.T) {
	var all []Leftover
	for _, pkg := range []string{"m/a", "m/b"} {
		for i, test := range []string{"TestX", "TestY", "TestX"} {
			l := leaked(left(unleak.WaitSend, test, uint64(i)))
			l.Package = pkg
			all = append(all, l)
		}
	}
	suspect := left(unleak.WaitReceive, "", 0)
	suspect.Note = "started by TestMain"
	all = append(all, suspect, left(unleak.WaitSleep, "TestZ", 9))
	findings, running := Cases(all, nil).Findings()
	if len(findings) != 2 || running != 1 {
		t.Fatalf("%d findings and %d running, want 2 and 1: %+v", len(findings), running, findings)
	}
	f := findings[0]
	if f.Grade != unleak.Proven || f.Count != 6 || f.Cause != unleak.CauseChanSend || len(f.Evidence) != 4 {
		t.Errorf("the first finding is %+v", f)
	}
	for i, want := range []unleak.Evidence{
		{Source: "test", How: "gc-proof", Grade: "proven", Count: 2, Package: "m/a", Test: "TestX", Runs: 2},
		{Source: "test", How: "gc-proof", Grade: "proven", Count: 1, Package: "m/a", Test: "TestY"},
		{Source: "test", How: "gc-proof", Grade: "proven", Count: 2, Package: "m/b", Test: "TestX", Runs: 2},
		{Source: "test", How: "gc-proof", Grade: "proven", Count: 1, Package: "m/b", Test: "TestY"},
	} {
		if f.Evidence[i] != want {
			t.Errorf("evidence %d is %+v, want %+v", i, f.Evidence[i], want)
		}
	}
	if s := findings[1]; s.Grade != unleak.Suspect || s.Evidence[0].Note != "started by TestMain" {
		t.Errorf("the second finding is %+v", s)
	}
}

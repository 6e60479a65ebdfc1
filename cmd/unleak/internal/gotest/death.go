// SPDX-License-Identifier: MIT

package gotest

import (
	"bytes"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
	"github.com/unleak/unleak/internal/dump"
)

const (
	// timeoutText is how the test binary's own alarm ends it (testing,
	// (*M).startAlarm).
	timeoutText = "panic: test timed out after "
	// deadlockText is how the runtime ends a process in which every goroutine is
	// asleep (runtime, checkdead).
	deadlockText = "fatal error: all goroutines are asleep"
)

func (p *packageResult) timedOut() bool   { return strings.HasPrefix(p.Death, timeoutText) }
func (p *packageResult) deadlocked() bool { return strings.HasPrefix(p.Death, deadlockText) }

// hangs reports whether a process that died with the line shows goroutines that
// hang. In any other crash they were in the middle of their work.
func hangs(death string) bool {
	return strings.HasPrefix(death, timeoutText) || strings.HasPrefix(death, deadlockText)
}

// leftovers returns the goroutines of the traceback with which a test binary
// died, where that tells of goroutines that hang: a time-out or a deadlock.
func (p *packageResult) leftovers() []diagnose.Leftover {
	how := unleak.HowTimeout
	switch {
	case p.timedOut():
	case p.deadlocked():
		how = unleak.HowDeadlock
	default:
		return nil
	}
	tests := p.runningTests()
	var all []*unleak.Goroutine
	alive := make(map[uint64]*unleak.Goroutine)
	for g, err := range dump.Read(bytes.NewReader(p.Traceback), dump.Options{}) {
		if err == nil {
			kept := *g
			all = append(all, &kept)
			alive[g.ID] = &kept
		}
	}
	var left []diagnose.Leftover
	for _, g := range all {
		if ownAlarm(g) || !g.Wait.CanLeak() {
			continue
		}
		l := diagnose.Leftover{Goroutine: g, Package: p.Package, How: how}
		if l.Test = startedUnder(g, alive, tests); l.Test == "" {
			l.Note = "a dying process prints no labels: the test is not known"
		}
		left = append(left, l)
	}
	return left
}

// ownAlarm reports whether the goroutine is the alarm itself, or the main one as
// it waits for the tests.
func ownAlarm(g *unleak.Goroutine) bool {
	for _, f := range g.Stack {
		if strings.HasPrefix(f.Func, "testing.(*M).startAlarm.") {
			return true
		}
	}
	return g.Entry().Func == "main.main" && g.Blocked().Package() == "main"
}

// runningTests reads the list that the alarm prints: a line "running tests:" and
// a line for each, "\tTestX (1m0s)".
func (p *packageResult) runningTests() []string {
	_, list, _ := strings.Cut(string(p.Traceback), "running tests:\n")
	var tests []string
	for line := range strings.Lines(list) {
		if !strings.HasPrefix(line, "\t") {
			break
		}
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		tests = append(tests, name)
	}
	return tests
}

// startedUnder names the test that a goroutine of a traceback, or the nearest of
// its creators that still lives, was started under.
func startedUnder(g *unleak.Goroutine, alive map[uint64]*unleak.Goroutine, running []string) string {
	for seen := map[uint64]bool{}; g != nil && !seen[g.ID]; g = alive[g.Creator] {
		if test := testOf(g, running); test != "" {
			return test
		}
		seen[g.ID] = true
	}
	return ""
}

// testOf names the test whose function stands on the goroutine's stack or created
// it: a top-level test, narrowed to the one running subtest where there is only
// one. A deadlock prints no list of running tests: there the name has to do.
func testOf(g *unleak.Goroutine, running []string) string {
	functions := []string{g.Created.Func}
	for _, f := range g.Stack {
		functions = append(functions, f.Func)
	}
	for _, function := range functions {
		last := function[strings.LastIndexByte(function, '/')+1:]
		_, name, _ := strings.Cut(last, ".")
		name, _, _ = strings.Cut(name, ".")
		var match []string
		for _, test := range running {
			if top, _, _ := strings.Cut(test, "/"); top == name {
				match = append(match, test)
			}
		}
		switch len(match) {
		case 0:
			if len(running) == 0 && strings.HasPrefix(name, "Test") {
				return name
			}
		case 1:
			return match[0]
		default:
			return name
		}
	}
	return ""
}

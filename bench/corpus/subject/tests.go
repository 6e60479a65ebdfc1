// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime/debug"
	"testing"
	"testing/synctest"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

// inTest runs the function as the only test of a test binary would run, and never
// returns. The creator of the test's goroutine is the calling one.
func (s *scene) inTest(f func(*testing.T), flags ...string) {
	os.Args = append(os.Args[:1], flags...)
	any := func(string, string) (bool, error) { return true, nil }
	tests := []testing.InternalTest{{Name: "TestHang", F: f}}
	s.known = append(s.known, dumptest.Here(unleak.WaitReceive))
	testing.Main(any, tests, nil, nil)
}

// byTest says who started the goroutine of a test.
func byTest(g dumptest.Goroutine, creator uint64) dumptest.Goroutine {
	g.Created, g.Creator = unleak.Frame{Func: "testing.(*T).Run"}, creator
	return g
}

// bubble has goroutines in a bubble, which needs a test, and others outside.
func bubble(s *scene) {
	s.crew()
	ready := make(chan bool)
	at := dumptest.Next()
	go s.inTest(func(t *testing.T) {
		runner := &s.known[len(s.known)-1]
		runner.Created, runner.Creator = at, 1
		outside := byTest(dumptest.Here("synctest.Run"), runner.ID)
		outside.Stack[0].Line += 3
		outside.Bubble = 1
		s.known = append(s.known, outside)
		synctest.Test(t, func(t *testing.T) {
			before := len(s.known)
			s.crew()
			s.sleeper()
			inside := dumptest.Here(unleak.WaitSelectNone)
			middle := dumptest.Goroutine{ID: creator(), Wait: unleak.WaitReceive, Creator: outside.ID}
			middle.Created = unleak.Frame{Func: "testing/synctest.Test"}
			middle.Stack = []unleak.Frame{{Func: "testing/synctest.Test.func1"}}
			inside.Created, inside.Creator = unleak.Frame{Func: "testing/synctest.testingSynctestTest"}, middle.ID
			inside.Stack[0].Line += 10
			s.known = append(s.known, middle, inside)
			for i := range s.known[before:] {
				s.known[before+i].Bubble = 1
			}
			ready <- true
			select {}
		})
	})
	<-ready
	s.dump(plainForms)
}

// creator returns the number of the goroutine that started the calling one.
func creator() (id uint64) {
	text := debug.Stack()
	_, after, _ := bytes.Cut(text[bytes.LastIndex(text, []byte("created by ")):], []byte(" in goroutine "))
	if _, err := fmt.Sscan(string(after), &id); err != nil {
		panic(err)
	}
	return id
}

// timeout ends as tests do that hang. The goroutine of the alarm is not ours.
func timeout(s *scene) {
	s.crew()
	alarm := unleak.Frame{Func: "testing.(*M).startAlarm.func1"}
	s.known = append(s.known, dumptest.Goroutine{Wait: unleak.WaitRunning, Stack: []unleak.Frame{alarm}})
	s.inTest(func(t *testing.T) {
		g := byTest(dumptest.Here(unleak.WaitSelectNone), 1)
		g.Stack[0].Line += 2
		s.write(g)
		select {}
	}, "-test.timeout=500ms")
}

// SPDX-License-Identifier: MIT

package leaktest

import (
	"context"
	"fmt"
	"io"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak"
)

// runner stands for *testing.M.
type runner func() int

func (r runner) Run() int { return r() }

func TestCheckMain(t *testing.T) {
	c := make(chan int)
	defer close(c)
	stay := func() { <-c }
	pprof.SetGoroutineLabels(context.Background()) // what unleak test may have set
	for _, tt := range []struct {
		name    string
		run     runner
		options Options
		code    int
		want    string // in the output; "" means that there is none
	}{
		{"clean", func() int { return 0 }, Options{}, 0, ""},
		{"failed", func() int { go stay(); return 1 }, Options{}, 1, "since tests have failed"},
		{"failed, checked", func() int { go stay(); return 2 }, Options{OnFailure: true}, 2, "left 1 goroutine behind"},
		{"left", func() int { go stay(); return 0 }, Options{}, 1, "leaktest: TestCheckMain (1)"},
		{"left by who knows", func() int { later(c); time.Sleep(20 * time.Millisecond); return 0 }, Options{Grace: 50 * time.Millisecond}, 1, "unattributed"},
		{"ignored", func() int { go stay(); return 0 }, Options{Background: []Ignore{{Package: here}}}, 0, ""},
		{"unused", func() int { return 0 }, Options{Ignore: []Ignore{{Func: "m.gone"}}, FailUnused: true}, 1, "m.gone"},
		{"misuse", func() int { return 0 }, Options{Since: Current()}, 1, "Options.Since"},
		{"misuse", func() int { return 0 }, Options{Ignore: make([]Ignore, 1)}, 1, "nothing is set"},
	} {
		if tt.options.Grace == 0 {
			tt.options.Grace = 10 * time.Millisecond
		}
		var out strings.Builder
		code := make(chan int)
		go func() { code <- checkMain(tt.run, tt.options, here, &out) }()
		if got := <-code; got != tt.code || !strings.Contains(out.String(), tt.want) || tt.want == "" && out.Len() > 0 {
			t.Errorf("%s: code %d, want %d and %q in\n%s", tt.name, got, tt.code, tt.want, out.String())
		}
	}
}

// later starts a goroutine of which nothing tells which test it belongs to: inlined,
// its name would.
//
//go:noinline
func later(c chan int) { time.AfterFunc(0, func() { <-c }) }

// TestReportedOnce: what a test's own check has reported is no news to CheckMain.
func TestReportedOnce(t *testing.T) {
	c := make(chan int)
	defer close(c)
	told := &quiet{TB: t}
	code := make(chan int)
	go func() {
		code <- checkMain(runner(func() int {
			done := make(chan bool)
			go func() {
				defer close(done)
				Check(told, Options{Grace: 10 * time.Millisecond})
				go func() { <-c }()
				told.cleanup()
			}()
			<-done
			return 0
		}), Options{Grace: 10 * time.Millisecond}, here, io.Discard)
	}()
	if got := <-code; got != 0 || told.errors != 1 {
		t.Errorf("code %d after %d errors of Check, want 0 after 1", got, told.errors)
	}
}

// quiet is a test whose errors are counted.
type quiet struct {
	testing.TB
	errors  int
	cleanup func()
}

func (q *quiet) Helper()               {}
func (q *quiet) Cleanup(f func())      { q.cleanup = f }
func (q *quiet) Error(...any)          { q.errors++ }
func (q *quiet) Errorf(string, ...any) { q.errors++ }

func TestReportIsCapped(t *testing.T) {
	v := verdict{}
	if got := v.write("m", &Options{}); got != "" {
		t.Errorf("a report of nothing: %q", got)
	}
	for i := range 5000 {
		name := fmt.Sprintf("%s.f%d", strings.Repeat("long", 500), i)
		v.findings = append(v.findings, unleak.Finding{
			Key: name, Cause: unleak.CauseChanSend, Grade: unleak.Likely, Count: 20, Wait: unleak.WaitSend,
			Blocked: unleak.Frame{Func: name}, Entry: unleak.Frame{Func: name},
		})
	}
	for _, max := range []int{0, -1} {
		got := v.write("m", &Options{Max: max})
		if !strings.HasPrefix(got, "leaktest: m left 100,000 goroutines behind\n") || len(got) > 64<<10 {
			t.Errorf("Max %d: %d bytes: %.200s", max, len(got), got)
		}
		if cut := "not shown"; !strings.Contains(got, cut) {
			t.Errorf("Max %d: does not say that something is %s", max, cut)
		}
	}
}

// SPDX-License-Identifier: MIT

package leaktest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/leaktest"
)

// short is a grace for tests in which something is left.
const short = 30 * time.Millisecond

// A subject is a test that is checked: it keeps what a check says of it.
type subject struct {
	testing.TB
	failed   bool
	mu       sync.Mutex
	errors   []string
	logs     []string
	cleanups []func()
}

func (s *subject) Helper()           {}
func (s *subject) Failed() bool      { return s.failed }
func (s *subject) Cleanup(f func())  { s.cleanups = append(s.cleanups, f) }
func (s *subject) Log(args ...any)   { s.add(&s.logs, fmt.Sprint(args...)) }
func (s *subject) Error(args ...any) { s.add(&s.errors, fmt.Sprint(args...)) }

func (s *subject) Logf(format string, args ...any)   { s.Log(fmt.Sprintf(format, args...)) }
func (s *subject) Errorf(format string, args ...any) { s.Error(fmt.Sprintf(format, args...)) }

func (s *subject) add(list *[]string, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, text)
}

// run runs f as a test of its own, with all that its cleanups say.
func run(t *testing.T, f func(t *subject)) *subject {
	t.Helper()
	s := &subject{TB: t}
	done := make(chan bool)
	go func() {
		defer close(done)
		f(s)
		for i := len(s.cleanups) - 1; i >= 0; i-- {
			s.cleanups[i]()
		}
	}()
	<-done
	return s
}

// all returns what a check said.
func (s *subject) all() string { return strings.Join(append(s.errors, s.logs...), "\n") }

// gate returns a channel that is closed when the test ends, so that what is left
// behind on purpose goes too, and is no leak to the runtime.
func gate(t *testing.T) chan int {
	c := make(chan int)
	t.Cleanup(func() { close(c) })
	return c
}

func receive(c <-chan int) { <-c }

func TestClean(t *testing.T) {
	s := run(t, func(t *subject) {
		leaktest.Check(t)
		c := make(chan int)
		for range 10 {
			go receive(c)
		}
		close(c)
	})
	if len(s.errors) > 0 {
		t.Errorf("a clean test failed: %s", s.all())
	}
}

func TestLeft(t *testing.T) {
	t.Parallel()
	c := gate(t)
	s := run(t, func(t *subject) {
		leaktest.Check(t, leaktest.Options{Grace: short})
		for range 3 {
			go receive(c)
		}
	})
	for _, want := range []string{"TestLeft left 3 goroutines behind", "3 goroutines  chan receive", "leaktest_test.receive", "leaktest_test.go:", "<-c", "TestLeft.func1"} {
		if !strings.Contains(s.all(), want) {
			t.Errorf("%q is not in\n%s", want, s.all())
		}
	}
}

// TestOthers: what runs beside a test is none of its business.
func TestOthers(t *testing.T) {
	t.Parallel()
	c := gate(t)
	for range 100 {
		go receive(c)
	}
	s := run(t, func(t *subject) {
		leaktest.Check(t)
		done := make(chan bool)
		go func() { close(done) }()
		<-done
		other := make(chan bool)
		go func() {
			defer close(other)
			pprof.SetGoroutineLabels(context.Background()) // none of the mark either
		}()
		<-other
	})
	if len(s.errors) > 0 {
		t.Errorf("a clean test failed: %s", s.all())
	}
}

// TestReplaced: a goroutine whose labels were replaced is known by its creators.
func TestReplaced(t *testing.T) {
	t.Parallel()
	c := gate(t)
	for name, start := range map[string]func(){
		"none": func() {
			pprof.Do(context.Background(), pprof.Labels(), func(context.Context) { go receive(c) })
		},
		"others": func() {
			pprof.Do(context.Background(), pprof.Labels("a", "b"), func(context.Context) { go receive(c) })
		},
		"of a child": func() {
			go pprof.Do(context.Background(), pprof.Labels("a", "b"), func(context.Context) {
				go receive(c)
				<-c
			})
		},
	} {
		s := run(t, func(t *subject) {
			leaktest.Check(t, leaktest.Options{Grace: short})
			start()
		})
		if len(s.errors) == 0 || !strings.Contains(s.all(), "leaktest_test.receive") {
			t.Errorf("%s: not found: %s", name, s.all())
		}
	}
}

// TestSubtests: subtests are part of their test, but for those with a check of their
// own.
func TestSubtests(t *testing.T) {
	c := gate(t)
	var child *subject
	parent := run(t, func(p *subject) {
		leaktest.Check(p, leaktest.Options{Grace: short})
		t.Run("group", func(t *testing.T) {
			t.Run("part", func(t *testing.T) {
				t.Parallel()
				go receive(c)
			})
			t.Run("checked", func(t *testing.T) {
				t.Parallel()
				child = run(t, func(s *subject) {
					leaktest.Check(s, leaktest.Options{Grace: short})
					go receive(c)
					go receive(c)
				})
			})
		})
	})
	for s, want := range map[*subject]string{
		parent: "TestSubtests left 1 goroutine behind",
		child:  "TestSubtests/group/checked left 2 goroutines behind",
	} {
		if len(s.errors) != 1 || !strings.Contains(s.errors[0], want) {
			t.Errorf("want %q in %s", want, s.all())
		}
	}
}

// TestProof: what the runtime proves is proven, and is not waited for. It runs alone:
// whoever takes the proof, its marks are there for all.
func TestProof(t *testing.T) {
	if pprof.Lookup("goroutineleak") == nil {
		return // this runtime has no proof; TestLeft shows what is found without
	}
	begun := time.Now()
	s := run(t, func(t *subject) {
		leaktest.Check(t, leaktest.Options{Grace: 2 * time.Minute})
		go receive(make(chan int))
	})
	if !strings.Contains(s.all(), "proven  1 goroutine") {
		t.Errorf("not proven: %s", s.all())
	}
	if passed := time.Since(begun); passed > time.Minute {
		t.Errorf("the check took %v, though all was proven", passed)
	}
	s = run(t, func(t *subject) {
		leaktest.Check(t, leaktest.Options{Grace: short, NoProof: true})
		go receive(make(chan int))
	})
	if !strings.Contains(s.all(), "likely  1 goroutine") {
		t.Errorf("without the proof: %s", s.all())
	}
}

func TestEndsInGrace(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	s := run(t, func(t *subject) {
		leaktest.Check(t, leaktest.Options{Grace: time.Minute})
		go time.Sleep(50 * time.Millisecond)
	})
	if len(s.errors) > 0 {
		t.Errorf("a goroutine that ends was reported: %s", s.all())
	}
	if passed := time.Since(begun); passed > 20*time.Second {
		t.Errorf("the check took %v, though nothing was left after 50 ms", passed)
	}
}

func TestIgnore(t *testing.T) {
	t.Parallel()
	c := gate(t)
	const me = "github.com/unleak/unleak/leaktest_test"
	start := func() {
		pprof.Do(context.Background(), pprof.Labels("job", "7"), func(context.Context) { go receive(c) })
	}
	for _, tt := range []struct {
		ignore leaktest.Ignore
		fits   bool
	}{
		{leaktest.Ignore{Func: me + ".receive"}, true},
		{leaktest.Ignore{Func: me + ".receiv"}, false},
		{leaktest.Ignore{Top: me + ".receive"}, true},
		{leaktest.Ignore{Package: me}, true},
		{leaktest.Ignore{Package: "github.com/unleak/..."}, true},
		{leaktest.Ignore{Package: "github.com/unleak/unleak/leak/..."}, false},
		{leaktest.Ignore{Creator: me + ".TestIgnore.func1.1"}, true},
		{leaktest.Ignore{Creator: me + ".TestIgnore"}, false},
		{leaktest.Ignore{State: "chan receive"}, true},
		{leaktest.Ignore{State: "select"}, false},
		{leaktest.Ignore{Label: "job"}, true},
		{leaktest.Ignore{Label: "job=7"}, true},
		{leaktest.Ignore{Label: "job=8"}, false},
		{leaktest.Ignore{Match: regexp.MustCompile(`\.rec`)}, true},
		{leaktest.Ignore{Match: regexp.MustCompile(`TestIgnore\.func1\.`)}, true},
		{leaktest.Ignore{Match: regexp.MustCompile(`^rec`)}, false},
		{leaktest.Ignore{Func: me + ".receive", State: "select"}, false},
	} {
		s := run(t, func(t *subject) {
			leaktest.Check(t, leaktest.Options{Grace: short, Ignore: []leaktest.Ignore{tt.ignore}})
			start()
		})
		if ignored := len(s.errors) == 0; ignored != tt.fits {
			t.Errorf("%s: ignored %v, want %v: %s", tt.ignore, ignored, tt.fits, s.all())
		}
		if unused := strings.Contains(s.all(), "nothing matched"); unused == tt.fits {
			t.Errorf("%s: said to be unused %v: %s", tt.ignore, unused, s.all())
		}
	}
}

func TestUnused(t *testing.T) {
	t.Parallel()
	old := leaktest.Ignore{Func: "m.gone"}
	s := run(t, func(t *subject) {
		leaktest.Check(t, leaktest.Options{Ignore: []leaktest.Ignore{old}, FailUnused: true, Background: []leaktest.Ignore{{Func: "lib.loop"}}})
	})
	if len(s.errors) != 1 || !strings.Contains(s.errors[0], "m.gone") {
		t.Errorf("errors %q, want one for the Ignore", s.errors)
	}
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		test func(t *subject)
		want string
	}{
		{"twice", func(t *subject) { leaktest.Check(t); leaktest.Check(t) }, "second time"},
		{"empty Ignore", func(t *subject) { leaktest.Check(t, leaktest.Options{Ignore: make([]leaktest.Ignore, 1)}) }, "nothing is set"},
		{"snapshot", func(t *subject) { leaktest.Check(t, leaktest.Options{Since: leaktest.Current()}) }, "Find"},
	} {
		s := run(t, tt.test)
		if len(s.errors) != 1 || !strings.Contains(s.errors[0], tt.want) {
			t.Errorf("%s: errors %q, want one with %q", tt.name, s.errors, tt.want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		s := &subject{TB: t}
		leaktest.Check(s)
		if len(s.errors) != 1 || !strings.Contains(s.errors[0], "bubble") {
			t.Errorf("in a bubble: errors %q", s.errors)
		}
	})
}

func TestAfterFailure(t *testing.T) {
	t.Parallel()
	c := gate(t)
	for _, check := range []bool{false, true} {
		s := run(t, func(t *subject) {
			leaktest.Check(t, leaktest.Options{Grace: short, OnFailure: check})
			go receive(c)
			t.failed = true
		})
		if reported := len(s.errors) > 0; reported != check {
			t.Errorf("OnFailure %v: %s", check, s.all())
		}
	}
}

func TestBaseline(t *testing.T) {
	t.Parallel()
	c := gate(t)
	key := unleak.Key{Wait: unleak.WaitReceive, Blocked: "github.com/unleak/unleak/leaktest_test.receive", Entry: "github.com/unleak/unleak/leaktest_test.receive"}
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		text string
		want string // in an error; "" means none
	}{
		"known":   {key.ID() + " chan-receive m m.f\n", ""},
		"unknown": {"0123456789abcdef chan-receive m m.f\n", "left 1 goroutine behind"},
		"bad":     {"hello\n", "line 1"},
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(tt.text), 0o666); err != nil {
			t.Fatal(err)
		}
		s := run(t, func(t *subject) {
			leaktest.Check(t, leaktest.Options{Grace: short, Baseline: file})
			go receive(c)
		})
		if failed := len(s.errors) > 0; failed != (tt.want != "") || !strings.Contains(s.all(), tt.want) {
			t.Errorf("%s: %s", name, s.all())
		}
	}
}

var once sync.Once

// TestOfProcess: what source shows to be started once in a process may stay.
func TestOfProcess(t *testing.T) {
	c := gate(t)
	s := run(t, func(t *subject) {
		leaktest.Check(t, leaktest.Options{Grace: short})
		once.Do(func() { go receive(c) })
	})
	if len(s.errors) > 0 {
		t.Errorf("reported: %s", s.all())
	}
}

func TestSelfCheck(t *testing.T) {
	t.Parallel()
	leaktest.SelfCheck(t)
}

func TestFind(t *testing.T) {
	c := gate(t)
	go receive(c)
	late := leaktest.Current()
	if findings, err := leaktest.Find(t.Context(), leaktest.Options{Grace: short, Since: late}); err == nil || !strings.Contains(err.Error(), "too late") || len(findings) > 0 {
		t.Errorf("late snapshot: %v, %v", findings, err)
	}
	before := make(chan *leaktest.Snapshot)
	go func() { before <- leaktest.Current() }()
	since := <-before
	go receive(c)
	findings, err := leaktest.Find(t.Context(), leaktest.Options{Grace: short, Since: since})
	if err != nil || len(findings) != 1 || findings[0].Count != 1 || findings[0].Evidence[0].Test != "TestFind" {
		t.Errorf("got %+v, %v", findings, err)
	}
	left, err := leaktest.Left(t.Context(), leaktest.Options{Grace: short, Since: since})
	if err != nil || len(left) != 1 || left[0].ID == 0 {
		t.Errorf("got %+v, %v", left, err)
	}
}

// TestMany: a report of many leaks is grouped, counted and capped.
func TestMany(t *testing.T) {
	if testing.Short() {
		t.Skip("starts 100,000 goroutines")
	}
	n := 100_000
	before := runtime.NumGoroutine()
	t.Cleanup(func() { // other tests are faster without them
		for runtime.NumGoroutine() > before+100 {
			time.Sleep(time.Millisecond)
		}
	})
	c := gate(t)
	begun := time.Now()
	s := run(t, func(t *subject) {
		leaktest.Check(t, leaktest.Options{Grace: short})
		for range n {
			go receive(c)
		}
	})
	t.Logf("%v, %d bytes", time.Since(begun), len(s.all()))
	if !strings.Contains(s.all(), "100,000 goroutines") || len(s.all()) > 64<<10 {
		t.Errorf("%d bytes: %.2000s", len(s.all()), s.all())
	}
}

// SPDX-License-Identifier: MIT

package leaktest_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/leaktest"
)

// printer stands for the t of a test: it prints the first line of each error.
type printer struct {
	testing.TB
	cleanups []func()
}

func (p *printer) Name() string             { return "TestServer" }
func (p *printer) Helper()                  {}
func (p *printer) Failed() bool             { return false }
func (p *printer) Context() context.Context { return context.Background() }
func (p *printer) Cleanup(f func())         { p.cleanups = append(p.cleanups, f) }
func (p *printer) Log(args ...any)          { p.Error(args...) }
func (p *printer) Error(args ...any) {
	line, _, _ := strings.Cut(fmt.Sprint(args...), "\n")
	fmt.Println(line)
}
func (p *printer) Errorf(format string, args ...any) { p.Error(fmt.Sprintf(format, args...)) }

// end is what package testing does when a test returns.
func (p *printer) end() {
	for _, f := range p.cleanups {
		f()
	}
}

func Example() {
	t := new(printer) // in a test: func TestServer(t *testing.T)
	leaktest.Check(t)
	results := make(chan int)
	go func() { results <- 1 }() // nobody receives
	t.end()
	// Output: leaktest: TestServer left 1 goroutine behind
}

func ExampleCheck() {
	t := new(printer) // in a test: func TestServer(t *testing.T)
	leaktest.Check(t, leaktest.Options{Grace: time.Second})
	done := make(chan bool)
	go func() { time.Sleep(10 * time.Millisecond); close(done) }()
	t.end()
	<-done
	fmt.Println("nothing left")
	// Output: nothing left
}

// tests stands for the m of TestMain.
type tests struct{}

func (tests) Run() int { return 0 }

func ExampleCheckMain() {
	TestMain := func(m leaktest.Runner) { leaktest.CheckMain(m) } // m *testing.M
	_ = TestMain
	// Output:
}

func ExampleRunner() {
	var m leaktest.Runner = tests{} // what TestMain gets, or a type around it
	fmt.Println(m.Run())
	// Output: 0
}

func ExampleFind() {
	before := leaktest.Current()
	forever := make(chan int)
	go func() { <-forever }()
	findings, err := leaktest.Find(context.Background(), leaktest.Options{Since: before, Grace: 50 * time.Millisecond})
	for _, f := range findings {
		fmt.Println(f.Cause, f.Count)
	}
	fmt.Println(err)
	// Output:
	// chan-receive 1
	// <nil>
}

func ExampleLeft() {
	before := leaktest.Current()
	forever := make(chan int)
	go func() { <-forever }()
	left, err := leaktest.Left(context.Background(), leaktest.Options{Since: before, Grace: 50 * time.Millisecond})
	for _, g := range left {
		fmt.Println(g.Count, g.Wait)
	}
	fmt.Println(err)
	// Output:
	// 1 chan receive
	// <nil>
}

func ExampleCurrent() {
	before := leaktest.Current()
	ended := make(chan bool)
	go close(ended)
	<-ended
	findings, err := leaktest.Find(context.Background(), leaktest.Options{Since: before})
	fmt.Println(len(findings), err)
	// Output: 0 <nil>
}

func ExampleSnapshot() {
	var before *leaktest.Snapshot = leaktest.Current() // taken before the code under test runs
	findings, _ := leaktest.Find(context.Background(), leaktest.Options{Since: before})
	fmt.Println(len(findings))
	// Output: 0
}

func ExampleSelfCheck() {
	t := new(printer)
	leaktest.SelfCheck(t)
	fmt.Println("the detector is awake")
	// Output: the detector is awake
}

func ExampleOptions() {
	shared := leaktest.Options{ // a variable that all tests of a package share
		Grace:      2 * time.Second,
		Background: []leaktest.Ignore{{Func: "example.com/metrics.(*Client).flush", Why: "flushes until the process ends"}},
	}
	t := new(printer)
	leaktest.Check(t, shared, leaktest.Options{
		Ignore: []leaktest.Ignore{{Package: "example.com/old/..."}}, // rots, and says so
	})
	t.end()
	// Output: leaktest: nothing matched the Ignore of package example.com/old/...; delete it if what it was for is gone
}

func ExampleIgnore() {
	t := new(printer)
	leaktest.Check(t, leaktest.Options{Ignore: []leaktest.Ignore{
		{Match: regexp.MustCompile(`leaktest_test\.ExampleIgnore`), State: "chan receive", Why: "ends with the process"},
	}})
	forever := make(chan int)
	go func() { <-forever }()
	t.end()
	fmt.Println("nothing else")
	// Output: nothing else
}

func ExampleIgnore_String() {
	fmt.Println(leaktest.Ignore{Func: "m.(*Pool).loop", State: "select"})
	// Output: func m.(*Pool).loop, state select
}

func ExampleMisuseError() {
	t := new(printer)
	leaktest.Check(t, leaktest.Options{Since: leaktest.Current()})
	var err error = &leaktest.MisuseError{Reason: "told in a sentence, with what to do instead"}
	fmt.Println(err)
	// Output:
	// leaktest: Check was given Options.Since, which is for Find and Left: it knows by itself which goroutines its test has started
	// leaktest: told in a sentence, with what to do instead
}

func ExampleMisuseError_Error() {
	fmt.Println((&leaktest.MisuseError{Reason: "what is wrong"}).Error())
	// Output: leaktest: what is wrong
}

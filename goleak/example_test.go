// SPDX-License-Identifier: MIT

package goleak_test

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak/goleak"
)

// listen waits for the end of something that never ends.
func listen(end chan bool) { <-end }

// serve starts a goroutine that listens.
func serve(end chan bool) { go listen(end) }

func ExampleFind() {
	end := make(chan bool)
	serve(end)
	err := goleak.Find()
	text, _, _ := strings.Cut(err.Error(), "\n")
	fmt.Println(text)

	close(end)
	fmt.Println(goleak.Find())
	// Output:
	// found unexpected goroutines:
	// <nil>
}

// In a test, t stands for its *testing.T.
func ExampleVerifyNone() {
	t := printer{}
	defer goleak.VerifyNone(t)

	end := make(chan bool)
	serve(end)
	close(end)
	fmt.Println("tested")
	// Output: tested
}

// A TestMain is as short as this; here m is not package testing's, and Cleanup takes
// the place of the exit.
func ExampleVerifyTestMain() {
	m := fixed(0)
	goleak.VerifyTestMain(m, goleak.Cleanup(func(exitCode int) {
		fmt.Println("exit code", exitCode)
	}))
	// Output: exit code 0
}

func ExampleIgnoreTopFunction() {
	end := make(chan bool)
	defer close(end)
	serve(end)
	fmt.Println(goleak.Find(goleak.IgnoreTopFunction("github.com/unleak/unleak/goleak_test.listen")))
	// Output: <nil>
}

func ExampleIgnoreAnyFunction() {
	end := make(chan bool)
	defer close(end)
	go func() { listen(end) }()
	fmt.Println(goleak.Find(goleak.IgnoreAnyFunction("github.com/unleak/unleak/goleak_test.ExampleIgnoreAnyFunction.func1")))
	// Output: <nil>
}

func ExampleIgnoreCreatedBy() {
	end := make(chan bool)
	defer close(end)
	serve(end)
	fmt.Println(goleak.Find(goleak.IgnoreCreatedBy("github.com/unleak/unleak/goleak_test.serve")))
	// Output: <nil>
}

func ExampleIgnoreCurrent() {
	end := make(chan bool)
	defer close(end)
	serve(end) // belongs to what is around the test
	before := goleak.IgnoreCurrent()
	fmt.Println(goleak.Find(before))

	serve(end) // belongs to the test
	fmt.Println(goleak.Find(before) != nil)
	// Output:
	// <nil>
	// true
}

func ExampleCleanup() {
	t := printer{}
	goleak.VerifyNone(t, goleak.Cleanup(func(exitCode int) {
		fmt.Println("checked;", exitCode)
	}))
	// Output: checked; 0
}

func ExampleRunOnFailure() {
	m := fixed(1) // tests have failed
	goleak.VerifyTestMain(m, goleak.RunOnFailure(), goleak.Cleanup(func(exitCode int) {
		fmt.Println("checked all the same; exit code", exitCode)
	}))
	// Output: checked all the same; exit code 1
}

// A package can keep what all its checks pass over.
func ExampleOption() {
	known := []goleak.Option{
		goleak.IgnoreTopFunction("example.com/log.(*flusher).loop"),
		goleak.IgnoreCreatedBy("example.com/metrics.Start"),
	}
	fmt.Println(goleak.Find(known...))
	// Output: <nil>
}

// A printer is a TestingT that prints.
type printer struct{}

func (printer) Error(args ...any) { fmt.Println(args...) }

// Whatever has an Error method will do, also where there is no *testing.T.
func ExampleTestingT() {
	var t goleak.TestingT = printer{}
	goleak.VerifyNone(t)
	t.Error("this is how a leak would be told")
	// Output: this is how a leak would be told
}

// A fixed is a TestingM that ends with a code.
type fixed int

func (f fixed) Run() int { return int(f) }

// A type of one's own can stop what TestMain has started before the check.
func ExampleTestingM() {
	var m goleak.TestingM = fixed(0)
	goleak.VerifyTestMain(m, goleak.Cleanup(func(exitCode int) { fmt.Println(exitCode) }))
	// Output: 0
}

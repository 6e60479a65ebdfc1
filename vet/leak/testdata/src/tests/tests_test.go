// SPDX-License-Identifier: MIT

package tests

import (
	"context"
	"os"
	"testing"
	"time"
)

// A test that passes leaves this goroutine behind whatever happens.

func TestLeft(t *testing.T) {
	answers := make(chan string)
	go func() {
		answers <- "late" // want `chan-send: the goroutine blocks for ever on answers <- "late"`
	}()
	select {
	case <-answers:
	case <-time.After(time.Millisecond):
	}
}

// One that has failed may leave what it likes.

func TestFailed(t *testing.T) {
	answers := make(chan string)
	go func() { answers <- "here" }()
	select {
	case <-answers:
	case <-time.After(time.Second):
		t.Error("no answer")
	}
}

func TestFailedTwice(t *testing.T) {
	answers := make(chan string)
	go func() {
		v, err := os.ReadFile("answer")
		if err != nil {
			t.Errorf("no answer: %v", err)
			return
		}
		answers <- string(v)
	}()
	<-answers
}

func helper(t testing.TB) {
	answers := make(chan string)
	go func() { answers <- "here" }()
	if _, err := os.Stat("answer"); err != nil {
		t.Fatal(err)
	}
	<-answers
}

// What a test's calls give, its author knows: this one sends as many as it takes.

func TestKnown(t *testing.T) {
	answers := make(chan string)
	names, _ := os.ReadDir(".")
	go func() {
		for _, n := range names {
			ask(answers, n.Name())
		}
	}()
	if len(names) > 1 {
		<-answers
	}
	<-answers
}

// A test's context ends with the test, and not before.

func count(ctx context.Context, numbers chan<- int) {
	for n := 0; ; n++ {
		select {
		case numbers <- n:
		case <-ctx.Done():
			return
		}
	}
}

func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	numbers := make(chan int)
	go count(ctx, numbers)
	go count(t.Context(), numbers)
	for range 3 {
		<-numbers
	}
}

func TestContextInVain(t *testing.T) {
	numbers := make(chan int)
	go func() {
		<-t.Context().Done() // want `context`
	}()
	<-numbers // want `chan-receive`
}

// Where nothing that is unknown decides, a test is searched to its end.

func TestCertain(t *testing.T) {
	answers := make(chan string)
	go ask(answers, "")
	<-answers // want `chan-receive`
}

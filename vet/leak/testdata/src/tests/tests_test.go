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

// What a test makes and leaves nil stays so: nobody else comes to make it.

func (f *feed) read() {
	go func() {
		<-f.lines // want `nil-channel: the goroutine blocks for ever on <-f.lines`
	}()
}

func (f *feed) publish(line string) {
	go func() {
		f.lines <- line // want `nil-channel: the goroutine blocks for ever on f.lines <- line`
	}()
}

func TestNil(t *testing.T) {
	emptyFeed().publish("first")
	emptyFeed().read()
}

type queue[T any] struct{ items chan T }

func emptyQueue[T any]() *queue[T] { return &queue[T]{} }

func newQueue[T any]() *queue[T] { return &queue[T]{items: make(chan T, 1)} }

func (q *queue[T]) put(v T) {
	go func() {
		q.items <- v // want `nil-channel`
	}()
}

func TestNilPart(t *testing.T) {
	t.Run("put", func(t *testing.T) { emptyQueue[string]().put("first") })
}

func TestMade(t *testing.T) {
	f := newFeed()
	f.atEnd(func() {})
	f.publish("first")
	<-f.lines
	close(f.ended)
}

// Where something in the test makes the channel, that may come before: how long the
// test sleeps is not known.

func TestLate(t *testing.T) {
	f := emptyFeed()
	go f.open()
	time.Sleep(time.Millisecond)
	go func() { f.lines <- "first" }()
}

// Who gets the object from a function of the tests, or gives it one, may make the
// channel.

func serve(t *testing.T) *feed {
	f := emptyFeed()
	go func() { f.lines <- "first" }()
	return f
}

func given(t *testing.T, f *feed) {
	go func() { f.lines <- "first" }()
}

func TestServe(t *testing.T) {
	f := serve(t)
	f.open()
	given(t, f)
}

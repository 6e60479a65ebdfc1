// SPDX-License-Identifier: MIT

package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"runtime"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/unleak/unleak"
)

// TestRun goes through a whole run without a terminal: the first look, one that
// fails, one that is shown, and the end; and no goroutine of this package is left.
func TestRun(t *testing.T) {
	in, typed := io.Pipe()
	var out bytes.Buffer
	taken, ended := make(chan bool), make(chan error, 1)
	looks := func(ctx context.Context) iter.Seq2[[]unleak.Message, error] {
		return func(yield func([]unleak.Message, error) bool) {
			if yield(service(7), nil) && yield(nil, errors.New("connection refused")) && yield(service(8), nil) {
				close(taken)
				<-ctx.Done()
				ended <- ctx.Err()
				yield(nil, ctx.Err())
			}
		}
	}
	go func() {
		<-taken
		typed.Write([]byte("q"))
		typed.Close()
	}()
	err := run(t.Context(), looks, Options{In: in, Out: &out, Env: []string{"TERM=xterm"}}, tea.WithWindowSize(80, 24), tea.WithoutSignals())
	if err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the looks ended with %v", err)
	}
	if text := out.String(); !strings.Contains(text, "notify.(*Hub).Publish.func1") || strings.Contains(text, "\x1b[31m") {
		t.Errorf("nothing was drawn, or colours were although none were asked for:\n%q", text)
	}
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "internal/tui.run") && !strings.Contains(stack, "runtime.Stack") {
			t.Errorf("left over:\n%s", stack)
		}
	}
}

// TestRunErrors holds what ends a run before anything is drawn.
func TestRunErrors(t *testing.T) {
	refused := errors.New("connection refused")
	gone, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	cancel(stopped)
	for _, c := range []struct {
		name  string
		ctx   context.Context
		looks iter.Seq2[[]unleak.Message, error]
		want  error
	}{
		{"the first look fails", t.Context(), func(yield func([]unleak.Message, error) bool) { yield(nil, refused) }, refused},
		{"cancelled before the first look", gone, func(func([]unleak.Message, error) bool) {}, stopped},
		{"cancelled", gone, func(yield func([]unleak.Message, error) bool) { yield(service(7), nil) }, stopped},
		{"no look", t.Context(), func(func([]unleak.Message, error) bool) {}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			looks := func(context.Context) iter.Seq2[[]unleak.Message, error] { return c.looks }
			err := run(c.ctx, looks, Options{In: strings.NewReader(""), Out: new(bytes.Buffer), Env: []string{"TERM=xterm"}}, tea.WithWindowSize(80, 24), tea.WithoutSignals())
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

// TestNoTerminal holds that the error names what else there is, and that no look
// is taken.
func TestNoTerminal(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, out := range []io.Writer{new(bytes.Buffer), file} {
		err := Run(t.Context(), nil, Options{In: strings.NewReader(""), Out: out})
		var none *NotTerminalError
		if !errors.As(err, &none) || none.What != "standard output" {
			t.Fatalf("error %v, want a NotTerminalError of standard output", err)
		}
		for _, word := range []string{"-format=html", "-http"} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%q does not name %s", err, word)
			}
		}
	}
}

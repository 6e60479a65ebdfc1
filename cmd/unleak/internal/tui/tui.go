// SPDX-License-Identifier: MIT

// Package tui shows reports in a terminal, one after the other as looks at a
// process go on: a list of what is stuck, and beside it why, where, and the source.
//
// It imports neither lipgloss nor bubbles: lipgloss asks the terminal what it can
// do when the program starts (its variable Writer; inside tmux that starts a
// process), and every other command would wait for that too.
package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"
	"github.com/unleak/unleak"
)

// Options says where and how to show. The zero value is the process's own
// terminal, without colour, source or editor.
type Options struct {
	// In and Out are the terminal; nil means standard input and output. Where In
	// is something else (a dump that is piped in), the controlling terminal
	// takes its place.
	In  io.Reader
	Out io.Writer
	// Env is the process's environment; nil means os.Environ.
	Env []string
	// Color asks for colours, as many as the terminal has.
	Color bool
	// Source gives the source around a frame, and the zero Excerpt where there
	// is none. It is called from one goroutine, once for each frame; nil shows
	// no source.
	Source func(unleak.Frame) Excerpt
	// Editor is the command that opens a file, with its arguments, as $EDITOR
	// has it.
	Editor string
}

// An Excerpt is a piece of a source file, or all of it.
type Excerpt struct {
	// File is the file's absolute name on this machine.
	File string
	// First is the number of the first of Lines.
	First int
	Lines []string
}

// Looks gives a report for each look at a process, as it is taken, or the reason
// why one failed. It must end soon after the context does.
type Looks func(context.Context) iter.Seq2[[]unleak.Message, error]

// A NotTerminalError says that there is no terminal to draw on.
type NotTerminalError struct {
	// What is that which is none: "standard output".
	What string
}

func (e *NotTerminalError) Error() string {
	return "-tui needs a terminal, and " + e.What + " is none; use -format=html -report=FILE for a page, -http=localhost:0 to look at it in a browser, or leave -tui out for text"
}

// Run takes the first look, then takes over the terminal until the user quits. If
// the first look fails, its error is returned and nothing is drawn; a later one is
// shown beside the last report that there is. The error is a *NotTerminalError
// where there is no terminal.
func Run(ctx context.Context, looks Looks, opts Options) error {
	if opts.In == nil {
		opts.In = os.Stdin
	}
	if opts.Out == nil {
		opts.Out = os.Stdout
	}
	if opts.Env == nil {
		opts.Env = os.Environ()
	}
	switch {
	case !isTerminal(opts.Out):
		return &NotTerminalError{"standard output"}
	case lookup(opts.Env, "TERM") == "dumb":
		return &NotTerminalError{"TERM=dumb"}
	}
	if !isTerminal(opts.In) {
		in, out, err := tea.OpenTTY()
		if err != nil {
			return &NotTerminalError{"standard input"}
		}
		defer in.Close()
		defer out.Close()
		opts.In = in
	}
	return run(ctx, looks, opts)
}

func isTerminal(stream any) bool {
	f, ok := stream.(term.File)
	return ok && term.IsTerminal(f.Fd())
}

// run is Run on whatever In and Out are. The looks go on in a goroutine that has
// ended when run returns.
func run(ctx context.Context, looks Looks, opts Options, more ...tea.ProgramOption) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	next, stop := iter.Pull2(looks(inner))
	defer stop()
	messages, err, ok := next()
	switch {
	case !ok && ctx.Err() != nil:
		return context.Cause(ctx)
	case !ok:
		return errors.New("tui: there is no report to show")
	case err != nil:
		return err
	}
	m := newModel(opts)
	m.Update(newLook(messages, nil))
	program := tea.NewProgram(m, append([]tea.ProgramOption{
		tea.WithContext(inner), tea.WithInput(opts.In), tea.WithOutput(opts.Out),
		tea.WithEnvironment(opts.Env), tea.WithColorProfile(profile(opts)),
	}, more...)...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			messages, err, ok := next()
			if inner.Err() != nil {
				return
			}
			if !ok {
				program.Send(lastLook{})
				return
			}
			program.Send(newLook(messages, err))
		}
	}()
	_, err = program.Run()
	cancel()
	<-done
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && !errors.Is(err, tea.ErrInterrupted):
		return fmt.Errorf("tui: %w", err)
	}
	return nil
}

// profile says which colours the terminal has. Whether there are any is decided by
// the caller; NO_COLOR counts there with any value, in colorprofile only as a
// boolean.
func profile(opts Options) colorprofile.Profile {
	if !opts.Color {
		return colorprofile.ASCII
	}
	var env []string
	for _, v := range opts.Env {
		if !strings.HasPrefix(v, "NO_COLOR=") {
			env = append(env, v)
		}
	}
	return max(colorprofile.Detect(opts.Out, env), colorprofile.ANSI)
}

func lookup(env []string, name string) string {
	value := ""
	for _, v := range env {
		if after, ok := strings.CutPrefix(v, name+"="); ok {
			value = after
		}
	}
	return value
}

// A look is what one step of Looks gave. It is a message of the model.
type look struct {
	messages []unleak.Message // clean
	err      error
	at       time.Time
}

// lastLook is the message that no further look will come.
type lastLook struct{}

// newLook cleans the texts, outside of the model since it takes a while for a long
// report.
func newLook(messages []unleak.Message, err error) look {
	l := look{err: err, at: time.Now()}
	for _, m := range messages {
		l.messages = append(l.messages, m.Clean())
	}
	return l
}

// clean makes a text fit for the terminal that came in no report.
func clean(s string) string {
	return unleak.Message{Progress: &unleak.Progress{Message: s}}.Clean().Progress.Message
}

// SPDX-License-Identifier: MIT

package cli

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/checkout"
	"github.com/unleak/unleak/cmd/unleak/internal/gotest"
	"github.com/unleak/unleak/cmd/unleak/internal/inspect"
	"github.com/unleak/unleak/cmd/unleak/internal/tui"
	"github.com/unleak/unleak/cmd/unleak/internal/web"
)

// looks returns the reports as they come, made ready to be shown.
func (f *inspectFlags) looks(ctx context.Context, s inspect.Streams) iter.Seq2[*unleak.Report, error] {
	return func(yield func(*unleak.Report, error) bool) {
		for r, err := range inspect.Run(ctx, f.Options, s) {
			if err == nil {
				r.Config.Version = version()
				err = f.accept(r, nil)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// show shows the reports in the terminal until the user has seen enough.
func (f *inspectFlags) show(ctx context.Context, p process) error {
	streams := f.streams(p)
	streams.Progress = nil // the screen is the terminal's
	// Its own, since reports are made while it reads.
	co, err := checkout.Open(checkout.Options{SourceDirs: f.SourceDirs, Getenv: streams.Getenv})
	if err != nil {
		return err
	}
	reports := func(ctx context.Context) iter.Seq2[[]unleak.Message, error] {
		return func(yield func([]unleak.Message, error) bool) {
			for r, err := range f.looks(ctx, streams) {
				var messages []unleak.Message
				if err == nil {
					messages = slices.Collect(r.Messages())
				}
				if !yield(messages, err) {
					return
				}
			}
		}
	}
	return tui.Run(ctx, reports, tui.Options{
		In: p.in, Out: p.out, Env: p.env, Color: f.colored(p.out, p.env),
		Source: func(frame unleak.Frame) tui.Excerpt { return excerpt(co, frame) },
		Editor: cmp.Or(gotest.Lookup(p.env, "VISUAL"), gotest.Lookup(p.env, "EDITOR")),
	})
}

// excerpt reads the file that a frame names.
func excerpt(co *checkout.Checkout, frame unleak.Frame) tui.Excerpt {
	file := co.Find(frame)
	if file == "" {
		return tui.Excerpt{}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return tui.Excerpt{}
	}
	return tui.Excerpt{File: file, First: 1, Lines: strings.Split(string(text), "\n")}
}

// A board holds the newest report.
type board struct {
	mu     sync.Mutex
	look   int
	report *unleak.Report
}

func (b *board) put(r *unleak.Report) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.look++
	b.report = r
}

// newest implements web.Source.
func (b *board) newest() (int, iter.Seq[unleak.Message]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.look, b.report.Messages()
}

// serve serves the page of the newest report until the context ends.
func (f *inspectFlags) serve(ctx context.Context, p process) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	next, stop := iter.Pull2(f.looks(ctx, f.streams(p)))
	defer stop()
	first, err, ok := next()
	if err != nil || !ok {
		return err
	}
	b := new(board)
	b.put(first)
	var followed sync.WaitGroup
	followed.Go(func() {
		for r, err, ok := next(); ok; r, err, ok = next() {
			if err != nil {
				fmt.Fprintln(p.err, "unleak inspect:", err)
				continue
			}
			b.put(r)
		}
	})
	defer followed.Wait()
	defer cancel() // before the wait
	return web.Serve(ctx, b.newest, web.Options{
		Addr: f.http, Live: f.Every > 0,
		Ready: func(url string) { fmt.Fprintln(p.err, "unleak inspect: serving", url, "(ctrl-c ends it)") },
	})
}

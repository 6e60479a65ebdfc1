// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	stackparse "github.com/DataDog/gostackparse"
	"github.com/maruel/panicparse/v2/stack"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump"
)

func ours() tool {
	return tool{name: "unleak", read: func(_ context.Context, text []byte) (all []unleak.Goroutine, _ error) {
		var errs []error
		for g, err := range dump.Read(bytes.NewReader(text), dump.Options{}) {
			if err != nil {
				errs = append(errs, err)
			} else {
				all = append(all, *g)
			}
		}
		return all, errors.Join(errs...)
	}}
}

func gostackparse() tool {
	return tool{
		name:  "gostackparse v0.7.0",
		lacks: []string{"leaked", "bubble", "labels", "creator"},
		read: func(_ context.Context, text []byte) (all []unleak.Goroutine, _ error) {
			found, errs := stackparse.Parse(bytes.NewReader(text))
			for _, f := range found {
				g := goroutine(f.ID, f.State, f.Wait, f.LockedToThread)
				g.Stack, g.Created = stackparseFrames(f.Stack), stackparseCreated(f)
				if f.FramesElided {
					g.Elided = -1
				}
				for a := f.Ancestor; a != nil; a = a.Ancestor {
					g.Ancestors = append(g.Ancestors, unleak.Ancestor{ID: uint64(a.ID), Stack: stackparseFrames(a.Stack), Created: stackparseCreated(a)})
				}
				all = append(all, g)
			}
			return all, errors.Join(errs...)
		},
	}
}

func stackparseFrames(frames []*stackparse.Frame) []unleak.Frame {
	var all []unleak.Frame
	for _, f := range frames {
		all = append(all, frame(f.Func, f.File, f.Line))
	}
	return dump.Visible(all)
}

func stackparseCreated(g *stackparse.Goroutine) unleak.Frame {
	if g.CreatedBy == nil {
		return unleak.Frame{}
	}
	return frame(g.CreatedBy.Func, g.CreatedBy.File, g.CreatedBy.Line)
}

// panicparse reads one snapshot at a time; the reports of the race detector are
// snapshots of their own.
func panicparse() tool {
	return tool{
		name:  "panicparse v2.5.0",
		lacks: []string{"leaked", "bubble", "labels", "creator", "ancestors"},
		read: func(_ context.Context, text []byte) (all []unleak.Goroutine, err error) {
			in := io.Reader(bytes.NewReader(text))
			for err == nil {
				var snapshot *stack.Snapshot
				var suffix []byte
				snapshot, suffix, err = stack.ScanSnapshot(in, io.Discard, &stack.Opts{})
				in = io.MultiReader(bytes.NewReader(suffix), in)
				if snapshot == nil || snapshot.IsRace() {
					continue
				}
				for _, f := range snapshot.Goroutines {
					g := goroutine(f.ID, f.State, time.Duration(f.SleepMin)*time.Minute, f.Locked)
					g.Stack = panicparseFrames(f.Stack.Calls)
					if f.Stack.Elided {
						g.Elided = -1
					}
					if created := panicparseFrames(f.CreatedBy.Calls); len(created) > 0 {
						g.Created = created[0]
						// It takes the number that Go 1.21 added for a part of the name.
						g.Created.Func, _, _ = strings.Cut(g.Created.Func, " in goroutine ")
					}
					all = append(all, g)
				}
			}
			if err == io.EOF {
				err = nil
			}
			return all, err
		},
	}
}

func panicparseFrames(calls []stack.Call) []unleak.Frame {
	var all []unleak.Frame
	for _, c := range calls {
		if c.RemoteSrcPath != "<unavailable>" { // so it notes a stack that is not there
			all = append(all, frame(c.Func.Complete, c.RemoteSrcPath, c.Line))
		}
	}
	return dump.Visible(all)
}

func goroutine(id int, state string, wait time.Duration, locked bool) unleak.Goroutine {
	return unleak.Goroutine{ID: uint64(id), Count: 1, Wait: unleak.ParseWait(state), Minutes: int(wait.Minutes()), Locked: locked}
}

func frame(function, file string, line int) unleak.Frame {
	if function == "panic" {
		function = "runtime.gopanic"
	}
	return unleak.Frame{Func: function, File: file, Line: line}
}

// goleakGoroutine is what goleak keeps of a goroutine, but for its functions: of
// them it has a set, without places.
type goleakGoroutine struct {
	ID    int
	State string
}

// lacksAllBut returns every field that Differences names but these.
func lacksAllBut(has ...string) []string {
	all := strings.Fields("stack number leaked minutes locked bubble created creator ancestors labels wait")
	return slices.DeleteFunc(all, func(field string) bool { return slices.Contains(has, field) })
}

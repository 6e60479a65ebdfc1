// SPDX-License-Identifier: MIT

package goleak

import (
	"time"

	"github.com/unleak/unleak/leaktest"
)

// An Option changes what a check looks at. Options add up.
type Option interface {
	apply(*options)
}

// options is what a check goes by. It is an Option too.
type options struct {
	ignore       []leaktest.Ignore
	current      *current // the latest
	cleanup      func(exitCode int)
	runOnFailure bool
}

type optionFunc func(*options)

func (f optionFunc) apply(o *options) { f(o) }

func joined(list []Option) *options {
	// Package runtime/trace has no reader but those that Left knows; others do.
	o := &options{ignore: []leaktest.Ignore{{Func: "runtime.ReadTrace"}}}
	for _, option := range list {
		option.apply(o)
	}
	return o
}

// ignore is an Option for goroutines that have the function somewhere.
func ignore(function string, i leaktest.Ignore) Option {
	return optionFunc(func(o *options) {
		if function != "" {
			o.ignore = append(o.ignore, i)
		}
	})
}

// IgnoreTopFunction passes over goroutines whose innermost function is f. Functions
// are named in full, as tracebacks do: "example.com/m.(*Pool).wait",
// "example.com/m.Start.func1". An empty name fits none.
func IgnoreTopFunction(f string) Option { return ignore(f, leaktest.Ignore{Top: f}) }

// IgnoreAnyFunction passes over goroutines that have the function anywhere on their
// stacks. The function with the go statement is not on the stack (see
// IgnoreCreatedBy). Functions are named as for IgnoreTopFunction.
func IgnoreAnyFunction(f string) Option { return ignore(f, leaktest.Ignore{Func: f}) }

// IgnoreCreatedBy passes over goroutines that the function has started: the one with
// the go statement, named as for IgnoreTopFunction. To know who started what takes a
// traceback of all goroutines, where any others are left.
func IgnoreCreatedBy(f string) Option { return ignore(f, leaktest.Ignore{Creator: f}) }

// current is a snapshot and when it was taken.
type current struct {
	*leaktest.Snapshot
	at time.Time
}

// IgnoreCurrent passes over the goroutines that are there when it is called, and over
// these alone: others count, also where they do the same. What the code under test
// has started by then is not looked at, so call it first.
//
// In a process of more than 1,000 goroutines, a check is content where the number of
// goroutines is the same for every stack: there, one that has taken the place of
// another and does the same is not seen.
func IgnoreCurrent() Option {
	c := &current{leaktest.Current(), time.Now()}
	return optionFunc(func(o *options) {
		// What was there before and still is, is in the later one too.
		if o.current == nil || c.at.After(o.current.at) {
			o.current = c
		}
	})
}

// Cleanup has the function called at the end of the check. VerifyTestMain calls it
// with the code to exit with, and then does not exit itself; VerifyNone with 0. Find
// does not take it. Of several the last counts.
func Cleanup(cleanupFunc func(exitCode int)) Option {
	return optionFunc(func(o *options) { o.cleanup = cleanupFunc })
}

// RunOnFailure has VerifyTestMain look for leaks also when tests have failed. The exit
// code is the tests' in any case. VerifyNone always looks, so that it changes nothing
// there; Find does not take it.
func RunOnFailure() Option {
	return optionFunc(func(o *options) { o.runOnFailure = true })
}

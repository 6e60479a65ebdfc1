// SPDX-License-Identifier: MIT

package leaktest

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/unleak/unleak"
)

// Options says what counts as left behind. The zero value is right for most tests.
// It is a struct and not a list of functions, so that an option cannot be called
// without effect: a composite literal that is not used does not compile.
//
// Where a function takes several Options, lists are joined, switches add up, and of
// other fields the last that is not zero counts: a package can have a variable with
// what all its tests share, and a test adds to it.
type Options struct {
	// Grace is how long goroutines may take to end after the test; 0 means
	// 400 ms, a negative value not at all. A check ends at once when nothing is
	// left, or when the runtime has proved that all that is left is stuck. While
	// goroutines still end or run when the grace is over, it goes on for up to
	// four times as long: on a busy machine, time passes and they do not get to
	// run. The test's deadline and the context bound it in any case.
	Grace time.Duration
	// Ignore lists goroutines that may stay. One that matches nothing is told
	// (see FailUnused).
	Ignore []Ignore
	// Background lists goroutines that libraries declare to be theirs: what a
	// library keeps for as long as the process lives. A library exports the list,
	// its users put it here. Nothing is said of those that match nothing.
	Background []Ignore
	// FailUnused fails the check where one of Ignore matches nothing; else that is
	// only logged.
	FailUnused bool
	// Baseline names a file with known leaks, as "unleak test -baseline=FILE
	// -update-baseline" writes it; "" means none. A relative name counts from
	// the folder in which the test runs. A file that cannot be read is a failure.
	Baseline string
	// OnFailure checks tests that have failed as well. They often stop before
	// they clean up, so that what they leave is no news.
	OnFailure bool
	// NoProof leaves out the runtime's proof, which costs a garbage collection or
	// two for each check that finds something. What another check has proved by
	// then stays proven.
	NoProof bool
	// Since holds what was there before; its goroutines are none of ours. It is
	// for Find and Left. Check and CheckMain know by themselves, and refuse it.
	// In a process of more than 1,000 goroutines it is enough that for every stack
	// there are as many as then: one that has taken the place of another and does
	// the same is not seen there.
	Since *Snapshot
	// Max is how many findings a report shows; 0 means 20, a negative value all,
	// as far as they fit into 64 KiB.
	Max int
}

// defaultGrace is about what suites are used to: go.uber.org/goleak v1.3.0 waits for
// 430 ms in all.
const defaultGrace = 400 * time.Millisecond

// An Ignore describes goroutines. All fields that are set must fit; one in which
// nothing is set fits nothing, and is a misuse that fails the check.
type Ignore struct {
	// Func is a function anywhere on the stack, named as tracebacks do, without
	// arguments: "net/http.(*Server).Serve", "m.Map[...].loop".
	Func string
	// Top is the innermost function on the stack.
	Top string
	// Package is the import path of the package of a function anywhere on the
	// stack. "example.com/m/..." stands for the path and all beneath it.
	Package string
	// Creator is the function with the go statement.
	Creator string
	// State is what the goroutine waits for, as tracebacks print it:
	// "chan receive", "IO wait".
	State unleak.Wait
	// Label is a pprof label, "key" or "key=value".
	Label string
	// Match is held against the name of each function on the stack and of the
	// creator. Of these one must match.
	Match *regexp.Regexp
	// Why says to the reader why the goroutines may stay.
	Why string
}

// String returns what i looks at.
func (i Ignore) String() string {
	var parts []string
	for _, p := range [...]struct{ name, value string }{
		{"func", i.Func}, {"top", i.Top}, {"package", i.Package}, {"creator", i.Creator},
		{"state", string(i.State)}, {"label", i.Label},
	} {
		if p.value != "" {
			parts = append(parts, p.name+" "+p.value)
		}
	}
	if i.Match != nil {
		parts = append(parts, "match "+i.Match.String())
	}
	return strings.Join(parts, ", ")
}

// isEmpty reports whether nothing is set that could fit.
func (i *Ignore) isEmpty() bool {
	return i.Func == "" && i.Top == "" && i.Package == "" && i.Creator == "" && i.State == "" && i.Label == "" && i.Match == nil
}

// fits reports whether i describes g.
func (i *Ignore) fits(g *unleak.Goroutine) bool {
	return !i.isEmpty() &&
		(i.Func == "" || slices.ContainsFunc(g.Stack, func(f unleak.Frame) bool { return f.Func == i.Func })) &&
		(i.Top == "" || len(g.Stack) > 0 && g.Stack[0].Func == i.Top) &&
		(i.Package == "" || slices.ContainsFunc(g.Stack, func(f unleak.Frame) bool { return inPackage(f.Package(), i.Package) })) &&
		(i.Creator == "" || g.Created.Func == i.Creator) &&
		(i.State == "" || g.Wait == unleak.ParseWait(string(i.State))) &&
		(i.Label == "" || hasLabel(g.Labels, i.Label)) &&
		(i.Match == nil || i.matches(g))
}

func (i *Ignore) matches(g *unleak.Goroutine) bool {
	return i.Match.MatchString(g.Created.Func) && g.Created.Func != "" ||
		slices.ContainsFunc(g.Stack, func(f unleak.Frame) bool { return i.Match.MatchString(f.Func) })
}

func inPackage(path, pattern string) bool {
	tree, isTree := strings.CutSuffix(pattern, "/...")
	return path == tree || isTree && strings.HasPrefix(path, tree+"/")
}

func hasLabel(labels map[string]string, want string) bool {
	key, value, whole := strings.Cut(want, "=")
	got, ok := labels[key]
	return ok && (!whole || got == value)
}

// join joins options as Options says.
func join(list []Options) Options {
	var all Options
	for _, o := range list {
		all.Ignore = append(all.Ignore, o.Ignore...)
		all.Background = append(all.Background, o.Background...)
		all.FailUnused = all.FailUnused || o.FailUnused
		all.OnFailure = all.OnFailure || o.OnFailure
		all.NoProof = all.NoProof || o.NoProof
		if o.Grace != 0 {
			all.Grace = o.Grace
		}
		if o.Baseline != "" {
			all.Baseline = o.Baseline
		}
		if o.Since != nil {
			all.Since = o.Since
		}
		if o.Max != 0 {
			all.Max = o.Max
		}
	}
	return all
}

// A MisuseError tells that the package is used in a way in which it cannot find
// what it should.
type MisuseError struct{ Reason string }

// Error implements error. It says what to do instead.
func (e *MisuseError) Error() string { return "leaktest: " + e.Reason }

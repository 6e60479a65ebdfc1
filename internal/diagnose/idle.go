// SPDX-License-Identifier: MIT

package diagnose

import (
	"strings"

	"github.com/unleak/unleak"
)

// A SetAside is a goroutine that is no finding of its own, and why.
type SetAside struct {
	Goroutine *unleak.Goroutine
	// Reason says what the goroutine is, such as "the signal loop of package
	// os/signal".
	Reason string
	// Companion says that the goroutine only serves another one, which is
	// reported if it leaks; otherwise it is idle by design.
	Companion bool
}

// Idle parts goroutines into those that may be findings and those set aside by
// rule. The order is kept.
func Idle(goroutines []*unleak.Goroutine) (rest []*unleak.Goroutine, aside []SetAside) {
	c := newConnections(goroutines)
	for _, g := range goroutines {
		if reason := Background(g); reason != "" {
			aside = append(aside, SetAside{Goroutine: g, Reason: reason})
		} else if reason, companion := c.role(g); reason != "" {
			aside = append(aside, SetAside{Goroutine: g, Reason: reason, Companion: companion})
		} else {
			rest = append(rest, g)
		}
	}
	return rest, aside
}

// A backgroundRule names a goroutine that the standard library keeps, by its
// entry function; that may stand for the function literals in it.
type backgroundRule struct{ entry, reason string }

// backgroundRules lists them; each was read in the file named.
var backgroundRules = [...]backgroundRule{
	{"os/signal.loop", "the signal loop of package os/signal"},                             // os/signal/signal_unix.go
	{"runtime.ensureSigM", "the runtime's signal mask goroutine"},                          // runtime/signal_unix.go
	{"runtime/pprof.profileWriter", "the writer of the CPU profile"},                       // runtime/pprof/pprof.go
	{"runtime/trace.(*traceMultiplexer).startLocked", "the reader of the execution trace"}, // runtime/trace/subscribe.go
	{"testing.(*M).startAlarm", "the time limit of package testing"},                       // testing/testing.go
	{"testing.runExample", "the reader of an example's output"},                            // testing/run_example.go
	{"internal/fuzz.(*workerServer).serve", "the fuzzer of package testing"},               // internal/fuzz/worker.go
	{"internal/fuzz.CoordinateFuzzing", "the fuzzer of package testing"},                   // internal/fuzz/fuzz.go
}

// Background says what a goroutine of the standard library's own is, or "".
func Background(g *unleak.Goroutine) string {
	entry := g.Entry().Func
	for _, r := range backgroundRules {
		if rest, ok := strings.CutPrefix(entry, r.entry); ok && (rest == "" || rest[0] == '.') {
			return r.reason
		}
	}
	switch {
	case inTesting(g):
		return "a test that waits for package testing: for its turn, its subtests, or its end"
	case g.ID == 1 && g.Created.IsZero() && g.Wait == unleak.WaitRunning:
		return "the main goroutine"
	}
	return ""
}

// inTesting reports whether it is package testing that waits: a parallel test for
// its turn, a test for its subtests, the main goroutine for all tests. A test that
// waits in code of its own is not set aside.
func inTesting(g *unleak.Goroutine) bool {
	for _, f := range g.Stack {
		switch p := f.Package(); p {
		case "runtime", "sync", "internal/sync":
		default:
			return p == "testing"
		}
	}
	return false
}

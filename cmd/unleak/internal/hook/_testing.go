// SPDX-License-Identifier: MIT

// This file joins package testing when a test binary is built by "unleak test".
// It must stay small: it marks where tests start and hands everything else to
// testing/internal/testdeps, which may import what testing may not.

package testing

import (
	"context"
	"os"
)

// unleakConfig is read before any test code runs, and the variable is unset, so
// that processes which the tests start inherit nothing.
var unleakConfig = func() string {
	v := os.Getenv("UNLEAK_HOOK")
	if v != "" {
		os.Unsetenv("UNLEAK_HOOK")
	}
	return v
}()

// unleakDeps is what testdeps.TestDeps offers beside testDeps.
type unleakDeps interface {
	// UnleakStart begins the record and arranges for UnleakEnd at exit. It
	// reports whether the record could be begun.
	UnleakStart(config string) bool
	// UnleakLabel labels the calling goroutine as the test's and returns ctx
	// with the same label; a name of "" takes the label away.
	UnleakLabel(ctx context.Context, name string) context.Context
	// UnleakReturn ends the record when m.Run returns, where the standard
	// library has no exit hook to do it later.
	UnleakReturn()
}

// unleak is nil unless this run is recorded.
var unleak unleakDeps

// unleakRun is called by (*M).Run after the flags are parsed and -list is done.
// Fuzz workers repeat what their coordinator ran and record nothing.
func unleakRun(m *M) {
	if unleakConfig == "" || unleak != nil || *isFuzzWorker {
		return
	}
	if d, ok := m.deps.(unleakDeps); ok && d.UnleakStart(unleakConfig) {
		unleak = d
	}
}

// unleakReturn is deferred by (*M).Run.
func unleakReturn() {
	if unleak != nil {
		unleak.UnleakReturn()
	}
}

// unleakTest is called on the goroutine of a test, subtest, fuzz target, fuzz
// input or benchmark before its function. Roots have no parent: they run on the
// main goroutine, whose label TestMain's goroutines would inherit.
func unleakTest(c *common) {
	if unleak == nil || c.parent == nil {
		return
	}
	//unleak:context
	c.ctx = unleak.UnleakLabel(c.ctx, c.name)
	//unleak:nocontext unleak.UnleakLabel(context.Background(), c.name)
}

// unleakExample is called around an example, which runs on the main goroutine:
// with its name before, with "" after.
func unleakExample(name string) {
	if unleak != nil {
		unleak.UnleakLabel(context.Background(), name)
	}
}

// SPDX-License-Identifier: MIT

package gotest

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak"
)

// lists reports whether go test is asked to say what it would run.
func (r *runner) lists() bool {
	_, list := r.arguments.get("list")
	return list || r.arguments.on("n")
}

// account compares the packages that go test says ran with the evidence, and
// notes what is missing as losses.
func (r *runner) account(results []packageResult, binaries []*binary, failed bool) {
	if r.lists() {
		return
	}
	if f, ok := r.arguments.get("fuzz"); ok && f.value != "" {
		r.lose("fuzz", "", false, "What the fuzz target %s leaves is not seen: its inputs run in worker processes. Without -fuzz its seeds run as tests, and are.", f.value)
	}
	r.accountBinaries(binaries)
	byPackage := make(map[string][]*binary)
	for _, b := range binaries {
		byPackage[b.pkg] = append(byPackage[b.pkg], b)
	}
	seen := make(map[string]bool)
	for _, p := range results {
		if seen[p.Package] {
			continue
		}
		seen[p.Package] = true
		switch {
		case p.Ran:
			r.accountPackage(p, byPackage[p.Package])
		case p.Fault != "":
			r.lose("not-run", p.Package, true, "The tests were not run (%s): %s.", p.Fault, r.mend())
		}
	}
	if failed && len(results) == 0 && len(binaries) == 0 {
		r.lose("not-run", "", true, "No test was run: %s.", r.mend())
	}
}

// accountBinaries notes what the evidence itself says is missing from it.
func (r *runner) accountBinaries(binaries []*binary) {
	noTeardown := false
	for _, b := range binaries {
		for _, f := range b.faults {
			r.lose("unreadable", b.pkg, true, "A part of the evidence could not be read: %s. Run the tests again.", f)
		}
		for _, test := range b.unfinished() {
			r.lose("unfinished", b.pkg, true, "%s had not ended when the process exited (os.Exit, or log.Fatal, within a test): what it started was not judged, unless it is proven stuck.", test)
		}
		if !b.full && b.ended && b.left > maxStacks {
			r.lose("capped", b.pkg, false, "%s goroutines were left, too many to stop the world for: creation sites were not read.", unleak.Number(b.left))
		}
		noTeardown = noTeardown || b.ended && !b.teardown
	}
	if noTeardown {
		r.lose("no-teardown", "", false, "%s has no exit hook: the goroutines were counted when m.Run returned, before TestMain's teardown.", r.tools.GOVERSION)
	}
}

// mend says what to do where go test could not run the tests.
func (r *runner) mend() string {
	if r.checkout.Root() == "" {
		return "there is no go.mod here or above; run unleak test inside a module, or name its folder with -C"
	}
	return "mend what go test says above and run again"
}

// accountPackage notes what one package's evidence lacks, and why.
func (r *runner) accountPackage(p packageResult, binaries []*binary) {
	started, ended := len(binaries) > 0, true
	for _, b := range binaries {
		ended = ended && b.ended
	}
	switch {
	case started && ended:
	case p.timedOut():
		r.lose("timeout", p.Package, true, "The test binary ran into its time-out: its goroutines are read from the traceback it printed, without proof.")
	case p.deadlocked():
		r.lose("crash", p.Package, true, "The test binary died in a deadlock: its goroutines are read from the traceback it printed.")
	case strings.HasPrefix(p.Death, "signal: "):
		r.lose("killed", p.Package, true, "The test binary was ended by a signal (%s) before it could write its evidence.", strings.TrimPrefix(p.Death, "signal: "))
	case p.Death != "":
		r.lose("crash", p.Package, true, "The test binary crashed (%s) before it could write its evidence: mend the crash and run again.", p.Death)
	case started:
		r.lose("killed", p.Package, true, "The test binary began and did not write its end: it was killed, or left the process without os.Exit (syscall.Exit, exec).")
	default:
		r.lose("no-evidence", p.Package, true, "%s", r.whyNoEvidence())
	}
	if p.Cut {
		r.lose("truncated", p.Package, true, "The traceback is longer than %d MiB: the rest was not read.", maxTraceback>>20)
	}
}

// whyNoEvidence names the likely reasons for a test binary that ran and left
// nothing.
func (r *runner) whyNoEvidence() string {
	if f, ok := r.arguments.get("exec"); ok {
		return fmt.Sprintf("The test binary left no evidence: does -exec=%q run it where the folder %s is the same, and with its environment? Without shared files unleak test cannot see it.", f.value, r.temp)
	}
	return "The test binary left no evidence: either TestMain never called m.Run, or the temporary folder could not be written from within the tests."
}

func (r *runner) lose(kind, pkg string, hides bool, format string, args ...any) {
	r.losses = append(r.losses, unleak.Loss{Kind: kind, Package: pkg, Hides: hides, Message: fmt.Sprintf(format, args...)})
}

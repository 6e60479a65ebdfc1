// SPDX-License-Identifier: MIT

package leaktest

import (
	"context"
	"fmt"
	"io"
	"os"
)

// A Runner runs tests and returns the code to exit with. *testing.M is one. A type
// of one's own can stop what TestMain started when the tests have run, before the
// check.
type Runner interface {
	Run() int
}

// CheckMain runs a package's tests and exits: with their code, or with 1 where they
// passed and left goroutines behind, which it reports on standard error.
//
//	func TestMain(m *testing.M) { leaktest.CheckMain(m) }
//
// What was there before the tests ran is none of theirs. A finding names the test
// that started the goroutines: surely where Check runs in it, and else where their
// creators lead to its function; others are unattributed. What a Check has reported
// is not reported again. Tests that failed are not checked (Options.OnFailure).
//
// CheckMain does not return, so that its result cannot be dropped.
func CheckMain(m Runner, options ...Options) {
	os.Exit(checkMain(m, join(options), caller(), os.Stderr))
}

func checkMain(m Runner, o Options, pkg string, out io.Writer) (code int) {
	if o.Since != nil {
		fmt.Fprintln(out, &MisuseError{"CheckMain was given Options.Since, which is for Find and Left: it knows by itself what was there before the tests"})
		return max(m.Run(), 1)
	}
	o.Since = Current()
	code = m.Run()
	if code != 0 && !o.OnFailure {
		fmt.Fprintln(out, "leaktest: not checked, since tests have failed; Options.OnFailure checks all the same")
		return code
	}
	v, fails := find(context.Background(), o, pkg)
	what := "the tests"
	if pkg != "" {
		what += " of " + pkg
	}
	if report := v.write(what, &o); report != "" {
		fmt.Fprintln(out, report)
		code = max(code, 1)
	}
	for _, line := range fails {
		fmt.Fprintln(out, line)
		code = max(code, 1)
	}
	return code
}

// SPDX-License-Identifier: MIT

package goleak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/unleak/unleak/leaktest"
)

// grace is for how long goroutines may end. go.uber.org/goleak v1.3.0 sleeps so long
// between its looks.
const grace = 430 * time.Millisecond

// TestingT is what VerifyNone needs of a *testing.T.
type TestingT interface {
	Error(...any)
}

// TestingM is what VerifyTestMain needs of a *testing.M.
type TestingM interface {
	Run() int
}

// Find waits up to 430 ms for other goroutines to end and returns an error that shows
// those that did not, or nil. While goroutines still come and go it waits for up to
// four times as long.
//
// The error is also not nil where nothing can be found out: for Cleanup and
// RunOnFailure, which Find does not take, and inside a testing/synctest bubble.
func Find(list ...Option) error {
	o := joined(list)
	switch {
	case o.cleanup != nil:
		return errors.New("Cleanup can only be passed to VerifyNone or VerifyTestMain")
	case o.runOnFailure:
		return errors.New("RunOnFailure can only be passed to VerifyTestMain")
	}
	return o.find()
}

// VerifyNone fails the test with what Find returns:
//
//	defer goleak.VerifyNone(t)
//
// Under t.Parallel it leaves out other tests that run, and what these and their
// goroutines have started, as far as creators that have not ended lead to them. What
// a test that has ended left behind counts for all that still run.
func VerifyNone(t TestingT, list ...Option) {
	if h, ok := t.(interface{ Helper() }); ok {
		h.Helper()
	}
	o := joined(list)
	if err := o.find(); err != nil {
		t.Error(err)
	}
	if o.cleanup != nil {
		o.cleanup(0)
	}
}

// VerifyTestMain runs the tests and exits: with their code, or with 1 where they
// passed and left goroutines behind, which it writes to standard error.
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
//
// Where tests failed it does not look (see RunOnFailure). With Cleanup, that function
// gets the code, and VerifyTestMain returns.
func VerifyTestMain(m TestingM, list ...Option) {
	code, exit := verifyTestMain(m, joined(list), os.Stderr)
	exit(code)
}

func verifyTestMain(m TestingM, o *options, stderr io.Writer) (code int, exit func(int)) {
	exit = os.Exit
	if o.cleanup != nil {
		exit = o.cleanup
	}
	code = m.Run()
	if code != 0 && !o.runOnFailure {
		return code, exit
	}
	if err := o.find(); err != nil {
		run := "successful"
		if code != 0 {
			run = "unsuccessful"
		}
		fmt.Fprintf(stderr, "goleak: Errors on %s test run: %v\n", run, err)
		code = max(code, 1)
	}
	return code, exit
}

// find looks, whatever cleanup and runOnFailure say.
func (o *options) find() error {
	l := leaktest.Options{Grace: grace, Background: o.ignore}
	if o.current != nil {
		l.Since = o.current.Snapshot
	}
	left, err := leaktest.Left(context.Background(), l)
	switch {
	case len(left) == 0:
		return err
	case err == nil:
		return errors.New(text(left))
	}
	return fmt.Errorf("%s\n%w", text(left), err)
}

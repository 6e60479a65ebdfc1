// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// contextDone recognises goroutines that only a context can end: a receive from
// Done, and a select in which each case that leads out receives from the Done of
// one context, or whose context lost its cancel function.
func contextDone(s *scene) (Verdict, bool) {
	done := s.op
	if s.op.Kind == source.Select {
		var ok bool
		if done, ok = waitsForContext(s.op); !ok {
			return Verdict{}, false
		}
	}
	if !fromContext(done) {
		return Verdict{}, false
	}
	ctx := "the context"
	if done.Context != "" {
		ctx = done.Context.String()
	}
	v := Verdict{Cause: unleak.CauseContext}
	switch {
	case done.Origin == source.FromDeadline:
		v.Explanation = fmt.Sprintf("The goroutine waits for %s %s: it ends when the deadline of %s comes, or when it is cancelled before.", done.Expr, s.where(), ctx)
	case done.Lost:
		v.Explanation = fmt.Sprintf("The goroutine waits for %s %s, and nothing in the package calls the cancel function of %s.", done.Expr, s.where(), ctx)
	case len(done.Ends) > 0:
		v.Explanation = fmt.Sprintf("The goroutine waits for %s %s; %s would cancel %s, and did not.", done.Expr, s.where(), who(done.Ends[0]), ctx)
	default:
		v.Explanation = fmt.Sprintf("The goroutine waits for %s %s, and %s is never cancelled.", done.Expr, s.where(), ctx)
	}
	v.Fixes = []unleak.Fix{
		fix("Call the cancel function of %s on every way out: defer cancel() where the context is made", ctx),
	}
	return v, true
}

// waitsForContext returns the case of a select that receives from a context's
// Done, where only that can end the goroutine.
func waitsForContext(op source.Op) (done source.Op, ok bool) {
	only, lost := true, false
	for _, c := range op.Cases {
		switch {
		case fromContext(c) && (done.Kind == "" || done.Context == c.Context):
			done = c
			lost = lost || c.Lost
		case c.Leaves:
			only = false
		}
	}
	return done, done.Kind != "" && !op.Default && (only || lost)
}

func fromContext(op source.Op) bool {
	return op.Origin == source.FromContext || op.Origin == source.FromDeadline
}

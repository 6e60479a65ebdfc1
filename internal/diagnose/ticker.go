// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// ticker recognises loops that nothing but a ticker or timer drives, and that
// nothing ends or only what they look at from tick to tick: a ticker's channel is
// never closed, not even by Stop.
func ticker(s *scene) (Verdict, bool) {
	if !s.endless() && s.op.Kind != source.Range {
		return Verdict{}, false
	}
	ops := []source.Op{s.op}
	if s.op.Kind == source.Select {
		ops = s.op.Cases
	}
	for _, op := range ops {
		if op.Origin != source.FromTicker && op.Origin != source.FromTimer {
			return Verdict{}, false
		}
	}
	if len(ops) == 0 {
		return Verdict{}, false
	}
	v := Verdict{
		Cause: unleak.CauseTicker,
		Explanation: fmt.Sprintf("The loop over %s %s has no way out: nobody ever closes that channel, and Stop does not.",
			ops[0].Expr, s.where()),
		Fixes: []unleak.Fix{
			fix("Select between %s and an end: case <-ctx.Done(): return", ops[0].Expr),
		},
	}
	if !s.endless() {
		v.Explanation = fmt.Sprintf("The loop over %s %s goes on with every tick until what it looks for has come, and that did not.",
			ops[0].Expr, s.where())
	}
	return v, true
}

// sleepLoop recognises goroutines that sleep, again and again.
func sleepLoop(s *scene) (Verdict, bool) {
	if s.wait != unleak.WaitSleep {
		return Verdict{}, false
	}
	switch {
	case s.willEnd():
		return Verdict{
			Cause:       unleak.CauseUnknown,
			Explanation: "It sleeps " + s.where() + ", in no loop that goes on: it will end by itself.",
		}, true
	case s.endless():
		return Verdict{
			Cause:       unleak.CauseSleepLoop,
			Explanation: "The loop around the sleep " + s.where() + " has no way out.",
			Fixes:       []unleak.Fix{fix("Replace the sleep by a select between a ticker and <-ctx.Done()")},
		}, true
	}
	if s.naps() {
		return Verdict{
			Cause:       unleak.CauseSleepLoop,
			Explanation: "It sleeps " + s.where() + " in a loop that has a way out; told to end, it does so only when it wakes.",
			Fixes:       []unleak.Fix{fix("Replace the sleep by a select between a timer and <-ctx.Done()")},
		}, true
	}
	return Verdict{
		Cause:       unleak.CauseSleepLoop,
		Explanation: "It sleeps " + s.where() + "; if a loop is around it, nothing has ended that yet.",
		Fixes:       []unleak.Fix{fix("Replace the sleep by a select between a timer and <-ctx.Done()")},
	}, true
}

// busyLoop recognises goroutines that run on.
func busyLoop(s *scene) (Verdict, bool) {
	if s.wait != unleak.WaitRunning {
		return Verdict{}, false
	}
	if s.straight() && !s.endless() {
		return Verdict{
			Cause:       unleak.CauseUnknown,
			Explanation: "It runs " + s.where() + ", in no loop that goes on: it will end by itself.",
		}, true
	}
	v := Verdict{
		Cause:       unleak.CauseBusyLoop,
		Explanation: "It runs " + s.where() + " and did not end.",
		Fixes:       []unleak.Fix{fix("Give the loop a way out, and a wait: select on <-ctx.Done() without a default case")},
	}
	if s.endless() {
		v.Explanation = "The loop " + s.where() + " has no way out, and the goroutine runs on in it."
	}
	return v, true
}

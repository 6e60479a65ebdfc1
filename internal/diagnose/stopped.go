// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// neverStopped recognises goroutines that belong to an object with a method that
// would end them: an exported method of the object's type closes the channel they
// wait on, sends the signal they wait for, or cancels their context.
func neverStopped(s *scene) (Verdict, bool) {
	for _, op := range s.waysOut() {
		if op.Kind != source.Receive && op.Kind != source.Range {
			continue
		}
		for _, end := range op.Ends {
			if !s.stops(op, end) {
				continue
			}
			return Verdict{
				Cause: unleak.CauseNeverStopped,
				Explanation: fmt.Sprintf("It serves %s and ends when %s, called through its method %s, gives the word on %s; it waits %s, so that nobody called it.",
					article(end.Type), who(end), end.Method, op.Expr, s.where()),
				Fixes: []unleak.Fix{fix("Call %s of the %s when it is no longer needed: defer it where the %s is made", end.Method, end.Type, end.Type)},
			}, true
		}
	}
	return Verdict{}, false
}

// waysOut returns the operations that can end the wait, those that are known to
// lead out of the goroutine first: a stop method often closes the channel of the
// work as well, where nobody looks for the word to stop.
func (s *scene) waysOut() []source.Op {
	if s.op.Kind != source.Select {
		return []source.Op{s.op}
	}
	out := make([]source.Op, 0, len(s.op.Cases))
	for _, leaves := range []bool{true, false} {
		for _, c := range s.op.Cases {
			if c.Leaves == leaves {
				out = append(out, c)
			}
		}
	}
	return out
}

// stops reports whether an End is a method of the object to which the goroutine
// belongs: the goroutine waits on a field of that type, runs a method of it, or
// was made in one, or in its constructor.
func (s *scene) stops(op source.Op, end source.End) bool {
	if end.Method == "" || end.Type == "" {
		return false
	}
	if end.How == "send" && !op.Leaves {
		return false // work, not a word to stop
	}
	if op.Object.Owner == "" && op.Made.Line != 0 && op.Made.Func == s.site.Func && op.Made.File == s.site.File {
		return false // made for this one call
	}
	if end.Type == op.Object.Owner || end.Type == s.site.Type || end.Type == s.entry.Type || end.Type == s.spawn.Type {
		// A method that ends what it waits for itself is no stop.
		return end.Func != s.site.Func || s.site.Func == ""
	}
	return false
}

// article puts a or an before a name, by its letter.
func article(name string) string {
	if name != "" && strings.ContainsRune("AEIOaeio", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

// unboundedSpawn recognises goroutines that a loop without bound starts faster
// than they end: they queue for a slot or a lock, or still move.
func unboundedSpawn(s *scene) (Verdict, bool) {
	if !s.spawn.Unbounded || s.Count < 2 {
		return Verdict{}, false
	}
	var doing string
	switch {
	case s.wait == unleak.WaitSend && s.op.Made.Cap != "":
		doing = "queue for a slot in " + s.op.Expr.String()
	case s.op.Kind == source.Lock:
		doing = "queue for " + s.op.Expr.String()
	case s.wait == unleak.WaitSleep || s.wait == unleak.WaitRunning:
		doing = "are still at work"
	default:
		return Verdict{}, false
	}
	return Verdict{
		Cause: unleak.CauseUnboundedSpawn,
		Explanation: fmt.Sprintf("%s starts a goroutine for all that comes%s, and %s of them %s %s: they come faster than they end.",
			s.spawn.Func, place(s.g.Created.File, s.g.Created.Line), unleak.Number(s.Count), doing, s.where()),
		Fixes: []unleak.Fix{
			fix("Take the slot before the go statement, so that the loop in %s waits", s.spawn.Func),
			fix("Start a fixed number of workers that range over a channel"),
		},
	}, true
}

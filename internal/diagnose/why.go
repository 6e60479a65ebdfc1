// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// surroundings says where the channel, lock or WaitGroup that the goroutine waits
// on comes from, and what else the functions around do with it: one sentence of
// each, with what the explanation does not say already.
func (s *scene) surroundings(v Verdict) string {
	switch v.Cause {
	case unleak.CauseChanSend, unleak.CauseChanReceive, unleak.CauseChanRange, unleak.CauseNilChannel, unleak.CauseSelect,
		unleak.CauseMutex, unleak.CauseRWMutex, unleak.CauseWaitGroup, unleak.CauseCond:
	default:
		return ""
	}
	ops := []source.Op{s.op}
	if s.op.Kind == source.Select {
		ops = s.op.Cases
	}
	const most = 2 // a longer text is not read
	told := v.Explanation
	more := ""
	n := 0
	for _, op := range ops {
		if n == most {
			break
		}
		if text := origin(op, told) + touches(op, told); text != "" {
			more += text
			told += text
			n++
		}
	}
	return more
}

// origin says where what an operation is on is made or declared.
func origin(op source.Op, told string) string {
	switch {
	case op.Made.Line != 0:
		if strings.Contains(told, line(op.Made.File, op.Made.Line)) {
			return ""
		}
		return fmt.Sprintf(" %s is made in %s%s.", op.Expr, op.Made.Func, place(op.Made.File, op.Made.Line))
	case op.Origin != "" || op.Object.Line == 0 || strings.Contains(told, line(op.Object.File, op.Object.Line)):
		return ""
	case op.Object.Owner != "":
		return fmt.Sprintf(" %s is a field of %s%s.", op.Expr, op.Object.Owner, place(op.Object.File, op.Object.Line))
	}
	if op.Kind == source.Send || op.Kind == source.Receive || op.Kind == source.Range {
		return "" // it came from elsewhere, or is made in several places
	}
	return fmt.Sprintf(" %s is declared at %s.", op.Expr, line(op.Object.File, op.Object.Line))
}

// deeds names what a source.End does.
var deeds = map[string]string{
	"send": "sends to it", "receive": "receives from it", "close": "closes it",
	"lock": "locks it", "rlock": "locks it for reading", "unlock": "unlocks it", "runlock": "unlocks it",
	"add": "adds to it", "done": "calls its Done", "signal": "signals it",
}

// touches says what else is done with it: "f also receives from it (a.go:9) and
// closes it (a.go:12)."
func touches(op source.Op, told string) string {
	const most = 3
	var parts []string
	before := ""
	for _, t := range op.Touches {
		if deeds[t.How] == "" || strings.Contains(told, line(t.File, t.Line)) {
			continue
		}
		if len(parts) == most {
			parts[most-1] += ", and more"
			break
		}
		part := deeds[t.How] + place(t.File, t.Line)
		if t.Func != before {
			part = t.Func + " also " + part
		}
		before = t.Func
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return ""
	}
	if last := len(parts) - 1; last > 0 {
		parts = []string{strings.Join(parts[:last], ", ") + " and " + parts[last]}
	}
	return " " + parts[0] + "."
}

// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"strconv"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

func nilChannel(s *scene) (Verdict, bool) {
	nilWait := false
	for _, g := range s.Goroutines { // the key does not tell nil receives apart
		nilWait = nilWait || g.Wait == unleak.WaitReceiveNil || g.Wait == unleak.WaitSendNil
	}
	if !nilWait {
		return Verdict{}, false
	}
	do, dir := "receive from", "receive"
	if s.Key.Wait == unleak.WaitSendNil {
		do, dir = "send to", "send"
	}
	return Verdict{
		Cause: unleak.CauseNilChannel,
		Explanation: fmt.Sprintf("The %s %s %s is on a nil channel: it was never made, and a %s a nil channel waits for ever.",
			dir, s.on("a channel"), s.where(), do),
		Fixes: []unleak.Fix{fix("Make %s before the goroutine starts", s.expr("the channel"))},
	}, true
}

// on writes what an operation is on: "on results".
func (s *scene) on(otherwise string) string { return "on " + s.expr(otherwise) }

func chanSend(s *scene) (Verdict, bool) {
	if s.wait != unleak.WaitSend {
		return Verdict{}, false
	}
	v := Verdict{Cause: unleak.CauseChanSend}
	ch := s.expr("the channel")
	switch m := s.op.Made; {
	case m.Line == 0:
		v.Explanation = fmt.Sprintf("The send on %s %s finds no receiver.", ch, s.where())
	case m.Cap == "":
		v.Explanation = fmt.Sprintf("The send on %s %s finds no receiver any more, and the channel that %s makes has no room.",
			ch, s.where(), line(m.File, m.Line))
	default:
		v.Explanation = fmt.Sprintf("The send on %s %s finds no receiver any more, and the channel that %s makes is full.",
			ch, s.where(), line(m.File, m.Line))
	}
	if s.op.Count > 1 && s.straight() {
		v.Explanation += fmt.Sprintf(" %s sends %s times.", s.site.Func, unleak.Number(s.op.Count))
		v.Fixes = append(v.Fixes, fix("Send once: return after each send on %s", ch))
	}
	if f, ok := s.roomFix(); ok {
		v.Fixes = append(v.Fixes, f)
	} else if s.op.Made.Cap == "" {
		v.Fixes = append(v.Fixes, fix("Give %s room for every send that may come: make it with a capacity", ch))
	}
	v.Fixes = append(v.Fixes, fix("Send in a select that also waits for the receiver's end, such as ctx.Done()"))
	return v, true
}

// roomFix gives the channel room for all that is sent, where that number is
// known.
func (s *scene) roomFix() (unleak.Fix, bool) {
	m := s.op.Made
	if m.Cap != "" || m.Elem == "" || s.op.Count == 0 || s.spawn.Times == "" || !s.straight() {
		return unleak.Fix{}, false
	}
	room := s.spawn.Times
	if n, err := strconv.Atoi(room); err == nil {
		if n > 1000 {
			return unleak.Fix{}, false
		}
		room = strconv.Itoa(n * s.op.Count)
	} else if s.op.Count > 1 {
		room = fmt.Sprintf("%d*%s", s.op.Count, room)
	}
	text := fmt.Sprintf("make(chan %s, %s)", m.Elem, room)
	f := fix("Give every send room: %s", text)
	// The number means the same where the channel is made only if that is the
	// function of the go statement.
	if m.Local && s.spawn.Fixed && m.Func == s.spawn.Func && m.File == s.spawn.File {
		f.Edits = []unleak.Edit{{File: m.File, Line: m.Line, End: m.Line, New: m.Before + text + m.After}}
	}
	return f, true
}

func chanReceive(s *scene) (Verdict, bool) {
	if s.wait != unleak.WaitReceive {
		return Verdict{}, false
	}
	ch := s.expr("the channel")
	v := Verdict{
		Cause:       unleak.CauseChanReceive,
		Explanation: fmt.Sprintf("The receive from %s %s waits for a value or a close, and neither comes.", ch, s.where()),
		Fixes: []unleak.Fix{
			fix("Close %s, or send to it, on every way out of the sender", ch),
			fix("Receive in a select that also waits for an end, such as ctx.Done()"),
		},
	}
	if fires(s.op) {
		v.Explanation = fmt.Sprintf("The receive from %s %s waits for a timer.", ch, s.where())
		v.Fixes = nil
	}
	return v, true
}

func chanRange(s *scene) (Verdict, bool) {
	if s.op.Kind != source.Range {
		return Verdict{}, false
	}
	v := Verdict{
		Cause:       unleak.CauseChanRange,
		Explanation: fmt.Sprintf("The range over %s %s ends when the channel is closed", s.op.Expr, s.where()),
		Fixes:       []unleak.Fix{fix("Close %s when the last value has been sent", s.op.Expr)},
	}
	switch {
	case len(s.op.Ends) == 0 && s.op.Leaves:
		v.Explanation += " or a value makes the loop leave, and neither comes."
		v.Fixes = []unleak.Fix{fix("Close %s, or send the value that ends the loop, when the last one has been sent", s.op.Expr)}
	case len(s.op.Ends) == 0:
		v.Explanation += ", and nothing in the package closes it."
	default:
		v.Explanation += "; " + who(s.op.Ends[0]) + " would close it, and did not."
	}
	return v, true
}

func emptySelect(s *scene) (Verdict, bool) {
	return Verdict{
		Cause:       unleak.CauseEmptySelect,
		Explanation: "The select " + s.where() + " has no cases: it waits for ever.",
		Fixes:       []unleak.Fix{fix("Wait for an end that can come: replace select {} by <-ctx.Done()")},
	}, s.wait == unleak.WaitSelectNone
}

func selectWait(s *scene) (Verdict, bool) {
	v := Verdict{
		Cause:       unleak.CauseSelect,
		Explanation: "None of the cases of the select " + s.where() + " can go on any more.",
		Fixes:       []unleak.Fix{fix("Add a case that ends the goroutine, such as <-ctx.Done(), and make sure that it comes")},
	}
	if cases := caseList(s.op.Cases); cases != "" {
		v.Explanation = fmt.Sprintf("The select %s waits for %s, and none of them comes.", s.where(), cases)
	}
	s.endOfSelect(&v)
	return v, s.wait == unleak.WaitSelect
}

// endOfSelect puts what is known of the cases that lead out of a select first:
// who would end it, then a context to cancel, then a channel that nobody closes.
func (s *scene) endOfSelect(v *Verdict) {
	var context, closed *unleak.Fix
	for _, c := range s.op.Cases {
		switch {
		case c.Kind != source.Receive:
		case fromContext(c):
			if c.Context != "" && context == nil {
				f := fix("Cancel %s when the goroutine is no longer needed", c.Context)
				context = &f
			}
		case !c.Leaves || c.Origin != "":
		case len(c.Ends) > 0 && c.Ends[0].Func != s.site.Func:
			v.Explanation += fmt.Sprintf(" %s would end it by %s, and did not.", who(c.Ends[0]), c.Expr)
			v.Fixes = []unleak.Fix{fix("Call %s when the goroutine is no longer needed", c.Ends[0].Func)}
			return
		case len(c.Ends) == 0 && !c.Object.IsZero() && closed == nil:
			f := fix("Close %s when the goroutine is no longer needed: nothing in the package does", c.Expr)
			closed = &f
		}
	}
	switch {
	case context != nil: // the case that ends it is there
		v.Fixes = []unleak.Fix{*context}
	case closed != nil:
		v.Fixes = append([]unleak.Fix{*closed}, v.Fixes...)
	}
}

// caseList names a select's cases: "a receive from a, or a send on b".
func caseList(cases []source.Op) string {
	text := ""
	for i, c := range cases {
		switch {
		case i > 0 && i == len(cases)-1:
			text += " or "
		case i > 0:
			text += ", "
		}
		if c.Kind == source.Send {
			text += "a send on " + c.Expr.String()
		} else {
			text += "a receive from " + c.Expr.String()
		}
	}
	return text
}

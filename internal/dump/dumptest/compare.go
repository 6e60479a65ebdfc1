// SPDX-License-Identifier: MIT

package dumptest

import (
	"maps"
	"slices"

	"github.com/unleak/unleak"
)

// Differences names the fields in which got, the record of one goroutine in a
// traceback, is not what is known. Of one without a number, which is the runtime's,
// only the wait and the stack are.
func (g Goroutine) Differences(got *unleak.Goroutine) []string {
	var wrong []string
	check := func(field string, ok bool) {
		if !ok {
			wrong = append(wrong, field)
		}
	}
	check("wait", got.Wait == g.Wait)
	check("stack", g.fits(got))
	if g.ID == 0 {
		return wrong
	}
	check("number", got.ID == g.ID && got.Count == 1)
	check("leaked", got.Leaked == g.Leaked)
	check("minutes", got.Minutes == g.Minutes)
	check("locked", got.Locked == g.Locked)
	check("bubble", got.Bubble == g.Bubble)
	check("created", sameFrame(g.Created, got.Created))
	check("creator", got.Creator == g.Creator)
	check("ancestors", slices.EqualFunc(g.Ancestors, got.Ancestors, sameAncestor))
	check("labels", maps.Equal(g.Labels, got.Labels))
	return wrong
}

// fits compares the stacks. The one of what runs on another thread cannot be seen.
func (g Goroutine) fits(got *unleak.Goroutine) bool {
	return FitsStack(g.Stack, got.Stack, got.Elided) || g.Wait == unleak.WaitRunning && len(got.Stack) == 0
}

// maxHidden is how many frames of the runtime's a stack may have where a traceback
// is printed with all of them. They count among the elided.
const maxHidden = 6

// FitsStack reports whether got, of which elided frames were left out (-1 is some),
// is a stack that is known from its first frame outside the standard library outwards.
func FitsStack(known, got []unleak.Frame, elided int) bool {
	for len(got) > 0 && got[0].Func != known[0].Func {
		if !unleak.IsStandard(got[0].Package()) {
			return false
		}
		got = got[1:]
	}
	if elided == 0 {
		return sameFrames(known, got)
	}
	hidden := len(got) + elided - len(known)
	if elided < 0 && len(got) >= len(known) || elided > 0 && (hidden < 0 || hidden > maxHidden) {
		return false
	}
	for inner := range len(got) + 1 {
		outer := len(got) - inner
		if sameFrames(known[:inner], got[:inner]) && sameFrames(known[len(known)-outer:], got[inner:]) {
			return len(got) > 0
		}
	}
	return false
}

func sameFrames(known, got []unleak.Frame) bool { return slices.EqualFunc(known, got, sameFrame) }

func sameFrame(known, got unleak.Frame) bool {
	return known == got || known.Line == 0 && known.Func == got.Func
}

func sameAncestor(known, got unleak.Ancestor) bool {
	return known.ID == got.ID && sameFrame(known.Created, got.Created) && FitsStack(known.Stack, got.Stack, 0)
}

// SPDX-License-Identifier: MIT

package goleak

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/unleak/unleak"
)

// maxText bounds the text of an error, but for its end. Stacks that do not fit are
// counted.
const maxText = 48 << 10

// text shows goroutines in the form that suites and people know. Of those with the
// same stack and creator the first is shown.
func text(left []unleak.Goroutine) string {
	slices.SortStableFunc(left, func(a, b unleak.Goroutine) int { return cmp.Compare(a.ID, b.ID) })
	var b strings.Builder
	b.WriteString("found unexpected goroutines:\n[")
	all, more, moreStacks := 0, 0, 0
	for i, g := range left {
		all += g.Count
		one := goroutine(&g)
		if b.Len()+len(one) > maxText {
			more += g.Count
			moreStacks++
			continue
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(one)
	}
	if more > 0 {
		fmt.Fprintf(&b, " … and %s in %s", unleak.Plural(more, "goroutine"), unleak.Plural(moreStacks, "other record"))
	}
	fmt.Fprintf(&b, "]\n%s; \"unleak test\" says which tests started them, why they are stuck and what to change", unleak.Plural(all, "goroutine"))
	return b.String()
}

// goroutine shows one, and how many are like it.
func goroutine(g *unleak.Goroutine) string {
	var b strings.Builder
	top := ""
	if len(g.Stack) > 0 {
		top = g.Stack[0].Func
	}
	fmt.Fprintf(&b, "Goroutine %d in state %s, with %s on top of the stack:\n", g.ID, state(g), top)
	for i, f := range g.Stack {
		if g.Elided != 0 && i == len(g.Stack)/2 { // as many inner as outer frames are there
			fmt.Fprintf(&b, "...%d frames elided...\n", g.Elided)
		}
		fmt.Fprintf(&b, "%s(...)\n\t%s:%d\n", f.Func, f.File, f.Line)
	}
	if !g.Created.IsZero() {
		fmt.Fprintf(&b, "created by %s in goroutine %d\n\t%s:%d\n", g.Created.Func, g.Creator, g.Created.File, g.Created.Line)
	}
	if g.Count > 1 {
		fmt.Fprintf(&b, "and %s with the same stack and creator\n", unleak.Plural(g.Count-1, "more goroutine"))
	}
	return b.String()
}

// state is what stands in the brackets of a traceback, without what the runtime has
// proved: suites match on the wait.
func state(g *unleak.Goroutine) string {
	s := string(g.Wait)
	if g.Minutes > 0 {
		s += fmt.Sprintf(", %d minutes", g.Minutes)
	}
	if g.Locked {
		s += ", locked to thread"
	}
	return s
}

// SPDX-License-Identifier: MIT

package leaktest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/live"
)

// A census is every goroutine of the process, as a profile and a traceback tell
// together: the profile has labels, the traceback numbers, creators, and what the
// runtime has proved. Goroutines of which nothing that matters differs are one
// record.
type census struct {
	groups  []*group
	parents map[uint64]uint64       // numbers of creators
	created map[uint64]unleak.Frame // where those that live were started
	ids     map[*unleak.Goroutine][]uint64
	tests   map[uint64]bool // that run or wait
	// loss is not nil where the traceback was not read to its end.
	loss *unleak.Loss
}

// A group is all goroutines with the same stack. Which of the traced ones a label
// of the profile means is open where there are several labels.
type group struct {
	profiled, traced []*unleak.Goroutine
}

// takeCensus stops the world for as long as a traceback of all takes. It leaves out
// whom isSelf does.
func takeCensus(profiled []*unleak.Goroutine) *census {
	c := &census{
		parents: make(map[uint64]uint64), created: make(map[uint64]unleak.Frame),
		ids: make(map[*unleak.Goroutine][]uint64), tests: make(map[uint64]bool),
	}
	byStack := make(map[string]*group)
	groupOf := func(stack []unleak.Frame) *group {
		text := stackText(stack)
		if byStack[text] == nil {
			byStack[text] = new(group)
			c.groups = append(c.groups, byStack[text])
		}
		return byStack[text]
	}
	c.trace(groupOf)
	for _, p := range profiled {
		g := groupOf(p.Stack)
		g.profiled = append(g.profiled, p)
	}
	return c
}

// trace takes the traceback and puts its goroutines into groups.
func (c *census) trace(groupOf func([]unleak.Frame) *group) {
	type sameness struct {
		stack   *unleak.Frame // equal stacks are one, as a rule
		depth   int
		created unleak.Frame
		creator uint64
		wait    unleak.Wait
		leaked  bool
		bubble  uint64
	}
	known := make(map[sameness]*unleak.Goroutine)
	bad := 0
	goroutines, whole := live.Goroutines()
	for g, err := range goroutines {
		if err != nil {
			bad++
			continue
		}
		c.parents[g.ID], c.created[g.ID] = g.Creator, g.Created
		child := g.ID
		for _, a := range g.Ancestors { // of GODEBUG=tracebackancestors; they may have ended
			if c.parents[child] == 0 {
				c.parents[child] = a.ID
			}
			child = a.ID
		}
		if isTest(g) {
			c.tests[g.ID] = true
		}
		if isSelf(g) || len(g.Stack) == 0 && g.Wait == unleak.WaitSyscall { // a thread of cgo's
			continue
		}
		var first *unleak.Frame // nil where it has not begun yet
		if len(g.Stack) > 0 {
			first = &g.Stack[0]
		}
		s := sameness{first, len(g.Stack), g.Created, g.Creator, g.Wait, g.Leaked, g.Bubble}
		if same := known[s]; same != nil {
			same.Count++
			c.ids[same] = append(c.ids[same], g.ID)
			continue
		}
		kept := *g
		known[s] = &kept
		c.ids[&kept] = []uint64{g.ID}
		group := groupOf(g.Stack)
		group.traced = append(group.traced, &kept)
	}
	if !whole || bad > 0 {
		c.loss = &unleak.Loss{
			Kind:    "truncated",
			Message: "The traceback of all goroutines was too large or not readable to its end: for some of them it is not known where they were started.",
		}
	}
}

// of returns the goroutines that bear a mark, and those without one whose creators
// lead to the goroutine that bore it first. The profile counts the former. Of those
// with the same stack that are traced to it, as many as are not marked are the
// latter.
func (c *census) of(mark string, number uint64) (ours []*unleak.Goroutine) {
	for _, group := range c.groups {
		var marked, bare []*unleak.Goroutine
		for _, p := range group.profiled {
			if value, ok := p.Labels[label]; !ok {
				bare = append(bare, p)
			} else if value == mark {
				marked = append(marked, p)
			}
		}
		var traced, others []*unleak.Goroutine
		for _, g := range group.traced {
			if c.startedBy(g, number) {
				traced = append(traced, g)
			} else {
				others = append(others, g)
			}
		}
		if len(marked)+len(traced) == 0 {
			continue
		}
		if len(group.profiled) == 0 { // moved on between the two looks
			ours = append(ours, traced...)
			continue
		}
		claims := c.claims(append(traced, others...))
		for _, p := range marked {
			ours = append(ours, claims.take(p, true)...)
		}
		claims = claims.only(traced)
		for _, p := range bare {
			ours = append(ours, claims.take(p, false)...)
		}
	}
	return ours
}

// all returns every goroutine. Labels go to those first whose creator a mark names.
// Where the profile has others than the traceback, they came, went or moved on
// between the two, and the traceback holds, if it is whole.
func (c *census) all() (list []*unleak.Goroutine) {
	for _, group := range c.groups {
		claims := c.claims(group.traced)
		var rest []*unleak.Goroutine
		for _, p := range group.profiled {
			number, _, ok := cutMark(p.Labels[label])
			var own []*unleak.Goroutine
			for _, g := range group.traced {
				if ok && g.Creator == number {
					own = append(own, g)
				}
			}
			some := claims.only(own).take(p, false)
			list = append(list, some...)
			left := *p
			for _, g := range some {
				left.Count -= g.Count
			}
			if left.Count > 0 {
				rest = append(rest, &left)
			}
		}
		for _, p := range rest {
			list = append(list, claims.take(p, c.loss != nil)...)
		}
		for _, g := range group.traced {
			if n := claims.left[g]; n > 0 {
				list = append(list, claims.only([]*unleak.Goroutine{g}).take(&unleak.Goroutine{Count: n}, false)...)
			}
		}
	}
	return list
}

// without returns the census less the goroutines with the numbers.
func (c *census) without(numbers map[uint64]bool) *census {
	rest := *c
	rest.groups, rest.ids = nil, make(map[*unleak.Goroutine][]uint64)
	for _, g := range c.groups {
		kept := &group{profiled: g.profiled}
		for _, t := range g.traced {
			ids := slices.DeleteFunc(slices.Clone(c.ids[t]), func(id uint64) bool { return numbers[id] })
			if len(ids) == 0 {
				continue
			}
			one := *t
			one.ID, one.Count = ids[0], len(ids)
			kept.traced = append(kept.traced, &one)
			rest.ids[&one] = ids
		}
		if len(kept.traced) > 0 {
			rest.groups = append(rest.groups, kept)
		}
	}
	return &rest
}

// ofOthers reports whether a goroutine is a test that still runs or was started by
// one, and that test is neither self nor one that self is a part of.
func (c *census) ofOthers(g *unleak.Goroutine, self uint64) bool {
	if c.tests[g.ID] {
		return true
	}
	id := g.Creator
	for range maxCreators {
		if id == self || c.tests[id] {
			return id != self && !c.leads(self, id)
		}
		id = c.parents[id]
	}
	return false
}

// claims hands out traced goroutines, each once.
type claims struct {
	traced []*unleak.Goroutine
	left   map[*unleak.Goroutine]int
	ids    map[*unleak.Goroutine][]uint64
}

func (c *census) claims(traced []*unleak.Goroutine) claims {
	all := claims{traced, make(map[*unleak.Goroutine]int), c.ids}
	for _, g := range traced {
		all.left[g] = g.Count
	}
	return all
}

// only returns the claims on some of the goroutines.
func (c claims) only(traced []*unleak.Goroutine) claims { return claims{traced, c.left, c.ids} }

// take returns as many goroutines as the record of the profile counts, with its
// labels. whole asks for the record itself where there are not as many.
func (c claims) take(p *unleak.Goroutine, whole bool) (list []*unleak.Goroutine) {
	want := p.Count
	for _, g := range c.traced {
		n := min(c.left[g], want)
		if n == 0 {
			continue
		}
		one := *g
		one.ID, one.Count, one.Labels = c.ids[g][g.Count-c.left[g]], n, p.Labels
		c.left[g] -= n
		want -= n
		list = append(list, &one)
	}
	if want > 0 && whole {
		rest := *p
		rest.Count = want
		list = append(list, &rest)
	}
	return list
}

// startedBy reports whether a goroutine's creators, as far as they live, lead to
// the one with the number.
func (c *census) startedBy(g *unleak.Goroutine, number uint64) bool {
	return g.Creator == number && number > 1 || c.leads(g.Creator, number)
}

// leads reports whether the creators of the goroutine with a number, as far as they
// live, lead to another. The main goroutine starts for all: nothing leads to it.
func (c *census) leads(from, to uint64) bool {
	id := c.parents[from]
	for range maxCreators {
		if id == to || id <= 1 {
			break
		}
		id = c.parents[id]
	}
	return id == to && id > 1
}

// maxCreators bounds how far a chain of creators is followed.
const maxCreators = 1000

// stackText writes a stack out, so that those of a profile and of a traceback
// compare.
func stackText(stack []unleak.Frame) string {
	var b strings.Builder
	for _, f := range stack {
		fmt.Fprintf(&b, "%s\x00%s\x00%d\x00", f.Func, f.File, f.Line)
	}
	return b.String()
}

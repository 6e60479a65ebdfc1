// SPDX-License-Identifier: MIT

package corpus

import (
	"maps"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

// A Verdict tells how far what a reader made of a file is what is known of it.
type Verdict struct {
	There    int // goroutines that can be read
	Found    int
	Missing  []dumptest.Goroutine
	Invented []unleak.Goroutine // with the number of goroutines that they stand for
	Wrong    []Wrong
}

// Wrong is a goroutine that was found, with the fields that are not as known.
type Wrong struct {
	Known  dumptest.Goroutine
	Got    unleak.Goroutine
	Fields []string
}

// OK reports whether nothing is missing, invented or wrong.
func (v Verdict) OK() bool { return len(v.Missing)+len(v.Invented)+len(v.Wrong) == 0 }

// Judge compares all that a reader got of the file. Fields named in ignored, as by
// dumptest's Differences, are those that the reader does not have.
func (f File) Judge(got []unleak.Goroutine, ignored ...string) Verdict {
	v := Verdict{There: len(f.Goroutines)}
	left := make(map[int]dumptest.Goroutine)
	for i, g := range f.Goroutines {
		left[i] = g
	}
	skip := make(map[string]bool)
	for _, field := range ignored {
		skip[field] = true
	}
	for _, g := range got {
		for range g.Count {
			i, wrong := f.match(left, &g, skip)
			if i < 0 {
				v.Invented = append(v.Invented, g)
				continue
			}
			v.Found++
			if len(wrong) > 0 {
				v.Wrong = append(v.Wrong, Wrong{left[i], g, wrong})
			}
			delete(left, i)
		}
	}
	for i, g := range f.Goroutines {
		if _, ok := left[i]; ok {
			v.Missing = append(v.Missing, g)
		}
	}
	return v
}

// match returns the known goroutine that is nearest to the one got, or -1 if none
// is it, and the fields that differ.
func (f File) match(left map[int]dumptest.Goroutine, got *unleak.Goroutine, skip map[string]bool) (best int, wrong []string) {
	best = -1
	for i := range f.Goroutines {
		g, ok := left[i]
		if !ok || !f.isSame(g, got) {
			continue
		}
		var differ []string
		for _, field := range f.differences(g, got) {
			if !skip[field] {
				differ = append(differ, field)
			}
		}
		if best < 0 || len(differ) < len(wrong) {
			best, wrong = i, differ
		}
	}
	return best, wrong
}

// isSame goes by the number where there is one, else by the entry function: a
// profile has no numbers, and programs do not know those of the runtime's own.
func (f File) isSame(g dumptest.Goroutine, got *unleak.Goroutine) bool {
	if f.Form == Traceback && g.ID != 0 {
		return g.ID == got.ID
	}
	if len(got.Stack) == 0 {
		return f.Form == Traceback // of a reader that keeps no stacks
	}
	return got.Elided < 0 || got.Stack[len(got.Stack)-1].Func == g.Entry()
}

func (f File) differences(g dumptest.Goroutine, got *unleak.Goroutine) []string {
	if f.Form == Traceback {
		return g.Differences(got)
	}
	var wrong []string
	check := func(field string, ok bool) {
		if !ok {
			wrong = append(wrong, field)
		}
	}
	check("wait", f.sameWait(g.Wait, got.Wait))
	check("leaked", got.Leaked == f.Leaks)
	check("stack", dumptest.FitsStack(g.Stack, got.Stack, got.Elided))
	labels := maps.Clone(g.Labels)
	if f.Form == Protobuf { // which has no word for an empty value
		maps.DeleteFunc(labels, func(_, value string) bool { return value == "" })
	}
	check("labels", maps.Equal(labels, got.Labels))
	return wrong
}

// sameWait compares waits as far as profiles tell them. A nil channel is told from
// another by the lines of the runtime, which text does not have, nor protobuf
// before Go 1.20. In text a reader may have to leave the wait empty. The waits of
// the runtime's own are one.
func (f File) sameWait(known, got unleak.Wait) bool {
	nilChannel := map[unleak.Wait]unleak.Wait{unleak.WaitReceiveNil: unleak.WaitReceive, unleak.WaitSendNil: unleak.WaitSend}
	switch {
	case got == known, !known.CanLeak() && !got.CanLeak():
		return true
	case f.Form == Text:
		return got == "" || got == nilChannel[known]
	}
	return strings.HasPrefix(f.Name, "go1.18/") && got == nilChannel[known]
}

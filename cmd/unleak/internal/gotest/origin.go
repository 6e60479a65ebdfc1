// SPDX-License-Identifier: MIT

package gotest

import (
	"strconv"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
)

// label is the pprof label under which the hook keeps a test's goroutine number
// and name.
const label = "unleak"

// labelled returns the test whose label a goroutine bears.
func labelled(g *unleak.Goroutine) (id uint64, test string, ok bool) {
	number, test, ok := strings.Cut(g.Labels[label], " ")
	if !ok {
		return 0, "", false
	}
	id, err := strconv.ParseUint(number, 10, 64)
	return id, test, err == nil
}

// leftovers says of each goroutine of the binary which test it was started
// under. The tests' own goroutines are left out: they show which tests had not
// ended.
func (b *binary) leftovers() []diagnose.Leftover {
	alive := make(map[uint64]*unleak.Goroutine, len(b.goroutines))
	unfinished := make(map[string]bool)
	for _, g := range b.goroutines {
		if g.ID != 0 { // profiles have no numbers
			alive[g.ID] = g
		}
		if _, test, ok := labelled(g); ok && runsTest(g) {
			unfinished[test] = true
		}
	}
	var left []diagnose.Leftover
	for _, g := range b.goroutines {
		if runsTest(g) {
			continue
		}
		l := diagnose.Leftover{Goroutine: g, Package: b.pkg}
		b.attribute(&l, alive)
		l.Unfinished = inTree(l.Test, unfinished)
		left = append(left, l)
	}
	return left
}

// unfinished lists the tests whose goroutines were still there.
func (b *binary) unfinished() []string {
	var list []string
	for _, g := range b.goroutines {
		if _, test, ok := labelled(g); ok && runsTest(g) {
			list = append(list, test)
		}
	}
	return list
}

// runsTest reports whether the goroutine is that of a test, fuzz target or
// benchmark itself.
func runsTest(g *unleak.Goroutine) bool {
	switch g.Entry().Func {
	case "testing.tRunner", "testing.fRunner", "testing.(*B).launch", "testing.(*B).run1.func1":
		return true
	}
	return false
}

// inTree reports whether the test or one of those it is a subtest of is in the
// set.
func inTree(test string, set map[string]bool) bool {
	for test != "" {
		if set[test] {
			return true
		}
		test = test[:max(strings.LastIndexByte(test, '/'), 0)]
	}
	return false
}

// attribute finds the test that the goroutine was started under: by its label,
// else by following its creators.
func (b *binary) attribute(l *diagnose.Leftover, alive map[uint64]*unleak.Goroutine) {
	g := l.Goroutine
	if id, test, ok := labelled(g); ok {
		l.Run, l.Test = id, test
		if other := b.worker(g, alive); other != "" && !sameTree(test, other) {
			l.Worker = other
		}
		return
	}
	if id, test, ok := b.creator(g, alive); ok {
		l.Run, l.Test = id, test
		return
	}
	l.Note = unattributed(g)
}

// worker returns the test under which a goroutine's creator was started, where
// that still lives. Its own creators tell it surer than its label: workers take on
// the labels of those they work for.
func (b *binary) worker(g *unleak.Goroutine, alive map[uint64]*unleak.Goroutine) string {
	creator := alive[g.Creator]
	if creator == nil || runsTest(creator) {
		return ""
	}
	_, test, ok := b.creator(creator, alive)
	if !ok {
		_, test, _ = labelled(creator)
	}
	return test
}

// creator follows the chain of creators to a test's goroutine.
func (b *binary) creator(g *unleak.Goroutine, alive map[uint64]*unleak.Goroutine) (uint64, string, bool) {
	ids := []uint64{g.Creator}
	for _, a := range g.Ancestors {
		ids = append(ids, a.ID)
	}
	seen := make(map[uint64]bool)
	for len(ids) > 0 {
		id := ids[0]
		ids = ids[1:]
		if id <= 1 || seen[id] { // the main goroutine is no test's, though examples run on it
			continue
		}
		seen[id] = true
		if test, ok := b.tests[id]; ok {
			return id, test, true
		}
		if parent := alive[id]; parent != nil {
			if run, test, ok := labelled(parent); ok {
				return run, test, true
			}
			ids = append(ids, parent.Creator)
		}
	}
	return 0, "", false
}

// sameTree reports whether one of two tests is the other or a subtest of it.
func sameTree(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

// unattributed says why no test is known.
func unattributed(g *unleak.Goroutine) string {
	created := g.Created.Func
	function := created[strings.LastIndexByte(created, '/')+1:]
	switch {
	case strings.Contains(function, ".init.") || strings.HasSuffix(function, ".init"):
		return "started by package initialisation"
	case g.Creator == 1:
		return "started by TestMain or package initialisation"
	case created == "time.goFunc" || g.Entry().Func == "time.goFunc":
		return "started by a timer (time.AfterFunc), which bears no label"
	case created == "":
		return "its creator was not read"
	}
	return "its labels were replaced and its creator has ended; -ancestors keeps the chain"
}

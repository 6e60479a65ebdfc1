// SPDX-License-Identifier: MIT

package main

import (
	"fmt"

	"github.com/unleak/unleak/bench/turns"
)

// A testCase is one question about cost.
type testCase struct {
	name   string
	files  func() map[string]string
	sides  []side // plain go test first, unleak last
	wanted string
	// judge says what the sides' times amount to, and whether that is as wanted.
	judge func([]turns.Seconds) (measured string, ok bool)
}

// Name returns the case's name.
func (c testCase) Name() string { return c.name }

var (
	plain  = side{name: "go test", folder: "..."}
	unleak = side{name: "unleak test", folder: "...", unleak: true}
)

// cases lists what is measured. The tests in them end what they start, but for
// the goroutines that a case is about; those wait on a channel in a global
// variable, as a pool's idle workers do, so that the runtime proves nothing of
// them and the tool has to look for itself.
var cases = []testCase{{
	name:   "quick", // 300 quick clean tests in one package
	files:  onePackage(testFile{tests: 300}),
	sides:  []side{plain, unleak},
	wanted: "at most 1.10 of go test",
	judge:  atMostRatio(1.10),
}, {
	name:   "packages", // 50 clean packages
	files:  manyPackages(50, testFile{tests: 6}),
	sides:  []side{plain, unleak},
	wanted: "at most 1.10 of go test",
	judge:  atMostRatio(1.10),
}, {
	name:   "survivors", // 5 idle goroutines of a pool that a test starts
	files:  onePackage(testFile{tests: 300}.withPool(5)),
	sides:  []side{plain, unleak},
	wanted: "at most 150 ms more",
	judge:  atMostAdded(0.150),
}, {
	name:   "goleak", // a check in each of 300 tests, among 1,000 goroutines
	files:  besideGoleak,
	sides:  []side{inFolder(plain, "plain"), {name: "goleak", folder: "goleak"}, inFolder(unleak, "plain")},
	wanted: "at least 10 times less",
	judge:  atLeastTimesLess(10),
}, {
	name:   "live", // 100,000 goroutines alive when the tests end
	files:  onePackage(testFile{tests: 1}.withBackground(100_000)),
	sides:  []side{plain, unleak},
	wanted: "at most 1000 ms more",
	judge:  atMostAdded(1),
}}

func besideGoleak() map[string]string {
	tests := testFile{tests: 300}
	return map[string]string{
		"plain/m_test.go":  tests.withBackground(1000).text(),
		"goleak/m_test.go": tests.withGoleak().withBackground(1000).text(),
	}
}

func inFolder(s side, folder string) side {
	s.folder = folder
	return s
}

// atMostRatio judges two sides: plain and ours.
func atMostRatio(bound float64) func([]turns.Seconds) (string, bool) {
	return func(t []turns.Seconds) (string, bool) {
		ratio := turns.Median(t[1].DividedBy(t[0]))
		return fmt.Sprintf("%.3f of go test", ratio), ratio <= bound
	}
}

// atMostAdded judges two sides: plain and ours.
func atMostAdded(bound float64) func([]turns.Seconds) (string, bool) {
	return func(t []turns.Seconds) (string, bool) {
		added := turns.Median(t[1].Over(t[0]))
		return fmt.Sprintf("%.0f ms more", added*1e3), added <= bound
	}
}

// atLeastTimesLess judges three sides: plain, the other tool and ours.
func atLeastTimesLess(bound float64) func([]turns.Seconds) (string, bool) {
	return func(t []turns.Seconds) (string, bool) {
		// Less than a millisecond is noise, and must not divide.
		theirs, ours := turns.Median(t[1].Over(t[0])), max(turns.Median(t[2].Over(t[0])), 1e-3)
		return fmt.Sprintf("%.0f ms more, goleak %.0f: %.1f times less", ours*1e3, theirs*1e3, theirs/ours), theirs >= bound*ours
	}
}

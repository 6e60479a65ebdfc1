// SPDX-License-Identifier: MIT

package unleak_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/unleak/unleak"
)

func TestSentence(t *testing.T) {
	for _, test := range []struct {
		summary unleak.Summary
		missing bool
		want    string
	}{
		{unleak.Summary{}, false, "no goroutine leaks"},
		{unleak.Summary{}, true, "no goroutine leaks in what was seen"},
		{unleak.Summary{Packages: 12, Tests: 340}, false, "no goroutine leaks in 12 packages, 340 tests"},
		{unleak.Summary{Packages: 1, Tests: 1}, true, "no goroutine leaks in what was seen of 1 package, 1 test"},
		{unleak.Summary{Suspect: 1, Goroutines: 2, Tests: 3}, false, "no goroutine leaks, 1 suspect (2 goroutines) in 3 tests"},
		{unleak.Summary{Proven: 2, Likely: 1, Suspect: 3, Goroutines: 9}, false, "2 proven, 1 likely, 3 suspects (9 goroutines)"},
		{unleak.Summary{Proven: 1, Goroutines: 1, Packages: 2}, true, "1 proven (1 goroutine) in 2 packages"},
		{unleak.Summary{Running: 1, Idle: 2, Ignored: 3, Failed: true}, false,
			"no goroutine leaks; 1 goroutine still running; 2 idle; 3 findings ignored; the run itself failed"},
	} {
		if got := test.summary.Sentence(!test.missing); got != test.want {
			t.Errorf("%+v: got %q, want %q", test.summary, got, test.want)
		}
	}
}

func TestStarters(t *testing.T) {
	finding := unleak.Finding{Grade: unleak.Proven, Evidence: []unleak.Evidence{
		{Source: unleak.SourceTest, How: unleak.HowProof, Grade: unleak.Proven, Count: 1, Package: "m", Test: "TestA"},
		{Source: unleak.SourceTest, How: unleak.HowProof, Grade: unleak.Proven, Count: 2, Package: "m", Test: "TestA", Runs: 2},
		{Source: unleak.SourceTest, How: unleak.HowRepeated, Grade: unleak.Likely, Count: 3, Package: "m", Test: "TestA", Note: "It grew."},
		{Source: unleak.SourceTest, How: unleak.HowProof, Grade: unleak.Proven, Count: 5, Package: "m", Test: "TestB", Note: "It grew."},
		{Source: unleak.SourceTest, How: unleak.HowProof, Grade: unleak.Proven, Count: 1, Package: "a", Worker: "TestB"},
		{Source: unleak.SourceTest, How: unleak.HowProof, Grade: unleak.Proven, Count: 1, Package: "a", Note: "started by init"},
		{Source: unleak.SourceTest, How: unleak.HowLeftOver, Grade: unleak.Suspect, Count: 7, Package: "b", Test: "TestC", Note: "It stayed."},
	}}
	type starter struct {
		pkg, test, worker, note string
		count, runs             int
	}
	var got []starter
	for _, s := range finding.Starters() {
		got = append(got, starter{s.Package, s.Test, s.Worker, s.Note, s.Count, s.Runs})
	}
	want := []starter{
		{"a", "", "", "started by init", 1, 0},
		{"a", "", "TestB", "", 1, 0},
		{"m", "TestB", "", "", 5, 0},
		{"m", "TestA", "", "", 3, 2}, // both ways show the same three
	}
	if !slices.Equal(got, want) {
		t.Errorf("Starters() =\n%v\nwant\n%v", got, want)
	}
	if got := finding.Others(); len(got) != 1 || got[0].Test != "TestC" || got[0].Count != 7 {
		t.Errorf("Others() = %v, want TestC, which is no failure", got)
	}
	if got, want := finding.Reasons(), []string{unleak.HowProof.Text()}; !slices.Equal(got, want) {
		t.Errorf("Reasons() = %q, want %q", got, want)
	}
	if got, want := finding.Notes(), []string{"It grew."}; !slices.Equal(got, want) {
		t.Errorf("Notes() = %q, want %q", got, want)
	}
}

func TestPlace(t *testing.T) {
	local := unleak.Frame{Func: "m.f", File: "a/b.go", Line: 3}
	std := unleak.Frame{Func: "net.f", File: "/go/src/net/net.go", Line: 9}
	windows := unleak.Frame{Func: "net.f", File: `C:\Go\src\net\net.go`, Line: 9}
	share := unleak.Frame{Func: "net.f", File: `\\host\go\net.go`, Line: 9}
	noLine := unleak.Frame{Func: "m.f", File: "a/b.go"}
	for _, test := range []struct {
		name    string
		finding unleak.Finding
		want    unleak.Frame
	}{
		{"blocked in the module", unleak.Finding{Blocked: local, Created: &std}, local},
		{"own before blocked", unleak.Finding{Blocked: std, Own: &local}, local},
		{"creation site", unleak.Finding{Blocked: windows, Created: &local, Entry: std}, local},
		{"entry", unleak.Finding{Blocked: share, Own: &noLine, Entry: local}, local},
		{"none in the module", unleak.Finding{Blocked: std, Entry: windows}, std},
	} {
		if got := test.finding.Place(); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

// TestHowText: each way of seeing a leak has words of its own.
func TestHowText(t *testing.T) {
	seen := make(map[string]unleak.How)
	for _, how := range []unleak.How{unleak.HowProof, unleak.HowDeadlock, unleak.HowAlwaysStuck, unleak.HowGrowth, unleak.HowRepeated,
		unleak.HowEndlessLoop, unleak.HowLeftOver, unleak.HowTimeout, unleak.HowLongWait, unleak.HowSchedule, unleak.HowSource} {
		text := how.Text()
		if other, ok := seen[text]; ok || text == string(how) {
			t.Errorf("%s: %q (as %s)", how, text, other)
		}
		seen[text] = how
	}
	if got := unleak.How("omen").Text(); got != "omen" {
		t.Errorf("of a later release: %q", got)
	}
}

func TestClean(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"plain", "plain"},
		{"世界 é", "世界 é"},
		{"a\x1b[1;31mb\x1b[0mc", "abc"},
		{"a\x1b]0;title\ab", "ab"},
		{"a\x1b]8;;http://x\x1b\\b", "ab"},
		{"a\u009b31mb\u009d0;t\ac", "abc"},
		{"open \x1b[1;2", "open 1;2"},
		{"open \x1b]0;title", "open 0;title"},
		{"esc\x1b", "esc"},
		{"esc\x1b\nnext", "esc next"},
		{"two\x1bcthree", "twothree"},
		{"a\tb\nc\rd\u2028e", "a b c d e"},
		{"\a\b\x00\x7f\u0085", " "},
		{"\u202eabc\u2066\u200b\ufeff", "abc"},
		{"bad \xff utf-8", "bad \ufffd utf-8"},
	} {
		got := unleak.Message{Loss: &unleak.Loss{Message: test.in}}.Clean().Loss.Message
		if got != test.want {
			t.Errorf("%q: got %q, want %q", test.in, got, test.want)
		}
	}
}

// TestCleanReachesAllText fills every string of a message by reflection, so that
// a new field cannot be forgotten, and sees that the original stays as it was.
func TestCleanReachesAllText(t *testing.T) {
	const dirty, edit = "a\x1b[31m\a", "a\n\tb"
	var m unleak.Message
	each(reflect.ValueOf(&m), func(v reflect.Value) { v.SetString(dirty) })
	m.Finding.Fixes[0].Edits[0].New = edit
	c := m.Clean()
	if c.Finding.Fixes[0].Edits[0].New != edit {
		t.Errorf("an edit's text became %q", c.Finding.Fixes[0].Edits[0].New)
	}
	c.Finding.Fixes[0].Edits[0].New = "a"
	n := 0
	each(reflect.ValueOf(&c), func(v reflect.Value) {
		n++
		if v.String() != "a" {
			t.Errorf("text number %d is not clean: %q", n, v)
		}
	})
	if n < 30 || m.Finding.Stack[0].Func != dirty || m.Finding.Created.Func != dirty || m.Config.Tool != dirty {
		t.Errorf("%d texts; the original was changed", n)
	}
}

// each calls f for every string below v, and makes what is nil on the way.
func each(v reflect.Value, f func(reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		f(v)
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		each(v.Elem(), f)
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		each(v.Index(0), f)
	case reflect.Map:
		if v.Len() == 0 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			each(key, f)
			each(value, f)
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(key, value)
			return
		}
		for i := v.MapRange(); i.Next(); {
			each(i.Key(), f)
			each(i.Value(), f)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			each(v.Field(i), f)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 999: "999", 1000: "1,000", 99_999: "99,999", 100_000: "100,000", 1_234_567: "1,234,567",
		-999: "-999", -1000: "-1,000", -123_456: "-123,456",
	} {
		if got := unleak.Number(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := unleak.Plural(2000, "goroutine"); got != "2,000 goroutines" {
		t.Errorf("plural: %q", got)
	}
}

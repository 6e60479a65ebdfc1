// SPDX-License-Identifier: MIT

package unleak

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Headline says in one line how many goroutines are stuck, and in what.
func (f *Finding) Headline() string {
	return fmt.Sprintf("%s: %s in %s", Plural(f.Count, "goroutine"), f.Wait, f.Blocked.Func)
}

// Place returns the frame to show in an editor or a review: the innermost whose
// file belongs to the user's module, else the one where the goroutines wait.
func (f *Finding) Place() Frame {
	frames := []Frame{f.Blocked}
	if f.Own != nil {
		frames = []Frame{*f.Own, f.Blocked}
	}
	if f.Created != nil {
		frames = append(frames, *f.Created)
	}
	for _, frame := range append(frames, f.Entry) {
		if frame.Line > 0 && frame.Local() {
			return frame
		}
	}
	return f.Blocked
}

// Local reports whether f's file is named relative to the user's module. Absolute
// names of any system count: a dump may come from a machine of another kind.
func (f Frame) Local() bool {
	switch file := f.File; {
	case file == "", strings.HasPrefix(file, "/"), strings.HasPrefix(file, `\\`):
		return false
	case len(file) > 2 && file[1] == ':':
		return file[2] != '/' && file[2] != '\\'
	}
	return true
}

// CompareFindings orders findings for a reader: surest first, by grade and by the
// way in which they showed, then those with most goroutines. Use it in a stable
// sort.
func CompareFindings(a, b *Finding) int {
	return cmp.Or(cmp.Compare(b.Grade.Rank(), a.Grade.Rank()), cmp.Compare(b.rank(), a.rank()), cmp.Compare(b.Count, a.Count))
}

// rank orders findings of one grade by the best of the evidence that carries it.
func (f *Finding) rank() (best int) {
	for _, e := range f.Evidence {
		if e.Grade == f.Grade {
			best = max(best, e.How.rank())
		}
	}
	return best
}

// rank orders the ways in which leaks show within a grade. A large number says
// less than a long wait, that less than growth.
func (h How) rank() int {
	switch h {
	case HowMany:
		return 1
	case HowLongWait:
		return 2
	case HowAlwaysStuck:
		return 4
	}
	return 3
}

// Text says in a few words what h showed.
func (h How) Text() string {
	switch h {
	case HowProof:
		return "the runtime proved that nothing can end this wait"
	case HowDeadlock:
		return "the runtime ended the process because every goroutine was asleep"
	case HowAlwaysStuck:
		return "such a wait ends in no program"
	case HowGrowth:
		return "the number grew with repetition"
	case HowRepeated:
		return "several tests or runs each left some"
	case HowEndlessLoop:
		return "the source shows a loop without a way out"
	case HowLeftOver:
		return "still there when the test binary ended"
	case HowOutlived:
		return "still there when its test had ended and the time of grace was over"
	case HowTimeout:
		return "there when the tests ran into their time-out"
	case HowLongWait:
		return "waiting for long"
	case HowMany:
		return "a large number in one place"
	case HowSchedule:
		return "a search of the program's schedules ended so"
	case HowSource:
		return "the source shows nothing that ends or bounds it"
	}
	return string(h)
}

// Sentence sums the run up in one line without a full stop. complete says that
// nothing was lost which could hide a finding: only then does it say that there
// are no leaks.
func (s *Summary) Sentence(complete bool) string {
	var found []string
	scope := s.scope()
	for _, part := range [...]struct {
		n    int
		name string
	}{{s.Proven, "proven"}, {s.Likely, "likely"}} {
		if part.n > 0 {
			found = append(found, Number(part.n)+" "+part.name)
		}
	}
	switch {
	case len(found) > 0:
	case s.Total > 0 && s.Suspect > 0:
		found = append(found, "nothing proven or likely")
	case s.Total > 0: // a look at a process proves nothing absent
		found = append(found, "nothing stands out")
		if !complete {
			found[0] += " in what was seen"
		}
	case complete:
		found = append(found, "no goroutine leaks")
	default:
		found = append(found, "no goroutine leaks in what was seen")
		scope = strings.Replace(scope, " in ", " of ", 1)
	}
	if s.Suspect > 0 {
		found = append(found, Plural(s.Suspect, "suspect"))
	}
	line := strings.Join(found, ", ")
	switch {
	case s.Goroutines > 0 && s.Total > 0:
		line += fmt.Sprintf(" (%s of %s)", Number(s.Goroutines), Plural(s.Total, "goroutine"))
	case s.Goroutines > 0:
		line += " (" + Plural(s.Goroutines, "goroutine") + ")"
	case s.Total > 0:
		line += " among " + Plural(s.Total, "goroutine")
	}
	line += scope
	for _, rest := range [...]struct {
		n    int
		text string
	}{
		{s.running(), Plural(s.Running, "goroutine") + " still running"},
		{s.Idle, Number(s.Idle) + " idle"},
		{s.Ignored, Plural(s.Ignored, "finding") + " ignored"},
	} {
		if rest.n > 0 {
			line += "; " + rest.text
		}
	}
	if s.Failed {
		line += "; the run itself failed"
	}
	return line
}

// running is Running for a test's end, where all should be gone. In a process that
// lives, the rest is what it is there for.
func (s *Summary) running() int {
	if s.Total > 0 {
		return 0
	}
	return s.Running
}

// scope says what was looked at: " in 12 packages, 340 tests".
func (s *Summary) scope() string {
	var parts []string
	if s.Packages > 0 {
		parts = append(parts, Plural(s.Packages, "package"))
	}
	if s.Tests > 0 {
		parts = append(parts, Plural(s.Tests, "test"))
	}
	if len(parts) == 0 {
		return ""
	}
	return " in " + strings.Join(parts, ", ")
}

// Plural writes a number and a noun: "1 goroutine", "2,000 goroutines".
func Plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return Number(n) + " " + noun
}

// Number writes a number with a comma before each three digits, as all reports do
// that people read.
func Number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// A Starter is who started some of a finding's goroutines, as far as evidence
// tells. Its fields mean what they mean in Evidence.
type Starter struct {
	Source            Source
	Package           string
	Test, Worker      string
	Instance, Version string
	// Note says why Test and Worker are both empty.
	Note string
}

// A StarterCount is a starter with the number of its goroutines, and of the
// test's runs that left some.
type StarterCount struct {
	Starter
	Count, Runs int
}

// Starters groups the evidence that carries f's grade by who started the
// goroutines: by package, and those with most goroutines first. Where goroutines
// of one starter showed in several ways (a proof, then growth), they count once.
func (f *Finding) Starters() []StarterCount { return starters(f.evidence(true)) }

// TestCounts writes f's starters that are tests, each with its goroutines: "TestA
// (2)".
func (f *Finding) TestCounts() []string {
	var tests []string
	for _, s := range f.Starters() {
		if s.Test != "" {
			tests = append(tests, fmt.Sprintf("%s (%s)", s.Test, Number(s.Count)))
		}
	}
	return tests
}

// Others groups the rest of the evidence in the same way: sightings of the same
// key that are no failure by themselves, beside some that are.
func (f *Finding) Others() []StarterCount { return starters(f.evidence(false)) }

// evidence returns the evidence that carries f's grade, or the rest. Where f is a
// failure, sightings that are none do not carry it.
func (f *Finding) evidence(carries bool) []Evidence {
	fails := func(g Grade) bool { return g.Rank() >= Likely.Rank() }
	var list []Evidence
	for _, e := range f.Evidence {
		if (fails(e.Grade) || !fails(f.Grade)) == carries {
			list = append(list, e)
		}
	}
	return list
}

func starters(evidence []Evidence) []StarterCount {
	type sighting struct {
		Starter
		how How
	}
	seen := make(map[sighting]int)
	most := make(map[Starter]StarterCount)
	for _, e := range evidence {
		if e.Source == SourceVet { // nothing was started
			continue
		}
		s := Starter{Source: e.Source, Package: e.Package, Test: e.Test, Worker: e.Worker, Instance: e.Instance, Version: e.Version}
		if e.Test == "" && e.Worker == "" {
			s.Note = e.Note
		}
		key := sighting{s, e.How}
		seen[key] += e.Count
		most[s] = StarterCount{s, max(most[s].Count, seen[key]), max(most[s].Runs, e.Runs)}
	}
	var all []StarterCount
	for _, s := range most {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b StarterCount) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Package, b.Package), cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Test, b.Test), cmp.Compare(a.Worker, b.Worker), cmp.Compare(a.Instance, b.Instance),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Note, b.Note))
	})
	return all
}

// Reasons says in a few words each how the goroutines were seen, as far as it
// carries f's grade; each once, in the order of the evidence.
func (f *Finding) Reasons() []string {
	var reasons []string
	for _, e := range f.Evidence {
		if text := e.reason(); e.Grade == f.Grade && text != "" && !slices.Contains(reasons, text) {
			reasons = append(reasons, text)
		}
	}
	return reasons
}

// reason says in a few words what e showed.
func (e *Evidence) reason() string {
	if e.How == HowGrowth && e.Source != SourceTest {
		return "the number grew from look to look"
	}
	return e.How.Text()
}

// Notes lists the notes of the evidence that carries f's grade, as far as they say
// something other than why an attribution is missing (those stand in Starters);
// each once.
func (f *Finding) Notes() []string {
	var notes []string
	for _, e := range f.evidence(true) {
		if e.Note != "" && (e.Test != "" || e.Worker != "" || e.Source != SourceTest) && !slices.Contains(notes, e.Note) {
			notes = append(notes, e.Note)
		}
	}
	return notes
}

// SPDX-License-Identifier: MIT

package unleak

// A Grade says how sure a finding is.
type Grade string

// The grades, surest first.
const (
	// Proven: the runtime proved that nothing can wake the goroutine, or a
	// schedule was replayed and ended so.
	Proven Grade = "proven"
	// Likely: the number grows with repetition or over time, or every path of
	// a closed scope ends so.
	Likely Grade = "likely"
	// Suspect: a long wait, a large number, or left over once. Worth a look,
	// never a failure by itself.
	Suspect Grade = "suspect"
)

// Rank orders grades: 3 for Proven, 2 for Likely, 1 for Suspect, 0 for any other
// string.
func (g Grade) Rank() int {
	switch g {
	case Proven:
		return 3
	case Likely:
		return 2
	case Suspect:
		return 1
	}
	return 0
}

// A Finding is one goroutine leak, however many goroutines it holds and however
// many sources saw it. Findings marshal to the JSON contract's "finding" object.
type Finding struct {
	// Key is Key.ID of the leak's identity.
	Key string `json:"key"`
	// Cause is an entry of the catalogue (Causes).
	Cause Cause `json:"cause"`
	Grade Grade `json:"grade"`
	// Count is the number of goroutines seen in one look; with evidence from
	// several processes, their sum.
	Count int  `json:"count"`
	Wait  Wait `json:"wait"`
	// Blocked is where the goroutines wait: the innermost frame outside the
	// standard library.
	Blocked Frame `json:"blocked"`
	// Own is the innermost frame of the user's own module, where the module is
	// known and the frame is not Blocked itself.
	Own *Frame `json:"own,omitempty"`
	// Entry is the function that the go statement named.
	Entry Frame `json:"entry"`
	// Created is the function that holds the go statement, and the statement's
	// place; nil where the source has none.
	Created *Frame `json:"created,omitempty"`
	// Creators lists the go statements that led to Created, the nearest first,
	// as far as the other goroutines' code tells.
	Creators []Frame `json:"creators,omitempty"`
	// Stack is one stack of the group, innermost frame first.
	Stack []Frame `json:"stack,omitempty"`
	// Age is how long the goroutines have waited; nil where none shows it.
	Age *Age `json:"age,omitempty"`
	// Impact is what they cost; nil where tests found them.
	Impact *Impact `json:"impact,omitempty"`
	// Evidence lists who saw the leak and how; the surest first.
	Evidence []Evidence `json:"evidence"`
	// Schedule is a way into the leak that a search of the program's model found;
	// nil where none was made.
	Schedule *Schedule `json:"schedule,omitempty"`
	// Explanation says in one or two sentences why these goroutines are stuck.
	Explanation string `json:"explanation,omitempty"`
	// Fixes lists what to change, the best first.
	Fixes []Fix `json:"fixes,omitempty"`
}

// A Source is who saw a leak.
type Source string

// The sources.
const (
	SourceVet     Source = "vet"
	SourceTest    Source = "test"
	SourceProcess Source = "process"
	SourceDump    Source = "dump"
	SourceFleet   Source = "fleet"
)

// A How is the way in which a leak showed.
type How string

// The ways, with the grade that each can carry.
const (
	// HowProof: the runtime's goroutineleak profile named it (proven).
	HowProof How = "gc-proof"
	// HowDeadlock: the runtime ended the process because every goroutine was
	// asleep (proven).
	HowDeadlock How = "deadlock"
	// HowAlwaysStuck: a wait that ends in no program, such as on a nil channel
	// (proven).
	HowAlwaysStuck How = "always-stuck"
	// HowGrowth: the number grew when the same tests ran again, or over time
	// (likely).
	HowGrowth How = "growth"
	// HowRepeated: several tests, or several runs of one, each left it (likely).
	HowRepeated How = "repeated"
	// HowEndlessLoop: source shows a loop without a way out (likely).
	HowEndlessLoop How = "endless-loop"
	// HowLeftOver: it was still there when its test binary ended (suspect).
	HowLeftOver How = "left-over"
	// HowOutlived: it outlived a test that said that it would leave nothing, by
	// its time of grace (likely; suspect where it may end by itself).
	HowOutlived How = "outlived"
	// HowTimeout: it was there when its test binary ran into its time-out
	// (suspect).
	HowTimeout How = "timeout"
	// HowLongWait: it has waited for long (suspect).
	HowLongWait How = "long-wait"
	// HowMany: there is a large number of them (suspect).
	HowMany How = "many"
	// HowSchedule: a search of the program's model ended so (likely).
	HowSchedule How = "schedule"
	// HowSource: the source shows no end or bound where there has to be one
	// (likely; suspect where that is advice).
	HowSource How = "source"
)

// Evidence is one sighting of a leak.
type Evidence struct {
	Source Source `json:"source"`
	How    How    `json:"how"`
	Grade  Grade  `json:"grade"`
	// Count is the number of goroutines in this sighting.
	Count int `json:"count"`
	// Package is the import path of the package whose tests ran.
	Package string `json:"package,omitempty"`
	// Test is the test, subtest, benchmark, fuzz target or example under which
	// the goroutines were started; "" where that could not be found out.
	Test string `json:"test,omitempty"`
	// Worker is set where a goroutine that outlives its test did the starting:
	// the test under which that worker was started.
	Worker string `json:"worker,omitempty"`
	// Runs is how many runs of Test left goroutines, where more than one did.
	Runs int `json:"runs,omitempty"`
	// Note says what else the reader should know, in one sentence: numbers of
	// a confirming run, why an attribution is missing.
	Note string `json:"note,omitempty"`
	// Instance and Version name the process and the release, where known.
	Instance string `json:"instance,omitempty"`
	Version  string `json:"version,omitempty"`
}

// A Schedule is an order of steps after which goroutines are stuck. It is the
// shortest that was found; others may lead there too.
type Schedule struct {
	// Of is how many goroutines the schedule starts with the entry function of those
	// that are stuck, these included.
	Of    int    `json:"of"`
	Steps []Step `json:"steps"`
}

// A Step is what one goroutine does in a schedule.
type Step struct {
	// Goroutine names who takes the step: by the function that it started with, and a
	// number where several did. The goroutine that the analysed function runs on has
	// that function's name.
	Goroutine string `json:"goroutine"`
	// At is the function and the place of the step.
	At Frame `json:"at"`
	// What is the statement or the expression, in one line of the source's words.
	What string `json:"what"`
	// Times is how often the step is taken in a row, where that is more than once.
	Times int `json:"times,omitempty"`
	// Meets is the number, from 1, of the step of another goroutine without which this
	// one is not taken: of a send and the receive of its value; 0 means none.
	Meets int `json:"meets,omitempty"`
	// Note says what else the reader should know: why the step is not taken, what
	// follows it.
	Note string `json:"note,omitempty"`
	// Stuck says that the goroutine waits there for ever. Such steps are the last.
	Stuck bool `json:"stuck,omitempty"`
}

// A Fix is one change that would end the leak.
type Fix struct {
	// Title is an imperative sentence without a full stop.
	Title string `json:"title"`
	// Edits lists the changes of text, where they are known exactly.
	Edits []Edit `json:"edits,omitempty"`
}

// An Edit replaces lines Line to End (both counted from 1, both included) of
// File by the lines of New, which has no line break at its end. With End = Line-1
// it inserts before Line; an empty New deletes.
type Edit struct {
	File string `json:"file"`
	Line int    `json:"line"`
	End  int    `json:"end"`
	New  string `json:"new"`
}

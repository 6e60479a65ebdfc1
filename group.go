// SPDX-License-Identifier: MIT

package unleak

import "time"

// A Snapshot is one look at a process: a dump, a profile, or what was captured
// from one that runs. Snapshots marshal to the JSON contract's "snapshot" object.
type Snapshot struct {
	// From names the file or the address, without what is secret in it.
	From string `json:"from"`
	// Time is when the look was taken; zero where that is not known.
	Time time.Time `json:"time,omitzero"`
	// Format is what the bytes were: "traceback", "text profile" or "profile".
	Format string `json:"format"`
	// Bytes is the size of what was read, unpacked.
	Bytes int64 `json:"bytes"`
	// Goroutines is the number of goroutines that were read.
	Goroutines int `json:"goroutines"`
	// Delta is how long the process counted, where it served the change in
	// that time instead of what is there; else 0. In JSON it is nanoseconds.
	Delta time.Duration `json:"delta,omitempty"`
	// Memory is what the process told of its memory; nil where it was not asked.
	Memory *Memory `json:"memory,omitempty"`
}

// Memory holds sizes in bytes, as runtime.MemStats has them.
type Memory struct {
	// Stack is what goroutines' stacks take (StackInuse).
	Stack int64 `json:"stack"`
	// Sys is what the process has from the system (Sys).
	Sys int64 `json:"sys"`
}

// A Group is all goroutines of the last snapshot with the same stack, wait and
// creation site, arguments ignored. Groups with one key are one finding, if they
// are a finding at all. Groups marshal to the JSON contract's "group" object.
type Group struct {
	// Key is Key.ID of the goroutines.
	Key   string `json:"key"`
	Count int    `json:"count"`
	Wait  Wait   `json:"wait"`
	// Leaked is how many the runtime marked as leaked.
	Leaked int `json:"leaked,omitempty"`
	// Idle says why the goroutines are set aside: what they wait for is what
	// such goroutines are there for. "" where they are not.
	Idle string `json:"idle,omitempty"`
	// Stack and Elided are as in Goroutine; Created is nil where it is not known.
	Stack   []Frame `json:"stack,omitempty"`
	Elided  int     `json:"elided,omitempty"`
	Created *Frame  `json:"created,omitempty"`
	// Age is how long they have waited; nil where none shows it.
	Age *Age `json:"age,omitempty"`
	// Counts has the number of goroutines in each snapshot, where there are
	// several.
	Counts []int `json:"counts,omitempty"`
	// Labels counts the values of each pprof label, the most frequent values
	// first.
	Labels map[string][]ValueCount `json:"labels,omitempty"`
}

// A ValueCount is a value with the number of goroutines that have it.
type ValueCount struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Age is how long goroutines have waited, in whole minutes as tracebacks print
// them. The garbage collector sets them: they are right give or take the time
// between two of its cycles.
type Age struct {
	Min int `json:"min"`
	Max int `json:"max"`
	// Known is the number of goroutines that show an age; others waited for
	// less than a minute, or no collector looked at them.
	Known int `json:"known"`
}

// Impact is what the goroutines of a finding cost their process.
type Impact struct {
	// Share is their share of all goroutines, from 0 to 1.
	Share float64 `json:"share,omitempty"`
	// StackBytes is what their stacks take: the process's mean for a
	// goroutine where it is known, else the runtime's least (2 KiB each;
	// runtime/stack.go, stackMin), and then AtLeast is set.
	StackBytes int64 `json:"stackBytes,omitempty"`
	AtLeast    bool  `json:"atLeast,omitempty"`
	// PerHour is by how many they grow in an hour, where several snapshots
	// tell.
	PerHour float64 `json:"perHour,omitempty"`
	// Counts has their number in each snapshot, where there are several.
	Counts []int `json:"counts,omitempty"`
}

// A Rollup counts the goroutines of the last snapshot by one of their dimensions.
// Rollups marshal to the JSON contract's "rollup" object.
type Rollup struct {
	// By is the dimension: "label:KEY", "wait", "package", "function", "entry"
	// or "creator".
	By string `json:"by"`
	// Values has the most frequent values first, at most 1,000 of them.
	Values []ValueCount `json:"values"`
	// Without is the number of goroutines that have no such value.
	Without int `json:"without,omitempty"`
}

// A Forecast says how many goroutines a process can have, and when it will.
type Forecast struct {
	// Goroutines is the limit in goroutines; where the limit was given in
	// bytes, it is how many fit, by the mean of those that are there.
	Goroutines int64 `json:"goroutines"`
	// Bytes is the limit in bytes, or 0 where it was given in goroutines.
	Bytes int64 `json:"bytes,omitempty"`
	// PerGoroutine is how many bytes of stack one goroutine takes, where known.
	PerGoroutine int64 `json:"perGoroutine,omitempty"`
	// PerHour is by how many goroutines the process grows in an hour.
	PerHour float64 `json:"perHour,omitempty"`
	// Hours is how long it takes until the limit is reached; 0 where the
	// number does not grow, or where that is not known.
	Hours float64 `json:"hours,omitempty"`
}

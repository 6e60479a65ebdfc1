// SPDX-License-Identifier: MIT

// Package monitor watches the goroutines of its own process while that runs, and
// tells of those that leak.
//
//	stop, err := monitor.Start(monitor.Options{})
//
// starts it with the defaults: findings go to log/slog. Options.OnFinding hands them
// to a function, Read and Var to programs, and Handler serves them as a page and as
// JSON, which "unleak inspect http://HOST/debug/unleak" reads. Nothing is served
// unless Handler is registered.
//
// # What it finds, and how soon
//
// Every ten seconds it reads the runtime's numbers, which takes some microseconds.
// A goroutine profile tells what the goroutines are at: it is taken every two
// minutes, less often where it costs much, and sooner when the number of goroutines
// grows by half or reaches the budget. Of each group (the goroutines that wait for
// the same in the same function and were started by the same one) it compares the
// floors: the least number seen in eight minutes.
//
//   - A wait that ends in no program, on a nil channel or in an empty select: at the
//     first profile. Proven.
//   - A group that climbs: its floor rose for an hour and twenty minutes without
//     falling back, evenly, to 64 times its least, while the rest of the process did
//     not grow. One goroutine a minute among 10,000 that come and go is found within
//     two hours, one in ten minutes in ten. Likely.
//   - A group that leaks among as many that come and go with the load, or that waits
//     for the network, runs or sleeps: when its daily floor has risen on two days in
//     a row, after three days and a half. Likely; a suspect where it may be moving.
//   - The largest groups, where the process is over its budget (see Options): at
//     once. Suspects.
//
// A daily swing of the load, even of fifty times, a warm-up and a burst that drains
// in an hour raise no alarm. What fills slowly from nothing and for hours, such as a
// goroutine for each tenant, looks like a leak until it stops; a finding ends when
// its group has fallen to half, or has not risen for a day.
//
// # What it costs
//
// Under 0.1 % of one core with 10,000 goroutines, under 1 % with a million: the time
// between two profiles grows with what one takes. The process stands still for some
// microseconds twice in each. Memory is bounded by Options.MaxGroups, about a
// kilobyte a group, beside the profile itself while it is read.
//
// # The proof
//
// With Options.Prove the runtime is asked for its goroutineleak profile (Go 1.27, or
// Go 1.26 built with GOEXPERIMENT=goroutineleakprofile): a garbage collection that
// finds what no live part of the program can wake. Know its hazard: a channel that is
// reachable only by a weak.Pointer, or as a uintptr, counts as leaked, and if it wakes
// its goroutine afterwards, the runtime ends the process ("bad g->status in ready").
// Hardly any program does that; but if yours does, leave it off.
package monitor

// SPDX-License-Identifier: MIT

package capture

import (
	"fmt"
	"time"

	"github.com/unleak/unleak"
)

// What the report has to say of the goroutineleak profile.
const (
	// LeakServed says where the profile is to be had.
	LeakServed = "Go 1.27 and later serve the goroutineleak profile, Go 1.26 where it was built with GOEXPERIMENT=goroutineleakprofile."
	// LeakCost says what the profile costs the process. The numbers are medians
	// measured on Go 1.26 and 1.27.
	LeakCost = "It runs a garbage collection beside the program, with pauses of about 0.3 µs a goroutine: " +
		"10,000 goroutines take about 30 ms in all, 100,000 about 0.2 s with 25 ms of pauses, 1,000,000 about 3 s with 0.3 s of pauses; " +
		"a heap of 1 GiB full of pointers takes about 1 s. Goroutines that hold each other in a long chain cost a pause each: 2.5 s for 10,000."
	// LeakDoubt says the one known way in which the profile is wrong.
	LeakDoubt = "It can be wrong in one known way: what a goroutine waits for counts as lost when only a weak.Pointer or a uintptr leads to it. " +
		"If such a goroutine is woken after all, the runtime ends the process (\"bad g->status in ready\")."
)

// A pause is what a traceback of all goroutines does to the process.
type pause struct {
	goroutines int
	frames     int // of all goroutines together
}

// passes estimates how often the process is stopped. The traceback is written
// into a buffer of 1 MiB and, while that is too small, anew into one twice the
// size, up to 64 MiB (runtime/pprof, writeGoroutineStacks). A frame is two lines
// of text, about 130 bytes; a goroutine has two lines more.
func (p pause) passes() int {
	text := 130 * (p.goroutines + p.frames)
	n := 1
	for buffer := 1 << 20; buffer <= text && buffer < 64<<20; buffer *= 2 {
		n++
	}
	return n
}

// each estimates how long the process stands still each time. A pass walks all
// stacks however small the buffer is (runtime/print.go, gwrite drops what does
// not fit). Measured on Go 1.26.8 with 5,000 and 50,000 goroutines of 1, 10 and 25
// frames: 2, 9 and 21 µs a goroutine, in every pass alike.
func (p pause) each() time.Duration {
	return time.Duration(p.goroutines)*1200*time.Nanosecond + time.Duration(p.frames)*800*time.Nanosecond
}

func (p pause) String() string {
	times := "once"
	if n := p.passes(); n > 1 {
		times = fmt.Sprintf("up to %d times", n)
	}
	return fmt.Sprintf("a traceback of %s with %s stops the whole process %s, for about %v each time",
		unleak.Plural(p.goroutines, "goroutine"), unleak.Plural(p.frames, "frame"), times, p.each().Round(time.Millisecond))
}

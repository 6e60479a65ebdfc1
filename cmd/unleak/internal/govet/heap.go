// SPDX-License-Identifier: MIT

package govet

import (
	"runtime"
	"runtime/metrics"
)

// A process analyses one package, and most of what it makes lives until its end, or
// is garbage in no time. So a small heap may grow to several times what is in use
// before it is worth collecting, which is a quarter of the time otherwise; the
// compiler does the same (cmd/compile/internal/base, AdjustStartingHeap).
const (
	roomy  = 400       // percent, for GOGC
	plain  = 100       // what Go has by default
	tight  = 75        // where little memory may be left
	enough = 320 << 20 // bytes that nobody misses
	much   = 400 << 20 // bytes in use, of the largest packages
)

// relaxCollector lets the heap grow so, by set, which is debug.SetGCPercent. After each
// collection it looks again how much is in use, until that is very much.
func relaxCollector(set func(percent int) int) {
	set(roomy)
	var again func(int)
	watch := func() { // the next collection finds what nothing refers to
		runtime.AddCleanup(new(byte16), again, 0)
	}
	again = func(int) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		percent := percentOf(live[0].Value.Uint64())
		set(percent)
		if percent > tight {
			watch()
		}
	}
	watch()
}

// A byte16 is too large for the allocator to put it together with others, which
// could keep it alive.
type byte16 [16]byte

// percentOf returns how much garbage there may be beside so many bytes in use.
func percentOf(live uint64) int {
	if live == 0 {
		return roomy
	}
	if live > much {
		return tight
	}
	free := max(enough, live) - live
	return int(min(roomy, max(plain, 100*free/live)))
}

// SPDX-License-Identifier: MIT

//go:build unix

package monitor

import (
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

// BenchmarkCost measures what watching takes of one core, garbage collection included,
// with so many goroutines in twenty places. "%core" is to be under 0.1 with 10,000
// goroutines, and under 1 with a million.
func BenchmarkCost(b *testing.B) {
	for _, goroutines := range []int{100, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(goroutines), func(b *testing.B) {
			end := make(chan struct{})
			var all sync.WaitGroup
			for i := range goroutines {
				all.Go(func() { descend(i%20, end) })
			}
			o, err := Options{}.complete()
			if err != nil {
				b.Fatal(err)
			}
			w := newWatcher(o, newThis(), time.Now)
			w.tick() // names of functions are found once
			runtime.GC()
			begin := cpu(b)
			var took time.Duration
			for b.Loop() {
				w.schedule.last = time.Time{}
				w.tick()
				took += w.schedule.took
			}
			runtime.GC() // what the profiles left is theirs
			profile := (cpu(b) - begin) / time.Duration(b.N)
			before := cpu(b)
			const reads = 1000
			for range reads {
				w.process.numbers()
			}
			read := (cpu(b) - before) / reads
			w.schedule.took = took / time.Duration(b.N)
			every := w.schedule.every()
			b.ReportMetric(profile.Seconds()*1e3, "ms-CPU/profile")
			b.ReportMetric(read.Seconds()*1e6, "µs-CPU/read")
			b.ReportMetric(every.Seconds(), "s-between")
			b.ReportMetric(100*(profile.Seconds()/every.Seconds()+read.Seconds()/o.Interval.Seconds()), "%core")
			close(end)
			all.Wait()
		})
	}
}

// descend waits at the depth.
//
//go:noinline
func descend(depth int, end chan struct{}) {
	if depth > 0 {
		descend(depth-1, end)
		return
	}
	<-end
}

// cpu returns the time that the process had of any core.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

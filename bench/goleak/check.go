// SPDX-License-Identifier: MIT

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	peer "go.uber.org/goleak"

	"github.com/unleak/unleak/goleak"
	"github.com/unleak/unleak/leaktest"
)

// A sample is what a side's checks took, on average.
type sample struct {
	Seconds   float64
	Megabytes float64 // allocated
	Report    int     // bytes; 0 means that the check passed
}

// A checker runs a test, and returns what it took to check it.
type checker func(s *subject, test func()) sample

// checkers are the sides. Those that have to be told what was there before are told
// once, as a TestMain would.
var checkers = map[string]func() checker{
	peerName: func() checker {
		known := peer.IgnoreCurrent()
		return func(s *subject, test func()) sample {
			test()
			return measured(func() { peer.VerifyNone(s, known) })
		}
	},
	"goleak": func() checker {
		known := goleak.IgnoreCurrent()
		return func(s *subject, test func()) sample {
			test()
			return measured(func() { goleak.VerifyNone(s, known) })
		}
	},
	"leaktest": func() checker {
		return func(s *subject, test func()) sample {
			begin := measured(func() { leaktest.Check(s) })
			test()
			all := measured(s.cleanUp)
			all.Seconds += begin.Seconds
			all.Megabytes += begin.Megabytes
			return all
		}
	},
}

const peerName = "go.uber.org/goleak"

func measured(f func()) sample {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	took := time.Since(start).Seconds()
	runtime.ReadMemStats(&after)
	return sample{Seconds: took, Megabytes: float64(after.TotalAlloc-before.TotalAlloc) / 1e6}
}

// A subject is a test that may fail without an end to the program.
type subject struct {
	*testing.T
	report   int
	cleanups []func()
}

func (s *subject) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

func (s *subject) cleanUp() {
	for _, f := range slices.Backward(s.cleanups) {
		f()
	}
}

func (s *subject) Error(args ...any)                 { s.report += len(fmt.Sprint(args...)) }
func (s *subject) Errorf(format string, args ...any) { s.Error(fmt.Sprintf(format, args...)) }

// A crew is goroutines that wait at the end of a few calls, as a service's do.
type crew struct {
	name string
	end  chan bool
	wg   sync.WaitGroup
}

func newCrew() *crew { return &crew{name: "crew", end: make(chan bool)} }

func (c *crew) start(n int) {
	for i := range n {
		c.wg.Add(1)
		go c.work(i, "worker")
	}
}

func (c *crew) work(number int, role string) {
	defer c.wg.Done()
	c.loop(number, map[string]string{c.name: role})
}

func (c *crew) loop(number int, config map[string]string) { c.next(config, number%2 == 0) }

func (c *crew) next(config map[string]string, even bool) { c.receive(len(config), []byte(c.name)) }

func (c *crew) receive(n int, buffer []byte) { <-c.end }

func (c *crew) stop() {
	close(c.end)
	c.wg.Wait()
}

// check is a process of its own: "check SIDE passing|failing GOROUTINES". It ends it,
// as a test binary does, where it does not return an error.
func check(args []string, stdout io.Writer) error {
	if len(args) != 3 {
		return errors.New("check wants a side, passing or failing, and a number of goroutines")
	}
	begin, ok := checkers[args[0]]
	kinds := map[string]func(*testing.T, func() checker, int) sample{"passing": pass, "failing": fail}
	kind, ok2 := kinds[args[1]]
	n, err := strconv.Atoi(args[2])
	if !ok || !ok2 || err != nil {
		return fmt.Errorf("there is no check %q", args)
	}
	testing.Main(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "TestCheck",
		F: func(t *testing.T) {
			if err := json.NewEncoder(stdout).Encode(kind(t, begin, n)); err != nil {
				t.Error(err)
			}
		},
	}}, nil, nil)
	return nil
}

// fail checks a test that leaves so many goroutines.
func fail(t *testing.T, begin func() checker, n int) sample {
	s := &subject{T: t}
	took := begin()(s, func() { newCrew().start(n) })
	took.Report = s.report
	return took
}

// pass checks tests that leave nothing, among so many goroutines.
func pass(t *testing.T, begin func() checker, n int) (all sample) {
	started := make(chan bool)
	go func() { // not by the test
		newCrew().start(n)
		close(started)
	}()
	<-started
	one := begin()
	for range checks {
		s := &subject{T: t}
		took := one(s, func() {
			c := newCrew()
			c.start(10)
			c.stop()
		})
		all.Seconds += took.Seconds / checks
		all.Megabytes += took.Megabytes / checks
		all.Report += s.report
	}
	return all
}

// checks is how many tests are checked in a process.
const checks = 5

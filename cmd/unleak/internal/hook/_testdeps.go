// SPDX-License-Identifier: MIT

// This file joins testing/internal/testdeps when a test binary is built by
// "unleak test". It writes what the runtime knows at exit into a folder; all
// thinking is done by the tool that reads it. The folder of one process holds
//
//	start             who ran: written when m.Run begins
//	settling          stacks of what is left while it settles: the tool
//	                  reads their source meanwhile
//	leaks.pb.gz       the goroutineleak profile, where there is one
//	stacks            runtime.Stack of all goroutines, with labels
//	goroutines.pb.gz  the goroutine profile: instead of stacks where there are
//	                  too many, beside them where stacks show no labels
//	end               the tests that ran, the sizes of the files above, and the
//	                  last line "end": written last
//
// It never panics: a panic in an exit hook becomes a throw.

package testdeps

import (
	"context"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"time"
)

// unleakSettle is how long nothing must change for the rest to count as settled.
const unleakSettle = 100 * time.Millisecond

// unleakLooks is how many times in a row nothing must have changed: on a machine
// that is busy the time passes while no goroutine gets to run.
const unleakLooks = 10

// unleakMaxSettling is the number of goroutines above which no stacks are taken
// while they settle: stopping the world for them would cost more than it saves.
const unleakMaxSettling = 1000

// unleakMaxTests bounds the list of tests in the end record.
const unleakMaxTests = 1 << 17

var unleak struct {
	dir    string        // this process's folder
	proof  bool          // take the goroutineleak profile
	labels bool          // tracebacks can show labels (Go 1.26)
	grace  time.Duration // how long to wait while something still changes
	linger time.Duration // how long to wait for the number to fall to floor
	floor  int           // see linger
	full   int           // above this many goroutines no stacks are taken

	mu     sync.Mutex
	tests  []byte // lines of the end record
	files  []byte // lines of the end record: "file NAME SIZE"
	count  int    // tests begun
	ended  bool
	onExit bool // an exit hook will call unleakEnd
}

// UnleakStart implements testing's unleakDeps.
func (TestDeps) UnleakStart(config string) bool {
	u := &unleak
	var parent string
	for config != "" {
		var setting string
		if strings.HasPrefix(config, "dir=") { // last: a path may hold anything
			setting, config = config, ""
		} else {
			setting, config, _ = strings.Cut(config, ";")
		}
		key, value, _ := strings.Cut(setting, "=")
		switch key {
		case "dir":
			parent = value
		case "proof":
			u.proof = value == "1"
		case "labels":
			u.labels = value == "1"
		case "grace":
			u.grace, _ = time.ParseDuration(value)
		case "linger":
			u.linger, _ = time.ParseDuration(value)
		case "floor":
			u.floor, _ = strconv.Atoi(value)
		case "full":
			u.full, _ = strconv.Atoi(value)
		}
	}
	dir, err := os.MkdirTemp(parent, "run-")
	if err != nil {
		return false
	}
	u.dir = dir
	record := "package " + strconv.Quote(ImportPath) + "\ngo " + runtime.Version() + "\npid " + strconv.Itoa(os.Getpid()) + "\n"
	if os.WriteFile(u.dir+"/start", []byte(record), 0o666) != nil {
		return false
	}
	u.onExit = unleakAtExit(unleakEnd)
	return true
}

// UnleakLabel implements testing's unleakDeps. The label's value is the number of
// the test's goroutine and the test's name: the number tells the repetitions of
// one test apart, and lets "created by ... in goroutine N" be followed.
func (TestDeps) UnleakLabel(ctx context.Context, name string) context.Context {
	if name == "" {
		pprof.SetGoroutineLabels(ctx)
		return ctx
	}
	id := unleakGoroutine()
	u := &unleak
	u.mu.Lock()
	if u.count++; u.count <= unleakMaxTests {
		u.tests = append(u.tests, "test "...)
		u.tests = append(u.tests, id...)
		u.tests = append(u.tests, ' ')
		u.tests = strconv.AppendQuote(u.tests, name)
		u.tests = append(u.tests, '\n')
	}
	u.mu.Unlock()
	if ctx == nil {
		ctx = context.Background()
	}
	ctx = pprof.WithLabels(ctx, pprof.Labels("unleak", id+" "+name))
	pprof.SetGoroutineLabels(ctx)
	return ctx
}

// UnleakReturn implements testing's unleakDeps.
func (TestDeps) UnleakReturn() {
	if !unleak.onExit {
		unleakEnd()
	}
}

// unleakEnd writes the evidence. It runs on the goroutine that called os.Exit,
// or on the main goroutine; never twice.
func unleakEnd() {
	u := &unleak
	defer func() { recover() }() // an unwritten end record is a loss, reported by the tool
	u.mu.Lock()
	done := u.ended
	u.ended = true
	u.mu.Unlock()
	if done {
		return
	}
	start := time.Now()
	before := runtime.NumGoroutine()
	leaked := 0
	if before > 1 {
		leaked = unleakProof()
	}
	proof := time.Since(start)
	if n := runtime.NumGoroutine() - 1; n > leaked {
		// The second proof takes as long as the first, and counts as waiting too.
		unleakWait(before, start, max(unleakSettle-proof, unleakSettle/2))
		// What was still moving may be stuck for good by now.
		if n := runtime.NumGoroutine() - 1; n > leaked {
			unleakProof()
		}
	}
	rest := runtime.NumGoroutine() - 1
	full := rest <= u.full
	if rest > 0 && full {
		unleakWrote("stacks", unleakStacks("stacks", rest))
	}
	if rest > 0 && (!full || !u.labels) {
		unleakProfile("goroutine", "goroutines.pb.gz")
	}
	record := append(u.tests, u.files...)
	record = append(record, "count "+strconv.Itoa(u.count)+"\n"...)
	record = append(record, "left "+strconv.Itoa(rest)+"\n"...)
	record = append(record, "teardown "+strconv.FormatBool(u.onExit)+"\n"...)
	record = append(record, "full "+strconv.FormatBool(full)+"\n"...)
	record = append(record, "end\n"...)
	os.WriteFile(u.dir+"/end", record, 0o666)
}

// unleakProof takes the goroutineleak profile and returns how many goroutines
// the runtime proved to be leaked.
func unleakProof() int {
	if !unleak.proof {
		return 0
	}
	return unleakProfile("goroutineleak", "leaks.pb.gz")
}

func unleakProfile(name, file string) int {
	p := pprof.Lookup(name)
	if p == nil {
		return 0
	}
	f, err := os.Create(unleak.dir + "/" + file)
	if err != nil {
		unleakWrote(file, -1)
		return 0
	}
	defer f.Close()
	err = p.WriteTo(f, 0)
	st, e := f.Stat()
	if err != nil || e != nil {
		unleakWrote(file, -1)
		return 0
	}
	unleakWrote(file, int(st.Size()))
	return p.Count()
}

// unleakWrote notes a file's size, -1 for one that could not be written: so the
// tool knows what is missing from it.
func unleakWrote(file string, size int) {
	unleak.files = append(unleak.files, "file "+file+" "+strconv.Itoa(size)+"\n"...)
}

// unleakWait waits while goroutines still come or go: until their number has
// stood still for settle, at most for the grace. With a linger it goes on
// for that long until the number is down to the floor. last is the number that
// there was at since: the proof's own time counts.
func unleakWait(last int, since time.Time, settle time.Duration) {
	u := &unleak
	start := since
	told := false
	for looks := 0; ; looks++ {
		now := time.Now()
		if n := runtime.NumGoroutine(); n != last {
			last, since, looks = n, now, 0
		}
		if looks == unleakLooks/2 && !told && last <= unleakMaxSettling {
			told = true
			unleakStacks("settling.part", last)
			os.Rename(u.dir+"/settling.part", u.dir+"/settling")
		}
		settled := looks >= unleakLooks && now.Sub(since) >= settle || now.Sub(start) >= u.grace
		if last <= 1 || settled && (last-1 <= u.floor || now.Sub(start) >= u.linger) {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// unleakStacks writes one traceback of all goroutines, and returns its size, or -1
// where some of it is missing. One buffer that is large enough means that the
// world is stopped once.
func unleakStacks(file string, n int) int {
	u := &unleak
	if u.labels {
		// The runtime reads GODEBUG again when it is set. The tests are over:
		// nobody compares tracebacks any more.
		old, set := os.LookupEnv("GODEBUG")
		os.Setenv("GODEBUG", old+",tracebacklabels=1")
		defer func() {
			if set {
				os.Setenv("GODEBUG", old)
			} else {
				os.Unsetenv("GODEBUG")
			}
		}()
	}
	for size := 64<<10 + n*4<<10; ; size *= 2 {
		buf := make([]byte, size)
		got := runtime.Stack(buf, true)
		if got < size || size > 1<<28 {
			os.WriteFile(u.dir+"/"+file, buf[:got], 0o666)
			if got == size {
				return -1
			}
			return got
		}
	}
}

// SPDX-License-Identifier: MIT

package diagnose

import (
	"errors"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

const imports = `package m
import ("context"; "net/http"; "sync"; "time")
`

// marked reads a source file in which "// @name" at the end of a line names the
// line. It returns the tree of it, and the frame of "function@name".
func marked(t *testing.T, text string) (*source.Tree, func(string) unleak.Frame) {
	t.Helper()
	lines := make(map[string]int)
	for i, line := range strings.Split(text, "\n") {
		if _, mark, ok := strings.Cut(line, "// @"); ok {
			lines[mark] = i + 1
		}
	}
	tree := &source.Tree{ReadFile: func(name string) ([]byte, error) {
		if name != "/m/a.go" {
			return nil, errors.New("no such file")
		}
		return []byte(text), nil
	}}
	return tree, func(place string) unleak.Frame {
		function, mark, ok := strings.Cut(place, "@")
		if !ok { // the standard library's
			return unleak.Frame{Func: place, File: "/go/src/a.go", Line: 1}
		}
		if lines[mark] == 0 {
			t.Fatalf("no line is marked %q", mark)
		}
		return unleak.Frame{Func: "m." + function, File: "/m/a.go", Line: lines[mark]}
	}
}

// A sample is a goroutine: its wait, its stack innermost first, and its creation
// site, each place as marked's function wants it.
type sample struct {
	wait    unleak.Wait
	count   int
	stack   string
	created string
}

func goroutines(frame func(string) unleak.Frame, samples ...sample) []*unleak.Goroutine {
	var gs []*unleak.Goroutine
	for i, s := range samples {
		g := &unleak.Goroutine{ID: uint64(10 + i), Count: max(s.count, 1), Wait: s.wait}
		for place := range strings.FieldsSeq(s.stack) {
			g.Stack = append(g.Stack, frame(place))
		}
		if s.created != "" {
			g.Created = frame(s.created)
		}
		gs = append(gs, g)
	}
	return gs
}

type explainTest struct {
	name, text string
	samples    []sample
	// want lists for each group the cause and what is true: endless, once, ends,
	// naps.
	want []string
	// says is a part of the first explanation, fix the first fix's title.
	says, fix string
}

func testExplain(t *testing.T, tests []explainTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree, frame := marked(t, imports+tt.text+"\n")
			groups := GroupByKey(goroutines(frame, tt.samples...))
			Explain(groups, tree)
			var got []string
			for _, g := range groups {
				got = append(got, verdictText(g.Verdict))
			}
			if strings.Join(got, "; ") != strings.Join(tt.want, "; ") {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			v := groups[0].Verdict
			if !strings.Contains(v.Explanation, tt.says) {
				t.Errorf("explanation %q\nlacks %q", v.Explanation, tt.says)
			}
			if tt.fix != "" && (len(v.Fixes) == 0 || v.Fixes[0].Title != tt.fix) {
				t.Errorf("fixes %q\nwant first %q", titles(v.Fixes), tt.fix)
			}
		})
	}
}

func verdictText(v Verdict) string {
	text := string(v.Cause)
	for _, mark := range []struct {
		is   bool
		text string
	}{{v.Endless, " endless"}, {v.Once, " once"}, {v.WillEnd, " ends"}, {v.Naps, " naps"}} {
		if mark.is {
			text += mark.text
		}
	}
	return text
}

// TestWithoutSource has stacks only.
func TestWithoutSource(t *testing.T) {
	tests := []struct {
		wait  unleak.Wait
		stack string
		want  unleak.Cause
	}{
		{unleak.WaitSend, "x.f", unleak.CauseChanSend},
		{unleak.WaitReceive, "x.f", unleak.CauseChanReceive},
		{unleak.WaitSendNil, "x.f", unleak.CauseNilChannel},
		{unleak.WaitReceiveNil, "x.f", unleak.CauseNilChannel},
		{unleak.WaitSelect, "x.f", unleak.CauseSelect},
		{unleak.WaitSelectNone, "x.f", unleak.CauseEmptySelect},
		{unleak.WaitMutex, "internal/sync.(*Mutex).Lock x.f", unleak.CauseMutex},
		{unleak.WaitRLock, "sync.(*RWMutex).RLock x.f", unleak.CauseRWMutex},
		{unleak.WaitRWLock, "sync.(*RWMutex).Lock x.f", unleak.CauseRWMutex},
		{unleak.WaitGroup, "sync.(*WaitGroup).Wait x.f", unleak.CauseWaitGroup},
		{unleak.WaitCond, "sync.(*Cond).Wait x.f", unleak.CauseCond},
		{unleak.WaitSleep, "time.Sleep x.f", unleak.CauseSleepLoop},
		{unleak.WaitRunning, "x.f", unleak.CauseBusyLoop},
		{unleak.WaitRunning, "", unleak.CauseBusyLoop},
		{unleak.WaitIO, "internal/poll.(*FD).Read x.f", unleak.CauseNetworkIO},
		{unleak.WaitSyscall, "syscall.Syscall x.f", unleak.CauseSyscall},
		{unleak.WaitCoroutine, "x.f iter.Pull[...].func1", unleak.CauseIterPull},
		{unleak.WaitSelect, "net/http.(*persistConn).readLoop", unleak.CauseHTTPBody},
		{unleak.WaitSelect, "net/http.(*http2clientStream).writeRequest net/http.(*http2clientStream).doRequest", unleak.CauseHTTPBody},
		{unleak.WaitSelect, "net/http/internal/http2.(*clientStream).writeRequest", unleak.CauseHTTPBody},
		{unleak.WaitSelect, "net/http.(*persistConn).roundTrip net/http.(*Client).Get x.f", unleak.CauseNetworkIO},
		{unleak.WaitSelect, "net/http.(*Transport).getConn net/http.(*Client).Get x.f", unleak.CauseNetworkIO},
		{unleak.WaitIO, "net.(*netFD).accept net/http.(*Server).Serve x.f", unleak.CauseNeverStopped},
		{unleak.WaitSelect, "database/sql.(*DB).connectionOpener", unleak.CauseNeverStopped},
		{unleak.WaitCond, "sync.(*Cond).Wait net/http.(*connReader).abortPendingRead net/http.(*conn).serve", unleak.CauseNetworkIO},
		{unleak.WaitSelect, "context.(*cancelCtx).propagateCancel.func2", unleak.CauseContext},
		// A handler waits for reasons of its own.
		{unleak.WaitSend, "x.handle net/http.(*conn).serve", unleak.CauseChanSend},
		{unleak.WaitReceive, "x.trip net/http.(*Client).do net/http.(*persistConn).roundTrip", unleak.CauseChanReceive},
		{unleak.Wait("GC worker (idle)"), "runtime.gcBgMarkWorker", unleak.CauseUnknown},
	}
	for _, tt := range tests {
		t.Run(string(tt.wait)+" "+tt.stack, func(t *testing.T) {
			frame := func(f string) unleak.Frame { return unleak.Frame{Func: f} }
			groups := GroupByKey(goroutines(frame, sample{wait: tt.wait, stack: tt.stack}))
			Explain(groups, nil)
			v := groups[0].Verdict
			if v.Cause != tt.want {
				t.Errorf("got %s, want %s", v.Cause, tt.want)
			}
			if v.Explanation == "" || v.Endless || v.Once || v.WillEnd {
				t.Errorf("without source: %+v", v)
			}
		})
	}
}

func TestChannelCauses(t *testing.T) {
	send := func(stack, created string) []sample {
		return []sample{{wait: unleak.WaitSend, stack: stack, created: created}}
	}
	receive := func(stack, created string) []sample {
		return []sample{{wait: unleak.WaitReceive, stack: stack, created: created}}
	}
	testExplain(t, []explainTest{
		{"send in three goroutines", "func f() {\nc := make(chan int)\nfor range 3 {\ngo func() { // @go\nc <- 1 // @send\n}()\n}\n<-c\n}",
			send("f.func1@send", "f@go"), []string{"chan-send"}, "has no room", "Give every send room: make(chan int, 3)"},
		{"send with room", "func f() {\nc := make(chan int, 1)\nfor range 3 {\ngo func() { // @go\nc <- 1 // @send\n}()\n}\n<-c\n}",
			send("f.func1@send", "f@go"), []string{"chan-send"}, "is full", ""},
		{"send twice", "func f() {\nc := make(chan int)\ngo func() { // @go\nc <- 1\nc <- 2 // @send\n}()\n<-c\n}",
			send("f.func1@send", "f@go"), []string{"chan-send"}, "sends 2 times", "Send once: return after each send on `c`"},
		{"send in a loop", "func f() {\nc := make(chan int)\ngo func() { // @go\nfor {\nc <- 1 // @send\n}\n}()\n<-c\n}",
			send("f.func1@send", "f@go"), []string{"chan-send endless"}, "", "Give `c` room for every send that may come: make it with a capacity"},
		{"receive", "func f(c chan int) {\ngo func() { // @go\n<-c // @recv\n}()\n}",
			receive("f.func1@recv", "f@go"), []string{"chan-receive"}, "The receive from `c` in func literal in f (a.go:5)", ""},
		{"range", "func f(c chan int) {\ngo func() { // @go\nfor range c { // @recv\n}\n}()\n}",
			receive("f.func1@recv", "f@go"), []string{"chan-range"}, "nothing in the package closes it", ""},
		{"range with a close", "func f(c chan int) {\ngo func() { // @go\nfor range c { // @recv\n}\n}()\nif len(c) > 0 { return }\nclose(c)\n}",
			receive("f.func1@recv", "f@go"), []string{"chan-range"}, "would close it", ""},
		{"After", "func f() {\n<-time.After(1) // @recv\n}",
			receive("f@recv", ""), []string{"chan-receive ends"}, "waits for a timer", ""},
		{"After in an endless loop", "func f() {\nfor {\n<-time.After(1) // @recv\n}\n}",
			receive("f@recv", ""), []string{"ticker endless"}, "", ""},
		{"After in a loop that may end", "func f(x func() bool) {\nfor x() {\n<-time.After(1) // @recv\n}\n}",
			receive("f@recv", ""), []string{"chan-receive"}, "", ""},
		{"ticker", "func f() {\nt := time.NewTicker(1)\nfor range t.C { // @recv\n}\n}",
			receive("f@recv", ""), []string{"ticker endless"}, "`t.C`", ""},
		{"ticker with a return", "func f(x bool) {\nt := time.NewTicker(1)\nfor range t.C { // @recv\nif x { return }\n}\n}",
			receive("f@recv", ""), []string{"ticker"}, "goes on with every tick until what it looks for has come", "Select between `t.C` and an end: case <-ctx.Done(): return"},
		{"range with a way out", "func f(c chan int) {\nfor n := range c { // @recv\nif n == 0 { break }\n}\n}",
			receive("f@recv", ""), []string{"chan-range"}, "closed or a value makes the loop leave, and neither comes", ""},
		{"nil receive beside another", "func f(c chan int) {\n<-c // @recv\n}",
			[]sample{{wait: unleak.WaitReceive, stack: "f@recv"}, {wait: unleak.WaitReceiveNil, stack: "f@recv"}},
			[]string{"nil-channel"}, "", "Make `c` before the goroutine starts"},
	})
}

func TestSelectCauses(t *testing.T) {
	wait := []sample{{wait: unleak.WaitSelect, stack: "f@sel"}}
	testExplain(t, []explainTest{
		{"two channels", "func f(a, b chan int) {\nselect { // @sel\ncase <-a:\ncase b <- 1:\n}\n}", wait, []string{"select"}, "a receive from `a` or a send on `b`", ""},
		{"context only", "func f(x context.Context) {\nselect { // @sel\ncase <-x.Done():\ncase <-x.Done():\n}\n}", wait, []string{"context"}, "", ""},
		{"context leads out", "func f(x context.Context, a chan int) {\nfor {\nselect { // @sel\ncase <-x.Done():\nreturn\ncase <-a:\n}\n}\n}", wait, []string{"context"}, "", ""},
		{"another case leads out", "func f(x context.Context, a chan int) {\nfor {\nselect { // @sel\ncase <-x.Done():\nreturn\ncase <-a:\nreturn\n}\n}\n}", wait, []string{"select"}, "", "Cancel `x` when the goroutine is no longer needed"},
		{"no loop", "func f(x context.Context, a chan int) {\nselect { // @sel\ncase <-x.Done():\ncase <-a:\n}\n}", wait, []string{"select"}, "", ""},
		{"lost cancel", "func g(a chan int) {\nx, _ := context.WithCancel(context.Background())\nf(x, a)\n}\nfunc f(x context.Context, a chan int) {\nselect { // @sel\ncase <-x.Done():\ncase <-a:\n}\n}", wait, []string{"select"}, "", ""},
		{"another type's close", "type T struct{ quit chan int }\nfunc (t *T) Close() { close(t.quit) }\nfunc f(t *T, q, a chan int) {\nq = t.quit\nselect { // @sel\ncase <-a:\ncase <-q:\n}\n}", wait, []string{"select"}, "(*T).Close (a.go:4) would end it by `q`, and did not.", "Call (*T).Close when the goroutine is no longer needed"},
		{"deadline", "func f(a chan int) {\nx, stop := context.WithTimeout(context.Background(), 1)\ndefer stop()\nselect { // @sel\ncase <-x.Done():\ncase <-a:\n}\n}", wait, []string{"select ends"}, "", ""},
		{"timer", "func f(a chan int) {\nselect { // @sel\ncase <-time.After(1):\ncase <-a:\n}\n}", wait, []string{"select ends"}, "", ""},
		{"ticker without a way out", "func f(a chan int) {\nt := time.NewTicker(1)\nfor {\nselect { // @sel\ncase <-t.C:\n}\n}\n}", wait, []string{"ticker endless"}, "", ""},
		{"ticker beside a channel", "func f(a chan int) {\nt := time.NewTicker(1)\nfor {\nselect { // @sel\ncase <-t.C:\ncase <-a:\n}\n}\n}", wait, []string{"select endless"}, "", ""},
		{"ticker with a way out", "func f(a chan int) {\nt := time.NewTicker(1)\nfor {\nselect { // @sel\ncase <-t.C:\ncase <-a:\nreturn\n}\n}\n}", wait, []string{"select"}, "", "Close `a` when the goroutine is no longer needed: nothing in the package does"},
	})
}

func TestMovingCauses(t *testing.T) {
	sleep := []sample{{wait: unleak.WaitSleep, stack: "time.Sleep f@at"}}
	run := []sample{{wait: unleak.WaitRunning, stack: "f@at"}}
	testExplain(t, []explainTest{
		{"sleep once", "func f() {\ntime.Sleep(1) // @at\n}", sleep, []string{"unknown ends"}, "will end by itself", ""},
		{"sleep thrice", "func f() {\nfor range 3 {\ntime.Sleep(1) // @at\n}\n}", sleep, []string{"unknown ends"}, "", ""},
		{"sleep until", "func f(x func() bool) {\nfor !x() {\ntime.Sleep(1) // @at\n}\n}", sleep, []string{"sleep-loop"}, "", ""},
		{"short sleep until", "const pause = time.Second / 10\nfunc f(x func() bool) {\nfor !x() {\ntime.Sleep(2 * pause) // @at\n}\n}", sleep, []string{"sleep-loop"}, "", ""},
		{"long sleep until", "func f(x func() bool) {\nfor !x() {\ntime.Sleep(10 * time.Second) // @at\n}\n}", sleep, []string{"sleep-loop naps"}, "told to end, it does so only when it wakes", ""},
		{"sleep of unknown length until", "func f(x func() bool, d time.Duration) {\nfor !x() {\ntime.Sleep(d) // @at\n}\n}", sleep, []string{"sleep-loop naps"}, "", ""},
		{"long sleep for ever", "func f() {\nfor {\ntime.Sleep(time.Hour) // @at\n}\n}", sleep, []string{"sleep-loop endless"}, "", ""},
		{"sleep for ever", "func f() {\nfor {\ntime.Sleep(1) // @at\n}\n}", sleep, []string{"sleep-loop endless"}, "", ""},
		{"sleep in a callee", "func f() {\ntime.Sleep(1) // @at\n}\nfunc g() {\nfor {\nf() // @call\n}\n}",
			[]sample{{wait: unleak.WaitSleep, stack: "time.Sleep f@at g@call"}}, []string{"sleep-loop endless"}, "", ""},
		{"sleep under what is not known", "func f() {\ntime.Sleep(1) // @at\n}",
			[]sample{{wait: unleak.WaitSleep, stack: "time.Sleep f@at other/p.Repeat"}}, []string{"sleep-loop"}, "", ""},
		{"sleep once, by Once", "var o sync.Once\nfunc g() {\no.Do(func() {\ngo f() // @go\n})\n}\nfunc f() {\nfor {\ntime.Sleep(1) // @at\n}\n}",
			[]sample{{wait: unleak.WaitSleep, stack: "time.Sleep f@at", created: "g.func1@go"}}, []string{"sleep-loop endless once"}, "", ""},
		{"busy", "func f() {\nfor { // @at\n}\n}", run, []string{"busy-loop endless"}, "", ""},
		{"busy until", "var x bool\nfunc f() {\nfor !x { // @at\n}\n}", run, []string{"busy-loop"}, "", ""},
		{"runs on", "func f() {\nprintln() // @at\n}", run, []string{"unknown"}, "will end by itself", ""},
		{"before its loop", "func f() {\nprintln() // @at\nfor {\n}\n}", run, []string{"busy-loop endless"}, "", ""},
	})
}

func TestLockCauses(t *testing.T) {
	testExplain(t, []explainTest{
		{"kept", "var mu sync.Mutex\nfunc f(x bool) {\nmu.Lock() // @lock\nif x { return }\nmu.Unlock()\n}",
			[]sample{{wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock f@lock"}},
			[]string{"mutex"}, "that function can return without giving it back", "Unlock on every way out of f: defer mu.Unlock() after line 5"},
		{"twice", "var mu sync.Mutex\nfunc f() {\nmu.Lock()\nmu.Lock() // @lock\nmu.Unlock()\nmu.Unlock()\n}",
			[]sample{{wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock f@lock"}}, []string{"mutex"}, "holds itself since line 5", ""},
		{"behind a wait under the lock", "var mu sync.Mutex\nfunc f(c chan int) {\nmu.Lock() // @lock\ndefer mu.Unlock()\n<-c // @recv\n}",
			[]sample{{wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock f@lock"}, {wait: unleak.WaitReceive, stack: "f@recv"}},
			[]string{"mutex", "chan-receive"}, "Probably goroutine 11 holds it, taken on line 5, and is stuck itself, in f (a.go:7), in \"chan receive\": a guess", "End the wait in f (a.go:7): this one ends with it"},
		{"crossed", "var a, b sync.Mutex\nfunc f() {\na.Lock()\nb.Lock() // @f\n}\nfunc g() {\nb.Lock()\na.Lock() // @g\n}",
			[]sample{{wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock f@f"}, {wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock g@g"}},
			[]string{"lock-order", "lock-order"}, "It holds `a` and waits for `b`", "Take `a` and `b` in the same order everywhere"},
		{"crossed through a call", "type T struct{ a, b sync.Mutex }\nfunc (t *T) f() {\nt.a.Lock()\nt.h() // @f\n}\nfunc (t *T) h() {\nt.b.Lock() // @h\n}\nfunc (t *T) g() {\nt.b.Lock()\nt.a.Lock() // @g\n}",
			[]sample{{wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock (*T).h@h (*T).f@f"}, {wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock (*T).g@g"}},
			[]string{"lock-order", "lock-order"}, "", ""},
		{"crossed by arguments", "var a, b sync.Mutex\nfunc f(x, y *sync.Mutex) {\nx.Lock()\ny.Lock() // @f\n}\nfunc g() {\nb.Lock()\na.Lock() // @g\n}\nfunc h() {\ngo f(&a, &b) // @go\n}",
			[]sample{{wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock f@f", created: "h@go"}, {wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock g@g"}},
			[]string{"lock-order", "lock-order"}, "", ""},
		{"same order", "var a, b sync.Mutex\nfunc f() {\na.Lock()\nb.Lock() // @f\n}\nfunc g() {\na.Lock() // @g\nb.Lock()\n}",
			[]sample{{wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock f@f"}, {wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock g@g"}},
			[]string{"mutex", "mutex"}, "", ""},
		{"two of a kind", "type T struct{ mu sync.Mutex }\nfunc f(x, y *T) {\nx.mu.Lock()\ny.mu.Lock() // @f\n}",
			[]sample{{wait: unleak.WaitMutex, count: 2, stack: "sync.(*Mutex).Lock f@f"}}, []string{"lock-order"}, "", ""},
		{"WaitGroup", "func f(wg *sync.WaitGroup) {\nwg.Wait() // @f\n}",
			[]sample{{wait: unleak.WaitGroup, stack: "sync.(*WaitGroup).Wait f@f"}}, []string{"waitgroup"}, "`wg.Wait` in f (a.go:4)", ""},
		{"WaitGroup behind a worker", "func f(in chan int) {\nvar wg sync.WaitGroup\nwg.Add(1)\ngo func() {\nwork(in) // @work\nwg.Done()\n}()\nwg.Wait() // @wait\n}\nfunc work(in chan int) {\n<-in // @at\n}",
			[]sample{{wait: unleak.WaitGroup, stack: "sync.(*WaitGroup).Wait f@wait"}, {wait: unleak.WaitReceive, stack: "work@at f.func1@work"}},
			[]string{"waitgroup", "chan-receive"}, "a goroutine that would call it is stuck itself, in work (a.go:13)", "End the wait in work (a.go:13): this one ends with it"},
		{"WaitGroup beside another caller", "func f() {\nvar wg sync.WaitGroup\nwg.Add(1)\nwg.Wait() // @wait\n}\nfunc g(in chan int) {\n<-in // @at\n}",
			[]sample{{wait: unleak.WaitGroup, stack: "sync.(*WaitGroup).Wait f@wait"}, {wait: unleak.WaitReceive, stack: "g@at"}},
			[]string{"waitgroup", "chan-receive"}, "waits for more calls of Done than come. f (a.go:5) adds to it.", ""},
		{"Cond", "func f(c *sync.Cond) {\nc.Wait() // @f\n}",
			[]sample{{wait: unleak.WaitCond, stack: "sync.(*Cond).Wait f@f"}}, []string{"cond"}, "nothing in the package calls either", ""},
	})
}

func TestOwnerCauses(t *testing.T) {
	const owner = "type T struct { quit, done chan struct{}; jobs chan int; x context.Context; stop func() }\nfunc New() *T {\nt := new(T)\nvar stop context.CancelFunc\nt.x, stop = context.WithCancel(context.Background())\nt.stop = stop\ngo t.run() // @go\nreturn t\n}\n"
	run := func(wait unleak.Wait) []sample {
		return []sample{{wait: wait, stack: "(*T).run@at", created: "New@go"}}
	}
	testExplain(t, []explainTest{
		{"close", owner + "func (t *T) Halt() { close(t.quit) }\nfunc (t *T) run() {\n<-t.quit // @at\n}", run(unleak.WaitReceive), []string{"never-stopped"}, "its method Halt", "Call Halt of the T when it is no longer needed: defer it where the T is made"},
		{"close of what it ranges over", owner + "func (t *T) Halt() { close(t.jobs) }\nfunc (t *T) run() {\nfor range t.jobs { // @at\n}\n}", run(unleak.WaitReceive), []string{"never-stopped"}, "", ""},
		{"send", owner + "func (t *T) Halt() { t.quit <- struct{}{} }\nfunc (t *T) run() {\nfor {\nselect { // @at\ncase <-t.jobs:\ncase <-t.quit:\nreturn\n}\n}\n}", run(unleak.WaitSelect), []string{"never-stopped"}, "", ""},
		{"send, and a close of the work", owner + "func (t *T) Halt() {\nt.quit <- struct{}{}\nclose(t.jobs)\n}\nfunc (t *T) run() {\nfor {\nselect { // @at\ncase <-t.jobs:\ncase <-t.quit:\nreturn\n}\n}\n}", run(unleak.WaitSelect), []string{"never-stopped"}, "gives the word on `t.quit`", ""},
		{"send that does not end it", owner + "func (t *T) Wake() { t.quit <- struct{}{} }\nfunc (t *T) run() {\nfor {\nselect { // @at\ncase <-t.jobs:\ncase <-t.quit:\n}\n}\n}", run(unleak.WaitSelect), []string{"select endless"}, "", ""},
		{"cancel", owner + "func (t *T) Halt() { t.stop() }\nfunc (t *T) run() {\n<-t.x.Done() // @at\n}", run(unleak.WaitReceive), []string{"never-stopped"}, "", ""},
		{"made for one call", "type call struct{ done chan struct{} }\ntype T struct{ calls chan call }\nfunc (t *T) Take() { close((<-t.calls).done) }\nfunc (t *T) Do() {\ndone := make(chan struct{})\nt.calls <- call{done}\n<-done // @at\n}",
			[]sample{{wait: unleak.WaitReceive, stack: "(*T).Do@at"}}, []string{"chan-receive"}, "", ""},
		{"a constructor that hides the type", "type I interface{ Halt() }\ntype t struct { x context.Context; stop func() }\nfunc (t *t) Halt() { t.stop() }\nfunc New() I {\nx, stop := context.WithCancel(context.Background())\nt := &t{x: x, stop: stop}\ngo func() { // @go\n<-t.x.Done() // @at\n}()\nreturn t\n}",
			[]sample{{wait: unleak.WaitReceive, stack: "New.func1@at", created: "New@go"}}, []string{"never-stopped"}, "It serves a t and ends when (*t).Halt", ""},
		{"work", owner + "func (t *T) Do(n int) { t.jobs <- n }\nfunc (t *T) run() {\nfor range t.jobs { // @at\n}\n}", run(unleak.WaitReceive), []string{"chan-range"}, "", ""},
		{"nobody closes", owner + "func (t *T) run() {\n<-t.quit // @at\n}", run(unleak.WaitReceive), []string{"chan-receive"}, "", ""},
		{"another type", owner + "type U struct{ t *T }\nfunc (u *U) Halt() { close(u.t.quit) }\nfunc (t *T) run() {\n<-t.quit // @at\n}", run(unleak.WaitReceive), []string{"chan-receive"}, "", ""},
		{"closed by itself", owner + "func (t *T) run() {\ndefer close(t.done)\n<-t.quit // @at\n}", run(unleak.WaitReceive), []string{"chan-receive"}, "", ""},
		{"unbounded, slots", "func f(in chan int) {\nslots := make(chan int, 2)\nfor range in {\ngo func() { // @go\nslots <- 1 // @at\n}()\n}\n}",
			[]sample{{wait: unleak.WaitSend, count: 5, stack: "f.func1@at", created: "f@go"}}, []string{"unbounded-spawn"}, "5 of them queue for a slot in `slots`", ""},
		{"unbounded, results", "func f(in chan int) {\nout := make(chan int)\nfor range in {\ngo func() { // @go\nout <- 1 // @at\n}()\n}\n}",
			[]sample{{wait: unleak.WaitSend, count: 5, stack: "f.func1@at", created: "f@go"}}, []string{"chan-send"}, "", ""},
		{"bounded, slots", "func f(in []int) {\nslots := make(chan int, 2)\nfor range in {\ngo func() { // @go\nslots <- 1 // @at\n}()\n}\n}",
			[]sample{{wait: unleak.WaitSend, count: 5, stack: "f.func1@at", created: "f@go"}}, []string{"chan-send"}, "", ""},
	})
}

// TestEdit checks the one edit that is certain.
func TestEdit(t *testing.T) {
	const text = imports + "func f(urls []string) {\n\tc := make(chan string) // answers\n\tfor range urls {\n\t\tgo func() { // @go\n\t\t\tc <- \"\" // @send\n\t\t}()\n\t}\n}\n"
	tree, frame := marked(t, text)
	groups := GroupByKey(goroutines(frame, sample{wait: unleak.WaitSend, stack: "f.func1@send", created: "f@go"}))
	Explain(groups, tree)
	fixes := groups[0].Verdict.Fixes
	want := unleak.Edit{File: "/m/a.go", Line: 4, End: 4, New: "\tc := make(chan string, len(urls)) // answers"}
	if len(fixes) == 0 || len(fixes[0].Edits) != 1 || fixes[0].Edits[0] != want {
		t.Errorf("got %+v, want the edit %+v", fixes, want)
	}
}

func titles(fixes []unleak.Fix) []string {
	var all []string
	for _, f := range fixes {
		all = append(all, f.Title)
	}
	return all
}

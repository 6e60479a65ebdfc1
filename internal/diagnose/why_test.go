// SPDX-License-Identifier: MIT

package diagnose

import (
	"testing"

	"github.com/unleak/unleak"
)

// TestSurroundings has where it comes from and who else touches it.
func TestSurroundings(t *testing.T) {
	receive := func(stack string) []sample { return []sample{{wait: unleak.WaitReceive, stack: stack}} }
	testExplain(t, []explainTest{
		{"made and touched", "func f() {\nc := make(chan int)\ngo func() {\n<-c // @at\n}()\nc <- 1\nclose(c)\n}",
			receive("f.func1@at"), []string{"chan-receive"}, "`c` is made in f (a.go:4). f also sends to it (a.go:8) and closes it (a.go:9).", ""},
		{"made elsewhere", "func f() {\nc := make(chan int)\ngo g(c)\nfor i := range 3 {\nc <- i\n}\n}\nfunc g(c chan int) {\nfor range c { // @at\n}\n}",
			receive("g@at"), []string{"chan-range"}, "`c` is made in f (a.go:4). f also sends to it (a.go:7).", ""},
		{"send", "func f() {\nc := make(chan int)\ngo func() {\nc <- 1 // @at\n}()\n<-c\n}",
			[]sample{{wait: unleak.WaitSend, stack: "f.func1@at"}}, []string{"chan-send"}, "the channel that a.go:4 makes has no room. f also receives from it (a.go:8).", ""},
		{"field", "type T struct{ c chan int }\nfunc (t *T) f() {\n<-t.c // @at\n}",
			receive("(*T).f@at"), []string{"chan-receive"}, "`t.c` is a field of T (a.go:3).", ""},
		{"parameter", "func f(c chan int) {\n<-c // @at\n}",
			receive("f@at"), []string{"chan-receive"}, "waits for a value or a close, and neither comes.", ""},
		{"many", "func f() {\nc := make(chan int)\ngo func() {\n<-c // @at\n}()\nc <- 1\nc <- 2\nc <- 3\nc <- 4\n}",
			receive("f.func1@at"), []string{"chan-receive"}, "f also sends to it (a.go:8), sends to it (a.go:9) and sends to it (a.go:10), and more.", ""},
		{"select", "func f(b chan int) {\na := make(chan int)\nselect { // @at\ncase <-a:\ncase b <- 1:\n}\n}",
			[]sample{{wait: unleak.WaitSelect, stack: "f@at"}}, []string{"select"}, "none of them comes. `a` is made in f (a.go:4).", ""},
		{"mutex", "type T struct{ mu sync.Mutex }\nfunc (t *T) f() {\nt.mu.Lock() // @at\ndefer t.mu.Unlock()\n}",
			[]sample{{wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock (*T).f@at"}}, []string{"mutex"}, "`t.mu` is a field of T (a.go:3). (*T).f also unlocks it (a.go:6).", ""},
		{"WaitGroup", "func f() {\nvar wg sync.WaitGroup\nwg.Add(2)\ngo func() { wg.Done() }()\nwg.Wait() // @at\n}",
			[]sample{{wait: unleak.WaitGroup, stack: "sync.(*WaitGroup).Wait f@at"}}, []string{"waitgroup"}, "f (a.go:5) adds to it. `wg` is declared at a.go:4. f also calls its Done (a.go:6).", ""},
	})
}

func TestHolder(t *testing.T) {
	const text = `type T struct{ mu sync.Mutex }
func (t *T) get() {
	t.mu.Lock() // @lock
	t.mu.Unlock()
}
func (t *T) load(c chan int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	<-c // @load
}
func (t *T) other(c chan int) {
	<-c // @other
}
`
	wait := sample{wait: unleak.WaitMutex, count: 3, stack: "sync.(*Mutex).Lock (*T).get@lock"}
	testExplain(t, []explainTest{
		{"who took it", text, []sample{wait, {wait: unleak.WaitReceive, stack: "(*T).other@other"}, {wait: unleak.WaitReceive, stack: "(*T).load@load"}},
			[]string{"mutex", "chan-receive", "chan-receive"},
			`Probably goroutine 12 holds it, taken on line 9, and is stuck itself, in (*T).load (a.go:11), in "chan receive": a guess, as dumps do not say who holds a lock.`,
			"End the wait in (*T).load (a.go:11): this one ends with it"},
		{"who took it and runs", text, []sample{wait, {wait: unleak.WaitRunning, count: 2, stack: "(*T).load@load"}},
			[]string{"mutex", "unknown"}, `Probably one of 2 goroutines holds it, taken on line 9, and is in (*T).load (a.go:11), in "running": a guess`, ""},
		{"nobody took it", text, []sample{wait, {wait: unleak.WaitReceive, stack: "(*T).other@other"}},
			[]string{"mutex", "chan-receive"}, "and whoever holds that does not give it back", ""},
	})
	frame := func(f string) unleak.Frame { return unleak.Frame{Func: f} }
	groups := GroupByKey(goroutines(frame,
		sample{wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock m.(*T).get"},
		sample{wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock m.(*T).put"},
		sample{wait: unleak.WaitIO, stack: "net.(*conn).Read m.(*U).read m.(*T).load"},
	))
	Explain(groups, nil)
	const want = `It waits for the lock in m.(*T).get. Perhaps goroutine 12 holds it, in m.(*T).load, in "IO wait": a guess, as both are in methods of one type.`
	if got := groups[0].Verdict.Explanation; got != want {
		t.Errorf("without source:\n%s\nwant\n%s", got, want)
	}
}

func TestNetwork(t *testing.T) {
	trip := []sample{{wait: unleak.WaitSelect, stack: "net/http.(*persistConn).roundTrip net/http.(*Client).Get f@at"}}
	get := []sample{{wait: unleak.WaitSelect, stack: "net/http.(*persistConn).roundTrip net/http.(*Client).Get net/http.Get f@at"}}
	read := []sample{{wait: unleak.WaitIO, stack: "internal/poll.(*FD).Read net.(*conn).Read f@at"}}
	network := []string{"network-io"}
	testExplain(t, []explainTest{
		{"http.Get", "func f() {\nhttp.Get(\"\") // @at\n}", get, network,
			"It waits for a server's answer to a request, in f (a.go:4). It is in `http.Get`: http.DefaultClient has no time limit.", ""},
		{"the default client by a variable", "func f() {\nc := http.DefaultClient\nc.Get(\"\") // @at\n}", trip, network, "It is in `c.Get`: http.DefaultClient has no time limit.", ""},
		{"without a Timeout", "var c = &http.Client{}\nfunc f() {\nc.Get(\"\") // @at\n}", trip, network, "`c` is made without a Timeout (a.go:3), and no deadline is set in sight.", "Give the http.Client a Timeout, or the request a context with one"},
		{"zero", "type T struct{}\nfunc f() {\nvar c http.Client\nc.Get(\"\") // @at\n}", trip, network, "`c` is made without a Timeout (a.go:5)", ""},
		{"Timeout", "type T struct{ c *http.Client }\nfunc New() *T { return &T{c: &http.Client{Timeout: time.Minute}} }\nfunc f(t *T) {\nt.c.Get(\"\") // @at\n}", trip, network,
			"`t.c` has the Timeout `time.Minute` (a.go:4), which ends it.", "See that the Timeout of `t.c`, `time.Minute`, is short enough for how often it is used"},
		{"Timeout set later", "func f() {\nc := new(http.Client)\nc.Timeout = time.Minute\nc.Get(\"\") // @at\n}", trip, network, "`c` has the Timeout `time.Minute` (a.go:5)", ""},
		{"unknown client", "func f(c *http.Client) {\nc.Get(\"\") // @at\n}", trip, network, "It is in `c.Get`, and no deadline is set in sight.", ""},
		{"context", "func f(c *http.Client, x context.Context) {\nx, stop := context.WithTimeout(x, 1)\ndefer stop()\nc.Get(\"\") // @at\n}", trip, network, "`context.WithTimeout` (a.go:4) sets a time limit.", ""},
		{"context of a caller", "func f(c *http.Client, x context.Context) {\nc.Get(\"\") // @at\n}\nfunc g(x context.Context) {\nx, stop := context.WithTimeout(x, 1)\ndefer stop()\nf(nil, x) // @call\n}",
			[]sample{{wait: unleak.WaitSelect, stack: "net/http.(*persistConn).roundTrip net/http.(*Client).Get f@at g@call"}}, network, "`context.WithTimeout` (a.go:7) sets a time limit.", ""},
		{"connection", "func f(c net.Conn) {\nc.Read(nil) // @at\n}", read, network,
			"It waits for bytes from a connection, in f (a.go:4), and nothing comes. It is in `c.Read`, and no deadline is set in sight.", "Set a deadline before the read or write"},
		{"connection with a deadline", "func f(c net.Conn) {\nc.SetReadDeadline(time.Now().Add(1))\nc.Read(nil) // @at\n}", read, network, "`c.SetReadDeadline` (a.go:4) sets a time limit.",
			"See that the time limit of `c.SetReadDeadline` covers this wait, and that it is short enough"},
		{"accept", "func f(l net.Listener) {\nl.Accept() // @at\n}", []sample{{wait: unleak.WaitIO, stack: "internal/poll.(*FD).Accept net.(*netFD).accept net.(*TCPListener).Accept f@at"}}, network,
			"It waits for a connection to accept, in f (a.go:4), and nothing comes. It is in `l.Accept`", ""},
	})
}

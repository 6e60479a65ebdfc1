// SPDX-License-Identifier: MIT

package source

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

// tree returns a Tree of one folder, /m, with the given files.
func tree(files map[string]string) *Tree {
	return &Tree{
		ReadFile: func(name string) ([]byte, error) {
			if text, ok := files[strings.TrimPrefix(name, "/m/")]; ok {
				return []byte(text), nil
			}
			return nil, errors.New("no such file")
		},
		ReadDir: func(string) ([]string, error) {
			var names []string
			for name := range files {
				names = append(names, name)
			}
			return names, nil
		},
	}
}

// one returns a Tree of a file with the text, and the frame of the line that ends
// in "// HERE", in the named function.
func one(t *testing.T, function, text string) (*Tree, unleak.Frame) {
	t.Helper()
	for i, line := range strings.Split(text, "\n") {
		if strings.HasSuffix(line, "// HERE") {
			return tree(map[string]string{"a.go": text}), unleak.Frame{Func: "m." + function, File: "/m/a.go", Line: i + 1}
		}
	}
	t.Fatal("no line is marked // HERE")
	return nil, unleak.Frame{}
}

const imports = `package m
import ("context"; "sync"; "time"; "os"; "runtime"; "log"; "example.com/other"; "net/http"; "sync/atomic"; "testing")
`

func TestLoop(t *testing.T) {
	tests := []struct {
		name, body string
		want       Loop
	}{
		{"none", "<-ch // HERE", LoopNone},
		{"counted", "for i := 0; i < 3; i++ {\n<-ch // HERE\n}", LoopBounded},
		{"range over int", "for range 3 {\n<-ch // HERE\n}", LoopBounded},
		{"range over slice", "for range []int{1} {\n<-ch // HERE\n}", LoopBounded},
		{"range over unknown", "for range other.List() {\n<-ch // HERE\n}", LoopOpen},
		{"range over channel", "for range ch { // HERE\n}", LoopOpen},
		{"condition", "for !flag { // HERE\n}", LoopOpen},
		{"empty", "for { // HERE\n}", LoopEndless},
		{"true", "for true {\n<-ch // HERE\n}", LoopEndless},
		{"call", "for {\nwork() // HERE\n}", LoopEndless},
		{"counting on", "for i := 0; ; i++ {\nwork() // HERE\n}", LoopEndless},
		{"return", "for {\nif flag { return }\n<-ch // HERE\n}", LoopOpen},
		{"return in a literal", "for {\nf := func() { return }\nf() // HERE\n}", LoopEndless},
		{"break", "for {\nif flag { break }\n<-ch // HERE\n}", LoopOpen},
		{"break of a select", "for {\nselect { // HERE\ncase <-ch: break\n}\n}", LoopEndless},
		{"break of a switch", "for {\nswitch { case flag: break }\n<-ch // HERE\n}", LoopEndless},
		{"break of an inner loop", "for {\nfor { break }\n<-ch // HERE\n}", LoopEndless},
		{"labelled break", "L:\nfor {\nselect { // HERE\ncase <-ch: break L\n}\n}", LoopOpen},
		{"goto out", "for {\nif flag { goto end }\n<-ch // HERE\n}\nend:\nwork()", LoopOpen},
		{"goto inside", "for {\nagain:\n<-ch // HERE\ngoto again\n}", LoopEndless},
		{"continue outer", "L:\nfor range 3 {\nfor {\nif flag { continue L }\n<-ch // HERE\n}\n}", LoopOpen},
		{"continue itself", "L:\nfor {\nif flag { continue L }\n<-ch // HERE\n}", LoopEndless},
		{"continue an endless outer", "L:\nfor {\nfor {\nif flag { continue L }\n<-ch // HERE\n}\n}", LoopEndless},
		{"panic", "for {\nif flag { panic(1) }\n<-ch // HERE\n}", LoopOpen},
		{"os.Exit", "for {\nif flag { os.Exit(1) }\n<-ch // HERE\n}", LoopOpen},
		{"Goexit", "for {\nif flag { runtime.Goexit() }\n<-ch // HERE\n}", LoopOpen},
		{"log.Fatal", "for {\nif flag { log.Fatalf(\"\") }\n<-ch // HERE\n}", LoopOpen},
		{"t.Fatal", "var t *testing.T\nfor {\nif flag { t.Fatal() }\n<-ch // HERE\n}", LoopOpen},
		{"ticker", "tick := time.NewTicker(1)\nfor range tick.C { // HERE\n}", LoopEndless},
		{"time.Tick", "for range time.Tick(1) { // HERE\n}", LoopEndless},
		{"time.Tick by variable", "c := time.Tick(1)\nfor range c { // HERE\n}", LoopEndless},
		{"ticker field", "s := struct{ t *time.Ticker }{}\nfor range s.t.C { // HERE\n}", LoopEndless},
		{"ticker with return", "for range time.Tick(1) {\nif flag { return }\nwork() // HERE\n}", LoopOpen},
		{"ticker select", "tick := time.NewTicker(1)\nfor {\nselect { // HERE\ncase <-tick.C: work()\n}\n}", LoopEndless},
		{"ticker select with end", "tick := time.NewTicker(1)\nfor {\nselect { // HERE\ncase <-tick.C: work()\ncase <-ch: return\n}\n}", LoopOpen},
		{"before the loop", "<-ch // HERE\nfor { work() }", LoopNone},
		{"after a broken statement", "for {\nif flag { return \n<-ch // HERE\n}}", LoopOpen},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree, frame := one(t, "f", imports+"func work() {}\nfunc f(ch chan int, flag bool) {\n"+tt.body+"\n}\n")
			if got := tree.Site(frame).Loop; got != tt.want {
				t.Errorf("Loop = %d, want %d", got, tt.want)
			}
		})
	}
}

func TestOperation(t *testing.T) {
	tests := []struct {
		name, function, text string
		want                 string // kind expr origin context
	}{
		{"send", "f", "func f() {\nresults := make(chan int)\nresults <- 1 // HERE\n}", "send results"},
		{"receive", "f", "func f(c chan int) {\n_ = 1 + <-c // HERE\n}", "receive c"},
		{"range", "f", "func f(c chan int) {\nfor range c { // HERE\n}\n}", "range c"},
		{"field", "(*T).m", "type T struct{ c chan int }\nfunc (t *T) m() {\n<-t.c // HERE\n}", "receive t.c"},
		{"several lines", "f", "func f(c chan int) {\nc <-\n1 // HERE\n}", "send c"},
		{"one-line literal", "f.func1", "func f(c chan int) {\ngo func() { c <- 1 }() // HERE\n}", "send c"},
		{"literal in a literal", "f.func1.1", "func f(c, d chan int) {\nfunc() { c <- 1; func() { <-d }() }() // HERE\n}", "receive d"},
		{"range-over-func body", "f-range1", "func f(c chan int) {\nfor range other.Seq() {\nc <- 1 // HERE\n}\n}", "send c"},
		{"mutex", "f", "var mu sync.Mutex\nfunc f() {\nmu.Lock() // HERE\n}", "lock mu"},
		{"embedded mutex", "f", "type T struct{ sync.Mutex }\nfunc f(t *T) {\nt.Lock() // HERE\n}", "lock t"},
		{"read lock", "f", "var mu sync.RWMutex\nfunc f() {\nmu.RLock() // HERE\n}", "rlock mu"},
		{"a user's Lock", "f", "type T struct{}\nfunc (T) Lock() {}\nfunc f(t T) {\nt.Lock() // HERE\n}", "call t.Lock"},
		{"WaitGroup", "f", "func f(wg *sync.WaitGroup) {\nwg.Wait() // HERE\n}", "wait wg"},
		{"Cond", "f", "func f(c *sync.Cond) {\nc.Wait() // HERE\n}", "cond-wait c"},
		{"Sleep", "f", "func f() {\ntime.Sleep(1) // HERE\n}", "sleep time.Sleep(1)"},
		{"context", "f", "func f(x context.Context) {\n<-x.Done() // HERE\n}", "receive x.Done() context x"},
		{"context by variable", "f", "func f(x context.Context) {\nd := x.Done()\n<-d // HERE\n}", "receive d context"},
		{"context of a request", "f", "func f(r *http.Request) {\n<-r.Context().Done() // HERE\n}", "receive r.Context().Done() context r.Context()"},
		{"context of an unknown type", "f", "func f(x other.Context) {\n<-x.Done() // HERE\n}", "receive x.Done() context x"},
		{"a user's Done", "f", "type T struct{ c chan int }\nfunc (t T) Done() chan int { return t.c }\nfunc f(t T) {\n<-t.Done() // HERE\n}", "receive t.Done()"},
		{"deadline", "f", "func f() {\nx, stop := context.WithTimeout(context.Background(), 1)\ndefer stop()\n<-x.Done() // HERE\n}", "receive x.Done() deadline x"},
		{"After", "f", "func f() {\n<-time.After(1) // HERE\n}", "receive time.After(1) timer"},
		{"After by variable", "f", "func f() {\nc := time.After(1)\n<-c // HERE\n}", "receive c timer"},
		{"Timer", "f", "func f() {\nx := time.NewTimer(1)\n<-x.C // HERE\n}", "receive x.C timer"},
		{"Ticker field", "f", "type T struct { x *time.Ticker }\nfunc f(t T) {\n<-t.x.C // HERE\n}", "receive t.x.C ticker"},
		{"Ticker by argument", "g", "func f() {\nx := time.NewTicker(1)\ng(x.C)\n}\nfunc g(c <-chan time.Time) {\n<-c // HERE\n}", "receive c ticker"},
		{"Ticker or not", "g", "func f() {\nx := time.NewTicker(1)\ng(x.C)\ng(make(chan time.Time))\n}\nfunc g(c <-chan time.Time) {\n<-c // HERE\n}", "receive c"},
		{"a user's C", "f", "type T struct { C chan int }\nfunc f(t T) {\n<-t.C // HERE\n}", "receive t.C"},
		{"select", "f", "func f(a, b chan int) {\nselect { // HERE\ncase <-a:\ncase b <- 1:\n}\n}", "select (receive a)(send b)"},
		{"select with one case", "f", "func f(a chan int) {\nselect {\ncase v := <-a: // HERE\n_ = v\n}\n}", "receive a"},
		{"empty select", "f", "func f() {\nselect {} // HERE\n}", "select"},
		{"imported package missing", "f", "func f() {\nx := other.New()\nx.C <- 1 // HERE\n}", "send x.C"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree, frame := one(t, tt.function, imports+tt.text+"\n")
			site := tree.Site(frame)
			if len(site.Ops) == 0 {
				t.Fatalf("no operation in %+v", site)
			}
			if got := opText(site.Ops[0]); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func opText(op Op) string {
	parts := []string{string(op.Kind), string(op.Expr), string(op.Origin), string(op.Context)}
	for _, c := range op.Cases {
		parts = append(parts, "("+opText(c)+")")
	}
	return strings.ReplaceAll(strings.Join(strings.Fields(strings.Join(parts, " ")), " "), ") (", ")(")
}

func TestHeld(t *testing.T) {
	const head = imports + "var a, b sync.Mutex\nfunc f(flag bool) {\n"
	tests := []struct {
		name, body, want string
	}{
		{"held", "a.Lock()\nb.Lock() // HERE", "a"},
		{"given back", "a.Lock()\na.Unlock()\nb.Lock() // HERE", ""},
		{"deferred", "a.Lock()\ndefer a.Unlock()\nb.Lock() // HERE", "a"},
		{"given back on the way out", "a.Lock()\nif flag {\na.Unlock()\nreturn\n}\nb.Lock() // HERE", "a"},
		{"given back on one way", "a.Lock()\nif flag {\na.Unlock()\n}\nb.Lock() // HERE", ""},
		{"taken in a branch", "if flag {\na.Lock()\nb.Lock() // HERE\n}", "a"},
		{"taken in another branch", "if flag {\na.Lock()\n} else {\nb.Lock() // HERE\n}", ""},
		{"taken in a case", "switch {\ncase flag:\na.Lock()\nb.Lock() // HERE\n}", "a"},
		{"taken in a literal", "go func() { a.Lock() }()\nb.Lock() // HERE", ""},
		{"taken later", "b.Lock() // HERE\na.Lock()", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree, frame := one(t, "f", head+tt.body+"\n}\n")
			var got []string
			for _, h := range tree.Site(frame).Held {
				got = append(got, string(h.Expr))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("holds %v, want %q", got, tt.want)
			}
		})
	}
}

func TestTakes(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"never given back", "func g() { mu.Lock() }", "g"},
		{"not on one way", "func g(x bool) {\nmu.Lock()\nif x { return }\nmu.Unlock()\n}", "g"},
		{"on every way", "func g(x bool) {\nmu.Lock()\nif x { mu.Unlock(); return }\nmu.Unlock()\n}", ""},
		{"deferred", "func g(x bool) {\nmu.Lock()\ndefer mu.Unlock()\nif x { return }\n}", ""},
		{"deferred in a literal", "func g(x bool) {\nmu.Lock()\ndefer func() { mu.Unlock() }()\nif x { return }\n}", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree, frame := one(t, "f", imports+"var mu sync.Mutex\nfunc f() {\nmu.Lock() // HERE\nmu.Unlock()\n}\n"+tt.text+"\n")
			op, _ := tree.Site(frame).Op(Lock)
			var got []string
			for _, e := range op.Takes {
				got = append(got, e.Func)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("takes %v, want %q", got, tt.want)
			}
		})
	}
}

func TestEnds(t *testing.T) {
	tests := []struct {
		name, text, want string // how method
	}{
		{"close in a method", "func (t *T) Close() { close(t.c) }", "close T.Close"},
		{"close two calls down", "func (t *T) Halt() { t.a() }\nfunc (t *T) a() { t.b() }\nfunc (t *T) b() { close(t.c) }", "close T.Halt"},
		{"close in a Once", "func (t *T) End() { t.o.Do(func() { close(t.c) }) }", "close T.End"},
		{"close by a helper", "func (t *T) End() { shut(t.c) }\nfunc shut(c chan struct{}) { close(c) }", "close T.End"},
		{"signal", "func (t *T) Stop() { t.c <- struct{}{} }", "send T.Stop"},
		{"other field", "func (t *T) Stop() { close(t.d) }", ""},
		{"not exported", "func (t *T) stop() { close(t.c) }", "close ."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree, frame := one(t, "(*T).run", imports+"type T struct{ c, d chan struct{}; o sync.Once }\n"+
				"func New() *T { t := &T{c: make(chan struct{})}; go t.run(); return t }\n"+
				"func (t *T) run() {\n<-t.c // HERE\n}\n"+tt.text+"\n")
			site := tree.Site(frame)
			if site.Type != "T" {
				t.Errorf("Type = %q", site.Type)
			}
			op, _ := site.Op(Receive)
			var got []string
			for _, e := range op.Ends {
				got = append(got, e.How+" "+e.Type+"."+e.Method)
			}
			if strings.Join(got, ",") != tt.want {
				t.Errorf("ends %v, want %q", got, tt.want)
			}
		})
	}
}

func TestContextEnds(t *testing.T) {
	const text = imports + `type T struct { x context.Context; stop context.CancelFunc }
func New() *T {
	x, stop := context.WithCancel(context.Background())
	t := &T{x: x, stop: stop}
	go t.run()
	return t
}
func (t *T) run() {
	<-t.x.Done() // HERE
}
`
	tree, frame := one(t, "(*T).run", text)
	if op, _ := tree.Site(frame).Op(Receive); !op.Lost || len(op.Ends) != 0 {
		t.Errorf("nobody cancels: Lost = %v, Ends = %v", op.Lost, op.Ends)
	}
	tree, frame = one(t, "(*T).run", text+"func (t *T) Close() { t.stop() }\n")
	if op, _ := tree.Site(frame).Op(Receive); op.Lost || len(op.Ends) != 1 || op.Ends[0].Method != "Close" {
		t.Errorf("Close cancels: Lost = %v, Ends = %v", op.Lost, op.Ends)
	}
}

func TestMade(t *testing.T) {
	tree, frame := one(t, "f.func1", imports+"func f(urls []string) {\n\tc := make(chan string) // results\n\tgo func() {\n\t\tc <- \"\" // HERE\n\t}()\n}\n")
	op, _ := tree.Site(frame).Op(Send)
	want := Made{File: "/m/a.go", Line: 4, Func: "f", Elem: "string", Before: "\tc := ", Text: "make(chan string)", After: " // results", Local: true}
	if op.Made != want {
		t.Errorf("Made = %+v, want %+v", op.Made, want)
	}
	if op.Count != 1 {
		t.Errorf("Count = %d, want 1", op.Count)
	}
}

// TestMissing asks for what is not there.
func TestMissing(t *testing.T) {
	var zero Tree
	frame := unleak.Frame{Func: "m.f", File: "/m/a.go", Line: 3}
	if s := zero.Site(frame); s.Found() {
		t.Errorf("zero Tree: %+v", s)
	}
	if s := zero.Spawn(frame, frame); s.Found {
		t.Errorf("zero Tree: %+v", s)
	}
	files := map[string]string{
		"a.go":     "package m\nfunc f() {\n\t<-c\n}\n",
		"b.go":     "package m\nvar c chan int = \n",
		"c.go":     "package m\nfunc f( {",
		"other.go": "package other\nvar c int\n",
		"empty.go": "",
		"types.go": "package m\ntype L []L\ntype M map[int]M\ntype P *P\ntype C chan C\ntype S struct{ *S }\n" +
			"func g(l L, m M, p P, c C, s S) { x, y, z, w, v := l, m, p, c, s; s.Lock() }\n",
	}
	tr := tree(files)
	for name := range files {
		for line := -1; line < 7; line++ {
			tr.Site(unleak.Frame{Func: "m.f", File: "/m/" + name, Line: line})
		}
	}
	if op, ok := tr.Site(frame).Op(Receive); !ok || op.Expr != "c" {
		t.Errorf("beside broken files: %+v", op)
	}
	if s := tr.Site(unleak.Frame{File: "/m/none.go", Line: 1}); fmt.Sprint(s) != fmt.Sprint(Site{}) {
		t.Errorf("no such file: %+v", s)
	}
}

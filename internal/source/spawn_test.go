// SPDX-License-Identifier: MIT

package source

import (
	"testing"

	"github.com/unleak/unleak"
)

func TestSpawn(t *testing.T) {
	const head = imports + "func work() {}\n"
	tests := []struct {
		name, function, text string
		times                string
		unbounded            bool
	}{
		{"once a call", "f", "func f() {\ngo work() // HERE\n}", "1", false},
		{"counted", "f", "func f() {\nfor i := 0; i < 3; i++ {\ngo work() // HERE\n}\n}", "3", false},
		{"constant", "f", "const n = 4\nfunc f() {\nfor range n {\ngo work() // HERE\n}\n}", "4", false},
		{"parameter", "f", "func f(n int) {\nfor range n {\ngo work() // HERE\n}\n}", "n", false},
		{"slice", "f", "func f(urls []string) {\nfor range urls {\ngo work() // HERE\n}\n}", "len(urls)", false},
		{"from one on", "f", "func f() {\nfor i := 1; i < 3; i++ {\ngo work() // HERE\n}\n}", "", false},
		{"two loops", "f", "func f() {\nfor range 2 {\nfor range 3 {\ngo work() // HERE\n}\n}\n}", "", false},
		{"for ever", "f", "func f() {\nfor {\ngo work() // HERE\n}\n}", "", true},
		{"for ever with return", "f", "func f(x bool) {\nfor {\nif x { return }\ngo work() // HERE\n}\n}", "", true},
		{"channel", "f", "func f(c chan int) {\nfor range c {\ngo work() // HERE\n}\n}", "", true},
		{"ticker", "f", "func f() {\nfor range time.Tick(1) {\ngo work() // HERE\n}\n}", "", true},
		{"unknown range", "f", "func f() {\nfor range other.List() {\ngo work() // HERE\n}\n}", "", false},
		{"loop around the literal only", "f.func1", "func f() {\nfor {\nfunc() {\ngo work() // HERE\n}()\n}\n}", "1", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree, created := one(t, tt.function, head+tt.text+"\n")
			s := tree.Spawn(created, unleak.Frame{})
			if !s.Found || s.Times != tt.times || s.Unbounded != tt.unbounded {
				t.Errorf("Found %v, Times %q, Unbounded %v; want %q, %v", s.Found, s.Times, s.Unbounded, tt.times, tt.unbounded)
			}
		})
	}
}

// TestSpawnByLibrary starts a goroutine through a library's go statement.
func TestSpawnByLibrary(t *testing.T) {
	tree, entry := one(t, "f.func1", imports+"func f(wg *sync.WaitGroup, c chan int) {\nfor range 3 {\nwg.Go(func() {\n<-c // HERE\n})\n}\n}\n")
	created := unleak.Frame{Func: "sync.(*WaitGroup).Go", File: "/go/src/sync/waitgroup.go", Line: 238}
	if s := tree.Spawn(created, entry); !s.Found || s.Times != "3" || s.Func != "f" {
		t.Errorf("got %+v", s)
	}
}

func TestOnce(t *testing.T) {
	tests := []struct {
		name, function, text, want string
	}{
		{"plain", "f", "func f() {\ngo work() // HERE\n}", ""},
		{"init", "init", "func init() {\ngo work() // HERE\n}", "package initialisation"},
		{"handler made in init", "init.func1", "var h func()\nfunc init() {\nh = func() {\ngo work() // HERE\n}\n}", ""},
		{"called in init", "f", "func init() { f() }\nfunc f() {\ngo work() // HERE\n}", "package initialisation"},
		{"called in init and elsewhere", "f", "func init() { f() }\nfunc G() { f() }\nfunc f() {\ngo work() // HERE\n}", ""},
		{"variable", "newT", "type T struct{}\nvar x = newT()\nfunc newT() *T {\ngo work() // HERE\nreturn nil\n}", "package initialisation"},
		{"variable of a function", "glob..func1", "var x = func() {\ngo work() // HERE\n}", ""},
		{"variable by a called literal", "glob..func1", "var x = func() int {\ngo work() // HERE\nreturn 1\n}()", "package initialisation"},
		{"Once literal", "f.func1", "var o sync.Once\nfunc f() {\no.Do(func() {\ngo work() // HERE\n})\n}", "sync.Once"},
		{"Once function", "start", "var o sync.Once\nfunc F() { o.Do(start) }\nfunc start() {\ngo work() // HERE\n}", "sync.Once"},
		{"Once method", "(*T).start", "type T struct{ o sync.Once }\nfunc (t *T) Get() { t.o.Do(t.start) }\nfunc (t *T) start() {\ngo work() // HERE\n}", OnceAnObject},
		{"Once of the one object", "start", "var one struct{ o sync.Once }\nfunc F() { one.o.Do(start) }\nfunc start() {\ngo work() // HERE\n}", "sync.Once"},
		{"Once of a call", "f.func1", "func f() {\nvar o sync.Once\no.Do(func() {\ngo work() // HERE\n})\n}", OnceAnObject},
		{"OnceFunc of a call", "f.func1", "func f() {\ng := sync.OnceFunc(func() {\ngo work() // HERE\n})\ng()\n}", OnceAnObject},
		{"Once, two calls down", "b", "var o sync.Once\nfunc F() { o.Do(func() { a() }) }\nfunc a() { b() }\nfunc b() {\ngo work() // HERE\n}", "sync.Once"},
		{"OnceFunc", "init.func1", "var f = sync.OnceFunc(func() {\ngo work() // HERE\n})", "sync.Once"},
		{"OnceValue", "newT", "type T struct{}\nvar Get = sync.OnceValue(newT)\nfunc newT() *T {\ngo work() // HERE\nreturn nil\n}", "sync.Once"},
		{"OnceValue with type", "newT", "type T struct{}\nvar Get = sync.OnceValue[*T](newT)\nfunc newT() *T {\ngo work() // HERE\nreturn nil\n}", "sync.Once"},
		{"a user's Do", "f.func1", "type O struct{}\nfunc (O) Do(func()) {}\nvar o O\nfunc f() {\no.Do(func() {\ngo work() // HERE\n})\n}", ""},
		{"guard", "f", "type T struct{}\nvar x *T\nfunc f() {\nif x == nil {\nx = new(T)\ngo work() // HERE\n}\n}", "a guard variable"},
		{"guarded call", "newT", "type T struct{}\nvar x *T\nfunc Get() *T {\nif x == nil {\nx = newT()\n}\nreturn x\n}\nfunc newT() *T {\ngo work() // HERE\nreturn nil\n}", "a guard variable"},
		{"compare and swap", "f", "var started atomic.Bool\nfunc f() {\nif started.CompareAndSwap(false, true) {\ngo work() // HERE\n}\n}", "a guard variable"},
		{"local guard", "f", "func f(x *int) {\nif x == nil {\nx = new(int)\ngo work() // HERE\n}\n}", ""},
		{"recursive", "f", "func f() {\nf()\ngo work() // HERE\n}", ""},
		{"TestMain", "TestMain", "func TestMain(m *testing.M) {\ngo work() // HERE\n}", "TestMain"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree, created := one(t, tt.function, imports+"func work() {}\n"+tt.text+"\n")
			s := tree.Spawn(created, unleak.Frame{})
			if !s.Found || s.Once != tt.want {
				t.Errorf("Found %v, Once %q, want %q", s.Found, s.Once, tt.want)
			}
		})
	}
}

// FuzzTree asks every question about every line of mutated files.
func FuzzTree(f *testing.F) {
	f.Add(imports+"func f(c chan int) {\nfor {\nselect {\ncase <-c:\nbreak\ncase c <- 1:\n}\n}\n}\n", "f")
	f.Add(imports+"type T[K any] struct{ sync.Mutex; c chan K }\nfunc (t *T[K]) m() { t.Lock(); defer t.Unlock(); go func() { t.c <- *new(K) }() }\n", "(*T[...]).m.func1")
	f.Add(imports+"var o sync.Once\nfunc g() { o.Do(func() { x, c := context.WithCancel(nil); defer c(); go h(x) }) }\nfunc h(x context.Context) { <-x.Done() }\n", "g.func1")
	f.Add("package m\nfunc init() { L: for i := 0; i < 3; i++ { for { continue L; goto L } } }\n", "init.0")
	f.Fuzz(func(t *testing.T, text, function string) {
		if len(text) > 2000 {
			return
		}
		tr := tree(map[string]string{"a.go": text, "b.go": "package m\ntype U struct{ T }\n"})
		doubtful, _ := checked(text)
		lines := len(text)/8 + 3
		for line := range min(lines, 60) {
			frame := unleak.Frame{Func: "m." + function, File: "/m/a.go", Line: line}
			tr.Site(frame).MayCall("m." + function)
			tr.Spawn(frame, frame)
			doubtful.Site(frame)
		}
	})
}

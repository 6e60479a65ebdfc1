// SPDX-License-Identifier: MIT

package source

import (
	"slices"
	"testing"

	"github.com/unleak/unleak"
)

// checked returns a Tree of one file that may be of another version, and the list
// of files that were.
func checked(text string) (*Tree, *[]string) {
	var changed []string
	t := tree(map[string]string{"a.go": text})
	t.Changed = func(file string) { changed = append(changed, file) }
	return t, &changed
}

func TestChanged(t *testing.T) {
	const text = `package m

type T[K any] struct{ c chan K }

func (t *T[K]) Run() {
	go func() {
		<-t.c
	}()
}

func run() { <-c }

var c = func() chan int {
	return nil
}()

func init() {
	run()
}
`
	for _, tt := range []struct {
		function string
		line     int
		want     bool
	}{
		{"m.(*T[...]).Run", 6, true},
		{"m.(*T[go.shape.int]).Run.func1", 7, true},
		{"m.(*T[...]).Run.gowrap1", 6, true},
		{"m.T[...].Run", 6, true},
		{"m.(*T[...]).Run-fm", 6, true},
		{"m.(*T[...]).Run-range1", 6, true},
		{"m.Main.(*T[...]).Run.func1", 7, true}, // inlined
		{"m.Main.run.func1", 11, true},
		{"m.run", 11, true},
		{"m.init.func1", 14, true},
		{"m.glob..func1", 14, true},
		{"m.init.0", 18, true},
		{"m.init.0.func1", 18, true},
		{"m.(*U).Run", 6, false},
		{"m.run", 7, false},
		{"m.run", 10, false},
		{"m.run", 99, false},
		{"m.walk", 11, false},
		{"m.run", 14, false},
	} {
		tr, changed := checked(text)
		f := unleak.Frame{Func: tt.function, File: "/m/a.go", Line: tt.line}
		if got := tr.Site(f).Found(); got != tt.want {
			t.Errorf("%s at line %d: found %v, want %v", tt.function, tt.line, got, tt.want)
		}
		if (len(*changed) == 0) != tt.want {
			t.Errorf("%s at line %d: changed %q", tt.function, tt.line, *changed)
		}
		if good := (unleak.Frame{Func: "m.run", File: "/m/a.go", Line: 11}); (tr.Line(good) != "") != tt.want {
			t.Errorf("%s at line %d: another line of the file is %q", tt.function, tt.line, tr.Line(good))
		}
		if got := tr.Line(f); (got != "") != tt.want {
			t.Errorf("%s at line %d is %q", tt.function, tt.line, got)
		}
	}
	tr, _ := checked(text)
	tr.Changed = nil
	if !tr.Site(unleak.Frame{Func: "m.walk", File: "/m/a.go", Line: 11}).Found() {
		t.Error("source that is known to be the program's is doubted")
	}
}

func TestReject(t *testing.T) {
	tr, changed := checked("package m\nfunc f() {\n<-c\n}\n")
	f := unleak.Frame{Func: "m.f", File: "/m/a.go", Line: 3}
	if !tr.Site(f).Found() {
		t.Fatal("not found")
	}
	tr.Reject(f)
	tr.Reject(f)
	if tr.Site(f).Found() || tr.Line(f) != "" || tr.Spawn(f, f).Found || !slices.Equal(*changed, []string{"/m/a.go"}) {
		t.Errorf("a rejected file is used: %+v, changed %q", tr.Site(f), *changed)
	}
}

func TestFindName(t *testing.T) {
	tr := tree(map[string]string{"a.go": "package m\nfunc f() {\nc := make(chan int)\n<-c // HERE\n}\n"})
	tr.Find = func(f unleak.Frame) string {
		if f.File == "/build/a.go" {
			return "/m/a.go"
		}
		return ""
	}
	site := tr.Site(unleak.Frame{Func: "m.f", File: "/build/a.go", Line: 4})
	if op, ok := site.Op(Receive); !ok || site.File != "/m/a.go" || op.Made.File != "/m/a.go" {
		t.Errorf("got %+v", site)
	}
	if tr.Site(unleak.Frame{Func: "m.f", File: "/m/a.go", Line: 4}).Found() {
		t.Error("read past Find")
	}
}

func TestMayCall(t *testing.T) {
	const head = imports + `type T struct{ hook func(); u other.T; sync.Mutex }
func (t *T) Get() {}
func F() {}
func f(t *T, v func(), wg *sync.WaitGroup) {
`
	for _, tt := range []struct {
		line, function string
		want           bool
	}{
		{"t.Get() // HERE", "m.(*T).Get", true},
		{"t.Get() // HERE", "m.(*T).Put", false},
		{"F() // HERE", "m.F", true},
		{"F() // HERE", "m.G", false},
		{"F() // HERE", "m.G.func1", true}, // a literal has no name
		{"x := t // HERE", "m.F", false},
		{"v() // HERE", "m.G", true},
		{"t.hook() // HERE", "m.G", true},
		{"other.Do() // HERE", "example.com/other.Do", true},
		{"other.Do() // HERE", "example.com/other.Undo", false},
		{"t.u.Do() // HERE", "example.com/other.(*T).Do", true},
		{"t.u.Do() // HERE", "example.com/other.(*T).Undo", false},
		{"t.u.Do() // HERE", "m.F", true}, // perhaps a field
		{"t.Lock() // HERE", "sync.(*Mutex).Lock", true},
		{"t.Lock() // HERE", "sync.(*WaitGroup).Wait", false},
		{"wg.Wait() // HERE", "sync.(*WaitGroup).Wait", true},
		{"time.Sleep(1) // HERE", "time.Sleep", true},
		{"defer F()\nreturn // HERE", "m.F", true},
		{"defer F()\nreturn // HERE", "m.G", false},
		{"for range other.All() { // HERE\n}", "example.com/other.Iterate", true},
		{"F(\n) // HERE", "m.F", true},
		{"C.puts() // HERE", "m._Cfunc_puts", true},
	} {
		tree, frame := one(t, "f", head+tt.line+"\n}\n")
		if got := tree.Site(frame).MayCall(tt.function); got != tt.want {
			t.Errorf("%q may call %s: %v, want %v", tt.line, tt.function, got, tt.want)
		}
	}
}

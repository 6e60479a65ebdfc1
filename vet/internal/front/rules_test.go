// SPDX-License-Identifier: MIT

package front

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"testing"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"

	"github.com/unleak/unleak/vet/internal/model"
	"github.com/unleak/unleak/vet/internal/search"
)

// load makes a package of declarations; imports are what the tests need.
func load(t *testing.T, name, decls string) *ssa.Package {
	t.Helper()
	fset := token.NewFileSet()
	src := "package p\nimport (\"bytes\"; \"context\"; \"io\"; \"net\"; \"sync\"; \"testing\"; \"time\")\n" +
		"var _ = bytes.Equal; var _ = context.Canceled; var _ io.Reader; var _ net.Conn; var _ sync.Mutex; var _ *testing.T; var _ time.Time\n" + decls
	file, err := parser.ParseFile(fset, name, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg, _, err := ssautil.BuildPackage(&types.Config{Importer: importer.Default()}, fset,
		types.NewPackage("p", "p"), []*ast.File{file}, ssa.BuilderMode(0))
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

// TestInert lists what outsiders may have without a way to wake or hold somebody.
func TestInert(t *testing.T) {
	pkg := load(t, "p.go", `
type (
	plain struct{ n int; s string; list []plain; next *plain; named map[string]plain }
	held  struct{ plain; mu sync.Mutex }
	deep  struct{ list []map[string]*held }
)`)
	for expr, want := range map[string]bool{
		"int": true, "string": true, "*int": true, "[]byte": true, "error": true, "plain": true, "*plain": true,
		"map[string][]plain": true, "time.Duration": true,
		"chan int": false, "func()": false, "any": false, "io.Reader": false, "sync.Mutex": false, "held": false,
		"*deep": false, "[]chan int": false, "map[string]func()": false, "[2]any": false, "context.Context": false,
		"struct{ c <-chan int }": false, "*sync.WaitGroup": false,
	} {
		tv, err := types.Eval(pkg.Prog.Fset, pkg.Pkg, fileEnd(pkg), expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := inert(tv.Type, make(map[types.Type]bool)); got != want {
			t.Errorf("inert(%s) = %t, want %t", expr, got, want)
		}
	}
}

// fileEnd returns a position at which the package's imports are in scope.
func fileEnd(pkg *ssa.Package) token.Pos {
	for _, m := range pkg.Members {
		if m.Token() == token.TYPE && m.Pos().IsValid() {
			return m.Pos()
		}
	}
	return token.NoPos
}

// TestEscape lists what is done with x, and whether outsiders may use it then: if
// not, who waits for it waits for ever.
func TestEscape(t *testing.T) {
	for body, want := range map[string]bool{
		"x := make(chan int); out(x); <-x":                       true,
		"x := make(chan int); var any any = x; out(any); <-x":    true,
		"x := make(chan int); out(func() { x <- 1 }); <-x":       true,
		"x := make(chan int); out([]chan int{x}); <-x":           true,
		"x := make(chan int); shared = x; <-x":                   true,
		"x := make(chan int); b := &box{x}; out(b); <-x":         true,
		"x := make(chan int); b := &box{}; out(b); b.c = x; <-x": true,
		"x := make(chan int); go out(x); <-x":                    true,
		"x := make(chan int); y := x; out(y); <-x":               true,
		// Who gets a lock gives back what he has taken, and nothing else.
		"x := new(sync.Mutex); x.Lock(); out(x); x.Lock()":                                  false,
		"x, stop := context.WithCancel(context.Background()); out(stop); <-x.Done()":        true,
		"x, stop := context.WithCancel(context.Background()); _ = stop; out(x); <-x.Done()": false,
		"x := new(sync.Mutex); x.Lock(); x.Lock()":                                          false,
		"x := make(chan int); n := 1; out(n); <-x":                                          false,
		"x := make(chan int); out(len(x)); <-x":                                             false,
		"x := make(chan int); out(cap(x)); out(x == nil); <-x":                              false,
		"x := make(chan int); text(\"a\", nil); <-x":                                        false,
		"x := make(chan int); var b bytes.Buffer; b.WriteString(\"\"); <-x":                 false,
		"x := make(chan int); time.Sleep(time.Second); <-x":                                 false,
		"x := make(chan int); y := make(chan int); out(y); <-x":                             false,
		"x := make(chan int); b := &box{x}; _ = b; <-x":                                     false,
		"x := make(chan int); mine(x); <-x":                                                 false,
	} {
		pkg := load(t, "p.go", `
			type box struct{ c chan int }
			var shared chan int
			var out func(any)
			var text func(string, error)
			func mine(x chan int) { _ = len(x) }
			func f() { `+body+` }`)
		m := New(pkg, functions(pkg)).Build(pkg.Func("f"))
		if m == nil {
			t.Fatalf("%s: no model", body)
		}
		if got := len(search.Run(m.Slice(), search.Limits{}).Stuck) == 0; got != want {
			t.Errorf("%s: outsiders may use x: %t, want %t", body, got, want)
		}
	}
}

func functions(pkg *ssa.Package) []*ssa.Function {
	var list []*ssa.Function
	for _, m := range pkg.Members {
		if f, ok := m.(*ssa.Function); ok {
			list = append(append(list, f), f.AnonFuncs...)
		}
	}
	return list
}

// TestAgain lists loops, and whether they may wait for a change by others.
func TestAgain(t *testing.T) {
	for loop, want := range map[string]bool{
		"for {}":                             false, // it waits for nothing at all
		"for !b.up {}":                       true,
		"for b.n > 0 { use(b) }":             true,
		"for range c { if b.up { break } }":  true,
		"for range c { use(b) }":             true,
		"for range c { mine(b) }":            true,
		"for range c {}":                     false,
		"for b.n < 3 { if b.up { break } }":  true,
		"for range 3 {}":                     false,
		"for i := 0; i < b.n; i++ {}":        false,
		"for i := b.n; i > 0; i-- {}":        false,
		"for i := 0; i != b.n; i += 2 {}":    false,
		"for _, v := range b.list { _ = v }": false,
		"for k := range b.set { _ = k }":     false,
		"for i := range b.n { _ = i }":       false,
		"if b.up { use(b) } else { use(b) }": false,
	} {
		pkg := load(t, "p.go", `
			type box struct { up bool; n int; list []int; set map[int]int }
			var use func(*box)
			func mine(b *box) {}
			func f(b *box, c chan int) { <-c; `+loop+` }`)
		m := New(pkg, functions(pkg)).Build(pkg.Func("f"))
		if m == nil {
			t.Fatalf("%s: no model", loop)
		}
		if got := has(m.Funcs[0], model.Again); got != want {
			t.Errorf("%s: again %t, want %t", loop, got, want)
		}
	}
}

func has(f *model.Func, op model.Op) bool {
	return slices.ContainsFunc(f.Code, func(in model.Instr) bool { return in.Op == op })
}

// TestPassing lists conditions in tests, and which way on the test does not fail.
func TestPassing(t *testing.T) {
	for body, want := range map[string]int{
		"if b { t.Fatal() }":                            2,
		"if b { t.Errorf(\"\"); return }":               2,
		"if b { panic(1) }":                             2,
		"if b { t.Log() } else { t.FailNow() }":         1,
		"if b { if c { t.Error() } else { t.Skip() } }": 2,
		"if b { t.Log() }":                              0,
		"if b { if c { t.Error() } }":                   0,
		"if b { t.Error() } else { t.Error() }":         0,
		"for b { t.Log() }":                             0,
	} {
		for name, in := range map[string]bool{"p_test.go": true, "p.go": false} {
			pkg := load(t, name, "func F(t *testing.T, b, c bool) { "+body+" }\nfunc G(t testing.TB, b, c bool) { "+body+" }")
			for _, f := range []string{"F", "G"} {
				fn := pkg.Func(f)
				c := &coder{builder: &builder{}, f: fn, inTest: inTest(fn)}
				got := c.passing(firstIf(fn))
				if !in && got != 0 || in && got != want {
					t.Errorf("%s, %s: %s: %d, want %d in a test", name, f, body, got, want)
				}
			}
		}
	}
}

func firstIf(f *ssa.Function) *ssa.BasicBlock {
	for _, blk := range f.Blocks {
		if _, ok := blk.Instrs[len(blk.Instrs)-1].(*ssa.If); ok {
			return blk
		}
	}
	return nil
}

// SPDX-License-Identifier: MIT

package dump_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

// plain is a record of the runtime's own shape, with most of what that may have.
const plain = `goroutine 7 [chan receive (leaked), 5 minutes, locked to thread] {k: "v"}:
main.(*Set[...]).run(0xc000012345, {0x1, 0x2, {0x3, ...}, _}, 0x5?, ...)
	/src/my app/set.go:9 +0x1d
main.inlined(...)
	/src/app/main.go:31
...23 frames elided...
panic({0x45fb80?, 0x4a94a8?})
	/usr/local/go/src/runtime/panic.go:792 +0x132
main.main.func1()
	C:/app/main.go:4 +0xf fp=0xc00004c7a8 sp=0xc00004c788 pc=0x47a1ce
created by main.Start[...] in goroutine 35
	/src/app/main.go:7 +0x1a

`

// ways are the two ways of reading.
var ways = map[string]dump.Options{"at once": {}, "line by line": dump.LineByLine(dump.Options{})}

// TestTakesAtOnce: the fast path takes what is plain, and leaves what is not.
func TestTakesAtOnce(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           bool
	}{
		{"plain", "", "", true},
		{"system", "goroutine 7 [", "goroutine 7 gp=0xc000002c40 m=3 mp=0xc000100008 [", true},
		{"no creator", "created by main.Start[...] in goroutine 35\n\t/src/app/main.go:7 +0x1a\n", "", true},
		{"creator without number", " in goroutine 35", "", true},
		{"CRLF", "\n", "\r\n", false},
		{"spaces for tabs", "\t", "        ", false},
		{"scheduler", "goroutine 7", "goroutine 0", false},
		{"bad header", "minutes", "minutes]", false},
		{"unfinished", "0x1a\n\n", "0x1a\n", false},
		{"no blank line", "0x1a\n\n", "0x1a\nexit status 2\n", false},
		{"text between", "main.inlined", "GET /index.html\nmain.inlined", false},
		{"parentheses in arguments", "{0x1, 0x2,", "(*main.T)(0x1),", false},
		{"no stack", plain[strings.Index(plain, "\n")+1:], "\n", false},
		{"ancestor", "0x1a\n\n", "0x1a\n[originating from goroutine 1]:\n\n", false},
		{"older elision", "23 frames", "additional frames", true},
	} {
		text := strings.ReplaceAll(plain, c.old, c.new)
		if c.old == "" {
			text = plain
		}
		if got := dump.TakesAtOnce(text); got != c.want {
			t.Errorf("%s: taken at once %v, want %v:\n%s", c.name, got, c.want, text)
		}
		sameBothWays(t, []byte(text), dump.Options{})
	}
}

// TestBothWays reads all texts with and without the fast path.
func TestBothWays(t *testing.T) {
	var all []byte
	for _, name := range texts(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sameBothWays(t, text, dump.Options{})
		all = append(append(all, text...), "\n\n"...)
	}
	var b bytes.Buffer
	if err := generate(&b, 400, 30); err != nil {
		t.Fatal(err)
	}
	all = append(all, b.Bytes()...)
	t.Run("live", func(t *testing.T) {
		dumptest.Start(t)
		buf := make([]byte, 1<<20)
		all = append(all, buf[:runtime.Stack(buf, true)]...)
	})
	for _, max := range []int{0, 20, 100, 1000} {
		sameBothWays(t, append(all, all...), dump.Options{MaxLine: max})
	}
}

// TestMutants changes one byte of a plain record in every way that could matter,
// with a sound record before each, so that the stack is a known one.
func TestMutants(t *testing.T) {
	const bytesThatMatter = "\n\t\r ()[]{}:.,=+?x0fg\x00\x80\xc2"
	for i := range len(plain) {
		text := plain + plain[:i] + plain[i+1:]
		for _, c := range []byte(bytesThatMatter) {
			mutant := plain[:i] + string([]byte{c})
			text += plain + mutant + plain[i:] + plain + mutant + plain[i+1:]
		}
		sameBothWays(t, []byte(text), dump.Options{})
	}
}

// TestDoubtful has lines that are not what they seem, behind records in which the
// fast path gets to know their parts.
func TestDoubtful(t *testing.T) {
	record := func(function, place string) string {
		return "goroutine 7 [select]:\nmain.main()\n\t/src/x.go:7 +0x1\n" + function + "\n\t" + place + "\n\n"
	}
	for _, c := range []struct{ name, text string }{
		{"creator like a place", record("created by x.go:1", "/src/x.go:7 +0x1")},
		{"creator like a C function's place", record("created by pc=0x1", "/src/x.go:7 +0x1")},
		{"creator's number too large", record("created by main.f in goroutine 1", "/src/x.go:7 +0x1") +
			record("created by main.f in goroutine 99999999999999999999", "/src/x.go:7 +0x1")},
		{"place like a header", record("main.f()", "goroutine 5 [/src/x.go:7 +0x1")},
		{"place with an offset's look", record("main.f()", "/x.go:5 +0x1:7 +0x2") + record("main.f(...)", "/x.go:5 +0x1:7")},
		{"name after a space of Unicode's", record("\u00a0main.f()", "/src/x.go:7 +0x1")},
		{"place after a space of Unicode's", record("main.f()", "\u0085/src/x.go:7 +0x1")},
		{"header with colours", strings.ReplaceAll(record("main.f()", "/src/x.go:7 +0x1"), "select", "\x1b[1mselect\x1b[0m")},
		{"place with colours", record("main.f()", "/src/\x1b[1mx\x1b[0m.go:7 +0x1")},
		{"offset that changes", record("main.f()", "/src/x.go:7 +0x1") + record("main.f()", "/src/x.go:7 +0x12") + record("main.f(...)", "/src/x.go:7")},
		{"line that goes on", record("main.f(...)", "/src/x.go:7") + record("main.f(...)", "/src/x.go:77")},
		{"name with spaces", record("see main.f()", "/src/x.go:7 +0x1")},
		{"ancestor's name", record("[originating from goroutine 7]:()", "/src/x.go:7 +0x1")},
		{"name known from a C function's line", record("main.f", "/src/x.c:7 pc=0x1") + record("main.f()", "/src/x.c:7")},
	} {
		t.Run(c.name, func(t *testing.T) {
			sameBothWays(t, []byte(c.text+c.text), dump.Options{})
		})
	}
}

// sameBothWays reads a text with the fast path, whole and in pieces, and line by
// line, and compares.
func sameBothWays(t *testing.T, text []byte, o dump.Options) {
	t.Helper()
	want, wantErrs := readWith(bytes.NewReader(text), dump.LineByLine(o))
	section := io.NewSectionReader(bytes.NewReader(text), 0, int64(len(text)))
	for name, way := range map[string]struct {
		r io.Reader
		o dump.Options
	}{
		"whole":     {bytes.NewReader(text), o},
		"in pieces": {iotest.DataErrReader(&pieces{text: text, size: 300}), o},
		"in parts":  {section, dump.InParts(o, 500)},
	} {
		got, errs := readWith(way.r, way.o)
		for i := range min(len(got), len(want)) {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("%s it reads\n%+v, line by line\n%+v in\n%s", name, got[i], want[i], text)
			}
		}
		if len(got) != len(want) || !reflect.DeepEqual(errs, wantErrs) {
			t.Fatalf("%s it reads %d goroutines and %v, line by line %d and %v in\n%s", name, len(got), errs, len(want), wantErrs, text)
		}
	}
}

// TestInParts: stacks stay one copy each, most is read once, and whoever stops early
// leaves nothing behind, which the detector that runs these tests sees.
func TestInParts(t *testing.T) {
	var b bytes.Buffer
	if err := generate(&b, 2000, 30); err != nil {
		t.Fatal(err)
	}
	const size = 1 << 18
	for _, stop := range []int{1, 40, 700, 2000} {
		file := &reads{r: bytes.NewReader(b.Bytes())}
		n, stacks := 0, make(map[string]*unleak.Frame)
		for g, err := range dump.Read(io.NewSectionReader(file, 0, math.MaxInt64), dump.InParts(dump.Options{}, size)) {
			if err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprint(g.Stack)
			if one := stacks[text]; one == nil {
				stacks[text] = &g.Stack[0]
			} else if one != &g.Stack[0] {
				t.Fatalf("goroutine %d has a copy of a stack", g.ID)
			}
			if n++; n == stop {
				break
			}
		}
		if n != stop || file.bytes > 2*int64(b.Len()) {
			t.Errorf("%d goroutines, want %d; %d bytes read of %d", n, stop, file.bytes, b.Len())
		}
		if ahead := file.back; ahead != (stop == 2000 && runtime.GOMAXPROCS(0) > 1) && stop != 700 {
			t.Errorf("read ahead: %v of %d goroutines", ahead, stop)
		}
	}
}

// reads notes what is read.
type reads struct {
	r     io.ReaderAt
	mu    sync.Mutex
	bytes int64
	last  int64
	back  bool // some came before what had been read
}

func (r *reads) ReadAt(p []byte, at int64) (int, error) {
	n, err := r.r.ReadAt(p, at)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bytes += int64(n)
	r.back = r.back || at < r.last
	r.last = at
	return n, err
}

// pieces is a reader that returns so many bytes at once, as a pipe may.
type pieces struct {
	text []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(len(p.text), p.size)])
	p.text = p.text[n:]
	return n, nil
}

func FuzzBothWays(f *testing.F) {
	f.Add([]byte(plain), 0)
	for _, name := range texts(f) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, 0)
	}
	f.Fuzz(func(t *testing.T, text []byte, maxLine int) {
		// Twice, so that the stacks are known ones.
		sameBothWays(t, slices.Concat(text, []byte("\n\n"), text), dump.Options{MaxLine: maxLine})
	})
}

// TestAllocations: they go with the number of distinct stacks.
func TestAllocations(t *testing.T) {
	measure := func(goroutines int, o dump.Options) float64 {
		var b bytes.Buffer
		if err := generate(&b, goroutines, 30); err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(5, func() {
			for _, err := range dump.Read(bytes.NewReader(b.Bytes()), o) {
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	for name, o := range ways {
		if few, many := measure(1000, o), measure(5000, o); many > few*1.01 {
			t.Errorf("%s: %v allocations for 5,000 goroutines, %v for 1,000 with the same stacks", name, many, few)
		}
	}
}

// TestNothingRepeats reads what would fill a cache several times over.
func TestNothingRepeats(t *testing.T) {
	const goroutines = 40_000
	r, w := io.Pipe()
	go func() {
		for i := range goroutines {
			fmt.Fprintf(w, "goroutine %d [select]:\nmain.f%d()\n\t/src/%0300d.go:1 +0x1\nmain.g(0x1)\n\t/src/x.go:%d +0x1\n\n", i+1, i, i, i+1)
		}
		w.Close()
	}()
	n, most := 0, uint64(0)
	var m runtime.MemStats
	for g, err := range dump.Read(r, dump.Options{}) {
		if n++; err != nil || len(g.Stack) != 2 || g.Stack[0].Func != fmt.Sprintf("main.f%d", n-1) || g.Stack[1].Line != n {
			t.Fatalf("got %+v, %v", g, err)
		}
		if n%1000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if limit := uint64(2 * dump.MaxCached); n != goroutines || most > limit {
		t.Errorf("%d of %d goroutines read, %d bytes alive, want at most %d", n, goroutines, most, limit)
	}
}

func BenchmarkRead(b *testing.B) {
	var text bytes.Buffer
	if err := generate(&text, 5000, 20); err != nil {
		b.Fatal(err)
	}
	for name, o := range ways {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range dump.Read(bytes.NewReader(text.Bytes()), o) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// SPDX-License-Identifier: MIT

package dump_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

// TestTruncation cuts good dumps at every byte: what is read of the start must
// be what is read of the whole.
func TestTruncation(t *testing.T) {
	var all [][]byte
	t.Run("Start", func(t *testing.T) {
		dumptest.Start(t)
		buf := make([]byte, 1<<20)
		all = bytes.SplitAfter(buf[:runtime.Stack(buf, true)], []byte("\n\n"))
	})
	for _, name := range []string{"deadlock", "go118", "headers", "labels126", "labels127", "generics", "elided", "cgo", "sigquit", "windows", "spaces"} {
		text, err := os.ReadFile("testdata/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	for _, text := range all {
		whole, errs := read(bytes.NewReader(text))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		for n := range text {
			got, errs := read(bytes.NewReader(text[:n]))
			for i, g := range got {
				if !reflect.DeepEqual(g, whole[i]) {
					t.Fatalf("cut at byte %d, %q, it reads\n%+v and not\n%+v", n, text[max(n-80, 0):n], g, whole[i])
				}
			}
			if len(errs) > 1 || len(errs) == 1 && !isTruncated(errs[0]) {
				t.Fatalf("cut at byte %d, %q: %v", n, text[max(n-200, 0):n], errs)
			}
		}
	}
}

func isTruncated(err error) bool {
	var bad *dump.Error
	return errors.As(err, &bad) && bad.Truncated
}

// TestSharedStacks reads many goroutines with few stacks.
func TestSharedStacks(t *testing.T) {
	const goroutines, stacks = 10_000, 30
	r, w := io.Pipe()
	go func() { w.CloseWithError(generate(w, goroutines, stacks)) }()
	distinct := make(map[*unleak.Frame]bool)
	n := 0
	for g, err := range dump.Read(r, dump.Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		distinct[&g.Stack[0]] = true
	}
	if n != goroutines || len(distinct) != stacks {
		t.Errorf("%d goroutines with %d stacks, want %d with %d", n, len(distinct), goroutines, stacks)
	}
}

func generate(w io.Writer, goroutines, stacks int) error {
	for i := range goroutines {
		var b bytes.Buffer
		fmt.Fprintf(&b, "goroutine %d [select, %d minutes]:\n", i+7, i%50)
		for frame := range 5 + i%stacks {
			fmt.Fprintf(&b, "example.com/m.(*T%d).f%d(0xc%09x, {0x%x, 0x1})\n\t/src/m/f%d.go:%d +0x%x\n",
				i%stacks, frame, i, i*frame, frame, 10+frame, 32+frame)
		}
		fmt.Fprintf(&b, "created by example.com/m.Start in goroutine 1\n\t/src/m/start.go:9 +0x1d\n\n")
		if _, err := w.Write(b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func TestLongLines(t *testing.T) {
	good := "goroutine 7 [sleep]:\nmain.f()\n\t/src/x.go:12 +0x1\ncreated by main.main in goroutine 1\n\t/src/x.go:7 +0x1a\n"
	long := strings.Repeat("x", 3<<20)
	got, errs := read(strings.NewReader(long + "\n" + good + long + "\n" + good + "\ngoroutine 8 [sleep] {k: " + long + "}:\n"))
	if len(got) != 2 || len(errs) != 1 || !strings.Contains(errs[0].Error(), "goroutine 8") {
		t.Errorf("got %d goroutines, errors %v", len(got), errs)
	}
	offset := int64(len(long) + 1)
	_, errs = read(strings.NewReader(long + "\ngoroutine 9 [bad\n"))
	if bad := (*dump.Error)(nil); len(errs) != 1 || !errors.As(errs[0], &bad) || bad.Offset != offset {
		t.Errorf("errors %v, want one at byte %d", errs, offset)
	}
}

func TestReadError(t *testing.T) {
	text := "goroutine 7 [sleep]:\nmain.f()\n"
	broken := errors.New("broken")
	_, errs := read(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))
	if len(errs) != 2 || !isTruncated(errs[0]) || !errors.Is(errs[1], broken) || !strings.Contains(errs[1].Error(), fmt.Sprint("byte ", len(text))) {
		t.Errorf("errors %v", errs)
	}
}

// TestStop ends the sequence at each of its values.
func TestStop(t *testing.T) {
	text := "goroutine 7 [\n\ngoroutine 8 [sleep]:\nmain.main()\n\t/x.go:1 +0x1\n\ngoroutine 9 [sleep]:\nmain.main()\n\t/x.go:1 +0x1\n"
	for stop := range 3 {
		n := 0
		for range dump.Read(strings.NewReader(text), dump.Options{}) {
			if n++; n > stop {
				break
			}
		}
		if n != stop+1 {
			t.Errorf("got %d values, want %d", n, stop+1)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range texts(f) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, errs := read(bytes.NewReader(text))
		if n := len(got) + len(errs); n > len(text)/len("1 @ 0x1") {
			t.Errorf("%d goroutines and %d errors of %d bytes", len(got), len(errs), len(text))
		}
		for _, g := range got {
			if g.Count < 1 || g.ID != 0 && g.Count != 1 {
				t.Errorf("got %+v", g)
			}
			for _, f := range g.Stack {
				if f.Func == "" || f.Line < 0 {
					t.Errorf("got frame %+v", f)
				}
			}
			g.Key()
		}
		for _, err := range errs {
			bad := (*dump.Error)(nil)
			if !errors.As(err, &bad) || bad.Offset > 0 && text[bad.Offset-1] != '\n' {
				t.Errorf("got error %v, not at the start of a line", err)
			}
		}
		again, errsAgain := read(iotest.HalfReader(bytes.NewReader(text)))
		if !reflect.DeepEqual(got, again) || !reflect.DeepEqual(errs, errsAgain) {
			t.Errorf("in pieces it reads %v, %v, in one %v, %v", again, errsAgain, got, errs)
		}
	})
}

// mayHold returns how many goroutines and profiles a text can hold at most: their
// headers and records, and what is escaped.
func mayHold(text []byte) (n int) {
	for _, mark := range [...]string{"goroutine", "@", `\`, "#0", "\x1b"} {
		n += bytes.Count(text, []byte(mark))
	}
	return n
}

func read(r io.Reader) (all []*unleak.Goroutine, errs []error) { return readWith(r, dump.Options{}) }

func readWith(r io.Reader, o dump.Options) (all []*unleak.Goroutine, errs []error) {
	for g, err := range dump.Read(r, o) {
		if err != nil {
			errs = append(errs, err)
		} else {
			kept := *g
			all = append(all, &kept)
		}
	}
	return all, errs
}

// TestBounds reads what no runtime wrote, in bounded memory: one goroutine with
// frames or ancestors without end.
func TestBounds(t *testing.T) {
	for _, part := range []string{"m.f(...)\n\tx.go:1 +0x1\n", "[originating from goroutine 7]:\n"} {
		text := "goroutine 1 [running]:\nm.f(...)\n\tx.go:1 +0x1\n" + strings.Repeat(part, 100_000) + "\ngoroutine 2 [running]:\nm.g(...)\n\tx.go:1 +0x1\ncreated by m.f\n\tx.go:2 +0x1\n"
		var read []uint64
		var bad *dump.Error
		for g, err := range dump.Read(strings.NewReader(text), dump.Options{}) {
			if err == nil {
				read = append(read, g.ID)
			} else if !errors.As(err, &bad) || bad.Goroutine != 1 {
				t.Errorf("%.12s: %v", part, err)
			}
		}
		if !slices.Equal(read, []uint64{2}) || bad == nil {
			t.Errorf("%.12s: read %d, error %v", part, read, bad)
		}
	}
}

// SPDX-License-Identifier: MIT

package live

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

// TestRecords compares what profiles tell of this process with what is known of it.
func TestRecords(t *testing.T) {
	started := dumptest.Start(t)
	var reader Reader
	for _, want := range started {
		if want.ID == 0 {
			continue // one of the runtime's own
		}
		var seen []string
		found := eventually(func() bool {
			seen = nil
			for r, err := range reader.Records(All) {
				if err != nil {
					t.Fatal(err)
				}
				g := r.Goroutine()
				if dumptest.FitsStack(want.Stack, g.Stack, g.Elided) {
					if g.Wait == want.Wait {
						return true
					}
					seen = append(seen, string(g.Wait))
				}
			}
			return false
		})
		if !found {
			t.Errorf("%s in %s: not found; its stack is seen in %q", want.Wait, want.Entry(), seen)
		}
	}
}

// TestStacks counts goroutines whose stacks fit into a Stack, and others.
func TestStacks(t *testing.T) {
	done := make(chan int)
	defer close(done)
	var reader Reader
	started := 0
	for _, n := range []int{1, 100, 3000} { // there must be room for more each time
		for ; started < n; started++ {
			go down(done, 200)
			go down(done, 3)
		}
		var whole, cut int
		found := eventually(func() bool {
			whole, cut = 0, 0
			for stack, count := range reader.Stacks() {
				g := reader.Goroutine(stack, count)
				switch {
				case !strings.HasSuffix(g.Blocked().Func, ".down") || g.Wait != unleak.WaitReceive:
				case g.Elided == 0 && len(g.Stack) == 4:
					whole += g.Count
				case g.Elided == -1 && len(g.Stack) > 20:
					cut += g.Count
				}
			}
			return whole == n && cut == n
		})
		if !found {
			t.Fatalf("%d whole and %d cut stacks, want %d of each", whole, cut, n)
		}
	}
}

// down waits at the end of n calls.
func down(done chan int, n int) {
	if n > 0 {
		down(done, n-1)
		return
	}
	<-done
}

func TestLabels(t *testing.T) {
	set := []string{
		"plain", "abc", "quoted", `v "x"`, "accent", "é\u2028\U0001f600", "empty", "",
		"brace", "}]:, {", "control", "\x01\t\r\n\\\xff", "comma", "a, b: c", `"key":"`, "v",
	}
	done := make(chan int)
	defer close(done)
	pprof.Do(context.Background(), pprof.Labels(set...), func(context.Context) {
		go func() { <-done }()
	})
	var reader Reader
	found := false
	for r := range reader.Records(All) {
		if v, ok := r.Label("plain"); !ok || v != "abc" {
			continue
		}
		labels := maps.Clone(r.Goroutine().Labels)
		for i := 0; i < len(set); i += 2 {
			if got, ok := labels[set[i]]; !ok || got != set[i+1] {
				t.Errorf("label %q is %q, want %q", set[i], got, set[i+1])
			}
			delete(labels, set[i])
		}
		if len(labels) > 0 {
			t.Errorf("labels that nobody set: %q", labels)
		}
		if _, ok := r.Label("lain"); ok {
			t.Error("a part of a key is found as a key")
		}
		found = true
	}
	if !found {
		t.Error("the labelled goroutine was not found")
	}
}

func TestMark(t *testing.T) {
	mark, release, ended := make(chan Mark), make(chan int), make(chan int)
	go func() {
		m := SetMark(context.Background(), "live", "value")
		go func() {
			go func() { <-release; close(ended) }()
		}()
		pprof.SetGoroutineLabels(context.Background())
		mark <- m
	}()
	m := <-mark
	if m.Gone() {
		t.Error("the mark is gone while a goroutine bears it")
	}
	close(release)
	<-ended
	if !eventually(m.Gone) {
		t.Error("the mark is not gone though nobody bears it")
	}
}

func TestSelf(t *testing.T) {
	if id, bubble := Self(); id != dumptest.Self() || bubble != 0 {
		t.Errorf("goroutine %d of bubble %d, want %d of none", id, bubble, dumptest.Self())
	}
	pprof.Do(t.Context(), pprof.Labels("k", ", synctest bubble 9"), func(context.Context) {
		if id, bubble := Self(); id != dumptest.Self() || bubble != 0 {
			t.Errorf("with labels: goroutine %d of bubble %d", id, bubble)
		}
	})
	synctest.Test(t, func(*testing.T) {
		if _, bubble := Self(); bubble == 0 {
			t.Error("in a bubble: no bubble")
		}
	})
}

func TestCreated(t *testing.T) {
	before := Created()
	done := make(chan int)
	go close(done)
	<-done
	if Created() <= before {
		t.Errorf("%d goroutines were created so far, %d before one more", Created(), before)
	}
}

func TestNoProfile(t *testing.T) {
	for _, err := range new(Reader).Records("none") {
		if !errors.Is(err, ErrNoProfile) {
			t.Errorf("error %v", err)
		}
	}
	for range new(Reader).Records(All) {
		break // ends without an error or a panic
	}
}

func TestProof(t *testing.T) {
	if !CanProve() {
		if pprof.Lookup("goroutineleak") != nil {
			t.Error("there is a proof, and CanProve denies it")
		}
		return
	}
	go leak(make(chan int))
	var reader Reader
	if !eventually(func() bool {
		for r, err := range reader.Records(Leaks) {
			if err != nil {
				t.Fatal(err)
			}
			if g := r.Goroutine(); g.Leaked && g.Wait == unleak.WaitReceive && strings.HasSuffix(g.Entry().Func, "live.leak") {
				return true
			}
		}
		return false
	}) {
		t.Error("the leak was not found")
	}
}

func leak(c chan int) { <-c }

func TestGoroutines(t *testing.T) {
	goroutines, whole := Goroutines()
	found := false
	for g, err := range goroutines {
		if err != nil {
			t.Fatal(err)
		}
		found = found || g.ID == dumptest.Self()
	}
	if !whole || !found {
		t.Errorf("whole %v, itself found %v", whole, found)
	}
}

// FuzzSplitter: whatever a runtime writes, and however it cuts it, nothing panics and
// every record has goroutines and a stack.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("goroutine profile: total 3\n2 @ 0x1 0x2\n# labels: {\"k\":\"v\", \"l\":\"w\"}\n#\t0x2\tmain.f+0x1\t/x.go:1\n\n1 @ 0x3\n"), 7)
	f.Add([]byte("-1 @ 0x1\n99999999999999999999 @\n1 @ zzz\n# labels: {\"k\":"), 1)
	f.Fuzz(func(t *testing.T, text []byte, cut int) {
		var whole, parts []unleak.Goroutine
		split(text, len(text)+1, &whole)
		split(text, 1+max(cut, -cut)%8, &parts)
		if len(whole) != len(parts) {
			t.Fatalf("%d records at once, %d in parts", len(whole), len(parts))
		}
		for i := range whole {
			if whole[i].Count != parts[i].Count || whole[i].Count <= 0 || !maps.Equal(whole[i].Labels, parts[i].Labels) {
				t.Errorf("at once %+v, in parts %+v", whole[i], parts[i])
			}
		}
	})
}

func split(text []byte, size int, list *[]unleak.Goroutine) {
	s := &splitter{record: Record{reader: new(Reader)}, yield: func(r *Record, err error) bool {
		if err == nil {
			*list = append(*list, *r.Goroutine())
		}
		return true
	}}
	if size <= 0 {
		size = 1
	}
	for chunk := range slices.Chunk(text, size) {
		if _, err := s.Write(chunk); err != nil {
			return
		}
	}
	_ = s.end()
}

func eventually(done func() bool) bool {
	for range 400 {
		if done() {
			return true
		}
		runtime.Gosched()
		time.Sleep(5 * time.Millisecond)
	}
	return false
}

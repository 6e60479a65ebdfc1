// SPDX-License-Identifier: MIT

package dump_test

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

// TestCountedRuntime reads a profile of this process, in which each wait is known.
func TestCountedRuntime(t *testing.T) {
	started := dumptest.Start(t)
	eventually(t, func() bool {
		now := process(t)
		for _, g := range started {
			if now[g.ID] == nil || now[g.ID].Wait != g.Wait {
				return false
			}
		}
		return true
	})
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		t.Fatal(err)
	}
	all, errs := read(bytes.NewReader(b.Bytes()))
	if len(errs) > 0 {
		t.Error(errs)
	}
	found, total := make(map[unleak.Key]int), 0
	for _, g := range all {
		found[g.Key()] += g.Count
		total += g.Count
		if g.ID != 0 || g.Leaked {
			t.Errorf("got %+v", g)
		}
	}
	for _, g := range started {
		got := process(t)[g.ID]
		if found[got.Key()] == 0 {
			t.Errorf("no goroutine has the key %+v", got.Key())
		}
	}
	if want := fmt.Sprintf("goroutine profile: total %d\n", total); !strings.HasPrefix(b.String(), want) {
		t.Errorf("%d goroutines, want %.40q", total, b.String())
	}
}

// TestCountedTruncation cuts profiles at every byte: what is read must be in the
// whole, and what is not must be said. A wait may need the whole to be known.
func TestCountedTruncation(t *testing.T) {
	for _, name := range []string{"counted", "counted120"} {
		text, err := os.ReadFile("testdata/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		whole, errs := read(bytes.NewReader(text))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		for n := range len(text) - 1 {
			got, errs := read(bytes.NewReader(text[:n]))
			for i, g := range got {
				want := *whole[i]
				want.Wait = g.Wait
				if g.Wait != "" && g.Wait != whole[i].Wait && g.Wait+" (nil chan)" != whole[i].Wait || !reflect.DeepEqual(g, &want) {
					t.Fatalf("cut at byte %d, %q, it reads\n%+v and not\n%+v", n, text[max(n-80, 0):n], g, whole[i])
				}
			}
			if n > len("goroutine profile: total 24") && len(got) < len(whole) && len(errs) == 0 {
				t.Fatalf("cut at byte %d, %q, it reads without an error", n, text[max(n-80, 0):n])
			}
			for _, err := range errs {
				if !isTruncated(err) {
					t.Fatalf("cut at byte %d: %v", n, err)
				}
			}
		}
	}
}

// TestCountedMany reads more records than are held back.
func TestCountedMany(t *testing.T) {
	const records = 50_000
	var b bytes.Buffer
	fmt.Fprintf(&b, "goroutine profile: total %d\n", 3*records)
	for i := range records {
		fmt.Fprintf(&b, "3 @ 0x48460e 0x41818e 0x417cb2 %#x 0x51a465 0x48b501\n#\t%#x\tmain.f%d+0x1\t/src/x.go:%d\n#\t0x51a464\tmain.g+0x24\t/src/x.go:16\n\n", 0x600000+i, 0x600000+i-1, i, i)
	}
	n := 0
	for g, err := range dump.Read(&b, dump.Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		if g.Wait != unleak.WaitReceive || g.Stack[0].Line != n || g.Elided != 0 || g.Count != 3 {
			t.Fatalf("record %d: %+v", n, g)
		}
		n++
	}
	if n != records {
		t.Errorf("%d records, want %d", n, records)
	}
}

// TestCountedWaits has profiles in which little tells the waits.
func TestCountedWaits(t *testing.T) {
	const (
		send    = "@ 0x48460e 0x41719c 0x416d97 %s 0x48b501"
		sendNil = "@ 0x48460e 0x416eac 0x416d97 %s 0x48b501"
		receive = "@ 0x48460e 0x41818e 0x417cb2 %s 0x48b501"
		choose  = "@ 0x48460e 0x463f65 %s 0x48b501"
		block   = "@ 0x48460e 0x4634a6 %s 0x48b501"
		preempt = "@ 0x44f314 0x48c62b %s 0x48b501"
		arm     = "@ 0x8f6f4 0x21b84 0x21798 %s 0x93a04"
		armRecv = "@ 0x8f6f4 0x22a40 0x22594 %s 0x93a04"
	)
	for _, test := range []struct {
		name string
		// Of each record, how many goroutines, the addresses, and the wait.
		records []string
		numbers []int
		waits   []unleak.Wait
		outer   string
	}{
		{name: "sends only", records: []string{send}, numbers: []int{100}, waits: []unleak.Wait{"chan send"}},
		{name: "nil sends only", records: []string{sendNil}, numbers: []int{100}, waits: []unleak.Wait{"chan send (nil chan)"}},
		{name: "receives only", records: []string{receive}, numbers: []int{100}, waits: []unleak.Wait{"chan receive"}},
		{name: "one receive", records: []string{receive}, numbers: []int{1}, waits: []unleak.Wait{""}},
		{name: "both", records: []string{send, receive}, numbers: []int{1, 1}, waits: []unleak.Wait{"chan send", "chan receive"}},
		{name: "on arm64", records: []string{arm, arm}, numbers: []int{10, 3}, waits: []unleak.Wait{"chan send", "chan send"}},
		{name: "or on ppc64", records: []string{armRecv}, numbers: []int{10}, waits: []unleak.Wait{""}},
		{name: "both on arm64", records: []string{arm, armRecv}, numbers: []int{1, 1}, waits: []unleak.Wait{"chan send", "chan receive"}},
		{name: "select", records: []string{receive, choose}, numbers: []int{1, 5}, waits: []unleak.Wait{"chan receive", "select"}},
		{name: "main's select", records: []string{receive, block}, numbers: []int{1, 1}, waits: []unleak.Wait{"chan receive", ""}, outer: "main.main"},
		{name: "both selects", records: []string{choose, block}, numbers: []int{1, 5}, waits: []unleak.Wait{"select", "select (no cases)"}},
		{name: "busy", records: []string{send, receive, preempt}, numbers: []int{1, 1, 9}, waits: []unleak.Wait{"chan send", "chan receive", "running"}},
		{name: "only busy", records: []string{preempt}, numbers: []int{9}, waits: []unleak.Wait{""}},
	} {
		var b strings.Builder
		total := 0
		for i, r := range test.records {
			outer := test.outer
			if outer == "" {
				outer = "main.work"
			}
			total += test.numbers[i]
			fmt.Fprintf(&b, "%d "+r+"\n#\t%#x\t%s+0x2\t/src/x.go:1\n\n", test.numbers[i], fmt.Sprintf("%#x", 0x500000+4*i), 0x500000+4*i-1, outer)
		}
		got, errs := read(strings.NewReader(fmt.Sprintf("goroutine profile: total %d\n%s", total, b.String())))
		if len(errs) > 0 || len(got) != len(test.waits) {
			t.Errorf("%s: %d records, errors %v", test.name, len(got), errs)
			continue
		}
		for i, want := range test.waits {
			if got[i].Wait != want {
				t.Errorf("%s: wait %d is %q, want %q", test.name, i, got[i].Wait, want)
			}
		}
	}
}

// FuzzCounted looks for panics, and for goroutines that are not counted.
func FuzzCounted(f *testing.F) {
	for _, name := range texts(f) {
		if text, err := os.ReadFile(name); err != nil {
			f.Fatal(err)
		} else if strings.Contains(name, "counted") {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		text = append([]byte("goroutine profile: total 9\n"), text...)
		got, errs := read(bytes.NewReader(text))
		total := 0
		for _, g := range got {
			total += g.Count
			if g.Count < 1 || len(g.Stack) > 0 && (g.Stack[0].Func == "" || g.Key().Entry == "") {
				t.Errorf("got %+v", g)
			}
		}
		if n := bytes.Count(text, []byte("goroutine")); n == 1 && len(errs) == 0 && total > 9 {
			t.Errorf("%d goroutines of 9, and no error", total)
		}
	})
}

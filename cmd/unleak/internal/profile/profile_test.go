// SPDX-License-Identifier: MIT

package profile_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	runtimepprof "runtime/pprof"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	pprof "github.com/google/pprof/profile"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/profile"
	"github.com/unleak/unleak/internal/dump"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

// A sighting is a goroutine as both a dump and a profile tell it.
type sighting struct {
	key    unleak.Key
	wait   unleak.Wait
	stack  string
	labels string
}

// TestSameAsDump reads this process, with a goroutine in every wait, from both
// forms of a profile and from a traceback.
func TestSameAsDump(t *testing.T) {
	t.Setenv("GODEBUG", "tracebacklabels=1")
	started := dumptest.Start(t)
	runtimepprof.Do(t.Context(), runtimepprof.Labels("k", "v 1", "plain", "abc"), func(context.Context) {
		started = append(started, dumptest.Start(t)...)
	})
	for try := 0; ; try++ {
		if settled(t, started) {
			break
		}
		if try == 1000 {
			t.Fatal("the goroutines did not reach their waits")
		}
		time.Sleep(10 * time.Millisecond)
	}
	fromDump := fromDump(t)
	for form, read := range map[string]func(*testing.T) []*unleak.Goroutine{"protobuf": fromProtobuf, "text": fromText} {
		fromProfile := sightings(read(t))
		for s, n := range fromDump {
			if fromProfile[s] != n {
				t.Errorf("the dump has %d of %+v, the profile, as %s, %d", n, s, form, fromProfile[s])
			}
		}
		for s, n := range fromProfile {
			if fromDump[s] == 0 {
				t.Errorf("only the profile, as %s, has %d of %+v", form, n, s)
			}
		}
	}
}

// fromDump takes a traceback. Like sightings, it leaves out the goroutine that does
// so, which is in different functions each time.
func fromDump(t *testing.T) map[sighting]int {
	count := make(map[sighting]int)
	for _, g := range tracebacks(t) {
		if g.ID != dumptest.Self() {
			count[sightingOf(g)] += g.Count
		}
	}
	return count
}

func sightings(all []*unleak.Goroutine) map[sighting]int {
	count := make(map[sighting]int)
	for _, g := range all {
		if g.Wait != unleak.WaitRunning || g.Entry().Func != "testing.tRunner" {
			count[sightingOf(g)] += g.Count
		}
	}
	return count
}

func fromProtobuf(t *testing.T) []*unleak.Goroutine {
	all, err := profile.Read(take(t, 0), profile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func fromText(t *testing.T) (all []*unleak.Goroutine) {
	for g, err := range dump.Read(take(t, 1), dump.Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		kept := *g
		all = append(all, &kept)
	}
	return all
}

func take(t *testing.T, debug int) *bytes.Buffer {
	var b bytes.Buffer
	if err := runtimepprof.Lookup("goroutine").WriteTo(&b, debug); err != nil {
		t.Fatal(err)
	}
	return &b
}

// sightingOf leaves out the stack where the two may differ: tracebacks elide,
// and what runs is not still.
func sightingOf(g *unleak.Goroutine) sighting {
	s := sighting{key: g.Key(), wait: g.Wait, labels: fmt.Sprint(g.Labels)}
	if g.Wait != unleak.WaitRunning && len(g.Stack) < 100 {
		s.stack = fmt.Sprint(g.Stack)
	}
	return s
}

func settled(t *testing.T, started []dumptest.Goroutine) bool {
	now := tracebacks(t)
	return !slices.ContainsFunc(started, func(g dumptest.Goroutine) bool {
		return now[g.ID] == nil || now[g.ID].Wait != g.Wait
	})
}

func tracebacks(t *testing.T) map[uint64]*unleak.Goroutine {
	buf := make([]byte, 4<<20)
	all := make(map[uint64]*unleak.Goroutine)
	for g, err := range dump.Read(bytes.NewReader(buf[:runtime.Stack(buf, true)]), dump.Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		kept := *g
		all[g.ID] = &kept
	}
	return all
}

// TestDeep has a stack that the runtime cuts in profiles.
func TestDeep(t *testing.T) {
	done := make(chan int)
	defer close(done)
	ready := make(chan bool)
	go dive(200, func() { ready <- true; <-done })
	<-ready
	for _, g := range append(fromProtobuf(t), fromText(t)...) {
		if deep := len(g.Stack) > 100 && strings.HasSuffix(g.Entry().Func, ".dive"); deep != (g.Elided < 0) && len(g.Stack) > 115 {
			t.Errorf("%d frames from %s: Elided is %d", len(g.Stack), g.Entry().Func, g.Elided)
		}
	}
}

//go:noinline
func dive(n int, f func()) {
	if n == 0 {
		f()
		return
	}
	dive(n-1, f)
}

func TestLeaked(t *testing.T) {
	p := handmade("goroutineleak")
	all, err := profile.Read(pack(t, p), profile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Fatalf("got %d goroutines, want the one with a stack", len(all))
	}
	g := all[0]
	if !g.Leaked || g.Count != 3 || g.Wait != unleak.WaitSend || g.Labels["test"] != "TestX" ||
		g.Blocked().Func != "m.Send[...].func1" || len(g.Stack) != 1 {
		t.Errorf("got %+v", g)
	}
}

// handmade is a profile with one goroutine of stack and one without.
func handmade(kind string) *pprof.Profile {
	p := &pprof.Profile{SampleType: []*pprof.ValueType{{Type: kind, Unit: "count"}}}
	for i, name := range []string{"runtime.gopark", "runtime.chansend", "runtime.chansend1", "m.Send[go.shape.[]int].func1"} {
		f := &pprof.Function{ID: uint64(i + 1), Name: name, Filename: "x.go"}
		p.Function = append(p.Function, f)
		p.Location = append(p.Location, &pprof.Location{ID: uint64(i + 1), Line: []pprof.Line{{Function: f, Line: 7}}})
	}
	p.Sample = []*pprof.Sample{
		{Value: []int64{3}, Location: p.Location, Label: map[string][]string{"test": {"TestX"}}},
		{Value: []int64{1}},
	}
	return p
}

func pack(t testing.TB, p *pprof.Profile) *bytes.Buffer {
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestErrors(t *testing.T) {
	broken := errors.New("broken")
	for _, test := range []struct {
		name   string
		input  io.Reader
		max    int64
		target any
	}{
		{"text", strings.NewReader("goroutine profile: total 3\n"), 0, new(*profile.FormatError)},
		{"empty", strings.NewReader(""), 0, new(*profile.FormatError)},
		{"gzip's head", strings.NewReader("\x1f\x8b"), 0, new(*profile.FormatError)},
		{"heap", pack(t, handmade("inuse_space")), 0, new(*profile.KindError)},
		{"large", pack(t, handmade("goroutine")), 10, new(*profile.LimitError)},
		{"empty samples", bytes.NewReader(bytes.Repeat([]byte{2<<3 | 2, 0}, 1<<16)), 1 << 17, new(*profile.LimitError)},
		{"one deep sample", bytes.NewReader(deep(1 << 16)), 1 << 17, new(*profile.LimitError)},
		{"bomb", zeros(t, 1<<20), 1 << 16, new(*profile.LimitError)},
	} {
		_, err := profile.Read(test.input, profile.Options{MaxBytes: test.max})
		if !errors.As(err, test.target) {
			t.Errorf("%s: error is %v, want %T", test.name, err, test.target)
		}
	}
	if _, err := profile.Read(iotest.ErrReader(broken), profile.Options{}); !errors.Is(err, broken) {
		t.Errorf("error is %v, want %v", err, broken)
	}
}

// deep returns a sample with n locations, and no more.
func deep(n int) []byte {
	locations := append(binary.AppendUvarint([]byte{1<<3 | 2}, uint64(n)), bytes.Repeat([]byte{1}, n)...)
	return append(binary.AppendUvarint([]byte{2<<3 | 2}, uint64(len(locations))), locations...)
}

// TestMemory: what is refused takes little memory, however much it would be read to.
func TestMemory(t *testing.T) {
	const most = 1 << 20
	for _, entry := range [][]byte{{1<<3 | 2, 0}, {2<<3 | 2, 0}, {3<<3 | 2, 0}, {4<<3 | 2, 0}, {5<<3 | 2, 0}, {6<<3 | 2, 0}, {13 << 3, 1},
		{2<<3 | 2, 2, 3<<3 | 2, 0}, {4<<3 | 2, 2, 4<<3 | 2, 0}, {2<<3 | 2, 3, 1<<3 | 2, 1, 1}} {
		data := bytes.Repeat(entry, most/len(entry))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := profile.Parse(bytes.NewReader(data), profile.Options{MaxBytes: most})
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("% x: read", entry)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 64*most {
			t.Errorf("% x: %d bytes allocated for %d: %v", entry, got, most, err)
		}
	}
}

// zeros packs n zero bytes.
func zeros(t *testing.T, n int) io.Reader {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(make([]byte, n)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

func FuzzRead(f *testing.F) {
	packed := pack(f, handmade("goroutine")).Bytes()
	zr, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		f.Fatal(err)
	}
	plain, err := io.ReadAll(zr)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add(plain)
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := profile.Read(bytes.NewReader(data), profile.Options{MaxBytes: 1 << 20})
		if err != nil {
			return
		}
		for _, g := range all {
			if g.Count < 1 || len(g.Stack) == 0 || g.Key().Entry == "" {
				t.Errorf("got %+v", g)
			}
		}
	})
}

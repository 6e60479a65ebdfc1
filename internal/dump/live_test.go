// SPDX-License-Identifier: MIT

package dump_test

import (
	"bytes"
	"context"
	"maps"
	"runtime"
	"runtime/pprof"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

// here is this package as function names begin.
const here = "github.com/unleak/unleak/internal/dump_test."

// TestRuntime compares what is read of this process with what is known of it.
func TestRuntime(t *testing.T) {
	started := dumptest.Start(t)
	var now map[uint64]*unleak.Goroutine
	eventually(t, func() bool {
		now = process(t)
		return !slices.ContainsFunc(started, func(g dumptest.Goroutine) bool {
			return now[g.ID] == nil || now[g.ID].Wait != g.Wait
		})
	})
	for _, want := range started {
		got := now[want.ID]
		if got == nil {
			t.Errorf("goroutine %d, %s of %s: not found", want.ID, want.Wait, want.Entry())
			continue
		}
		want.Labels = got.Labels // there are some where the tests run under unleak test
		if wrong := want.Differences(got); len(wrong) > 0 {
			t.Errorf("%s: wrong %v: got\n%+v, want\n%+v", want.Entry(), wrong, got, want)
		}
	}
}

// TestRuntimeLabels reads labels that only quoting tells from the text around.
func TestRuntimeLabels(t *testing.T) {
	t.Setenv("GODEBUG", "tracebacklabels=1") // the runtime follows the variable
	set := []string{
		"plain", "abc", "quoted", `v "x"`, "header", `[chan receive]:` + "\n", "accent", "é\u2028\U0001f600",
		"empty", "", "brace", "}]:, {", "control", "\x01\t\r\\", "comma", "a, b: c",
	}
	id, done := make(chan uint64), make(chan int)
	defer close(done)
	pprof.Do(t.Context(), pprof.Labels(set...), func(context.Context) {
		go func() { id <- dumptest.Self(); <-done }()
	})
	g := process(t)[<-id]
	for i := 0; i < len(set); i += 2 {
		if got, ok := g.Labels[set[i]]; !ok || got != set[i+1] {
			t.Errorf("label %s is %q, want %q", set[i], got, set[i+1])
		}
	}
	others := maps.Clone(g.Labels)
	delete(others, "unleak") // there where the tests run under unleak test
	if len(others) != len(set)/2 {
		t.Errorf("labels are %q", g.Labels)
	}
}

func TestRuntimeBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := make(chan int)
		defer close(c)
		id := make(chan uint64, 1)
		go func() { id <- dumptest.Self(); <-c }()
		synctest.Wait()
		if g := process(t)[<-id]; g.Wait != unleak.WaitReceive || g.Bubble == 0 {
			t.Errorf("got %+v", g)
		}
	})
}

func TestRuntimeSelf(t *testing.T) {
	buf := make([]byte, 1<<16)
	for g, err := range dump.Read(bytes.NewReader(buf[:runtime.Stack(buf, false)]), dump.Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		if g.Wait != unleak.WaitRunning || g.Blocked().Func != here+"TestRuntimeSelf" || g.Entry().Func != "testing.tRunner" {
			t.Errorf("got %+v", g)
		}
	}
}

// process reads all goroutines of this process.
func process(t *testing.T) map[uint64]*unleak.Goroutine {
	t.Helper()
	buf := make([]byte, 4<<20)
	buf = buf[:runtime.Stack(buf, true)]
	all := make(map[uint64]*unleak.Goroutine)
	for g, err := range dump.Read(bytes.NewReader(buf), dump.Options{}) {
		if err != nil {
			t.Fatalf("%v in\n%s", err, buf)
		}
		kept := *g
		all[g.ID] = &kept
	}
	if headers := bytes.Count(buf, []byte("\ngoroutine ")) + 1; headers != len(all) {
		t.Errorf("read %d of %d goroutines", len(all), headers)
	}
	return all
}

// eventually waits for goroutines to reach their waits.
func eventually(t *testing.T, done func() bool) {
	t.Helper()
	for range 1000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the goroutines did not reach their waits")
}

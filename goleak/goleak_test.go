// SPDX-License-Identifier: MIT

package goleak_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleak/unleak/goleak"
)

const me = "github.com/unleak/unleak/goleak_test"

// A worker waits until it is let go.
type worker struct {
	done    chan bool
	running sync.WaitGroup
}

func (w *worker) wait() { <-w.done }

func (w *worker) run() {
	defer w.running.Done()
	w.wait()
}

func (w *worker) deep(n int) {
	if n > 0 {
		w.deep(n - 1)
		return
	}
	w.run()
}

func start(w *worker) {
	w.running.Add(1)
	go w.run()
}

// newWorker returns one that is let go when the test ends.
func newWorker(t testing.TB) *worker {
	w := &worker{done: make(chan bool)}
	t.Cleanup(func() {
		close(w.done)
		w.running.Wait()
	})
	return w
}

func TestFind(t *testing.T) {
	if err := goleak.Find(); err != nil {
		t.Errorf("nothing was started: %v", err)
	}
	w := newWorker(t)
	for range 3 {
		start(w)
	}
	err := goleak.Find()
	if err == nil {
		t.Fatal("three goroutines were not found")
	}
	// What suites match on, and what goleak's own text looks like.
	want := regexp.MustCompile(`^found unexpected goroutines:
\[Goroutine \d+ in state chan receive, with ` + regexp.QuoteMeta(me+".(*worker).wait") + ` on top of the stack:
` + regexp.QuoteMeta(me) + `\.\(\*worker\)\.wait\(\.\.\.\)
	\S+/goleak_test\.go:\d+
` + regexp.QuoteMeta(me) + `\.\(\*worker\)\.run\(\.\.\.\)
	\S+/goleak_test\.go:\d+
created by ` + regexp.QuoteMeta(me) + `\.start in goroutine \d+
	\S+/goleak_test\.go:\d+
and 2 more goroutines with the same stack and creator
\]
3 goroutines; "unleak test" says .*$`)
	if !want.MatchString(err.Error()) {
		t.Errorf("got\n%v\nwant a match of\n%s", err, want)
	}
}

func TestEndsInTime(t *testing.T) {
	go time.Sleep(50 * time.Millisecond)
	goleak.VerifyNone(t)
}

func TestIgnore(t *testing.T) {
	w := newWorker(t)
	start(w)
	for _, tt := range []struct {
		option  goleak.Option
		ignores bool
	}{
		{goleak.IgnoreTopFunction(me + ".(*worker).wait"), true},
		{goleak.IgnoreTopFunction(me + ".(*worker).run"), false},
		{goleak.IgnoreTopFunction(""), false},
		{goleak.IgnoreAnyFunction(me + ".(*worker).wait"), true},
		{goleak.IgnoreAnyFunction(me + ".(*worker).run"), true},
		{goleak.IgnoreAnyFunction(me + ".(*worker)"), false},
		{goleak.IgnoreAnyFunction(me + ".start"), false},
		{goleak.IgnoreCreatedBy(me + ".start"), true},
		{goleak.IgnoreCreatedBy(me + ".(*worker).run"), false},
		{goleak.IgnoreCurrent(), true},
		{goleak.RunOnFailure(), false},
	} {
		s := new(silent)
		goleak.VerifyNone(s, tt.option)
		if ignored := len(s.errors) == 0; ignored != tt.ignores {
			t.Errorf("ignored %v, want %v: %s", ignored, tt.ignores, s.errors)
		}
	}
}

// TestIgnoreCurrent: goroutines are told apart that do the same, in small and in large
// processes.
func TestIgnoreCurrent(t *testing.T) {
	for _, n := range []int{5, 3000} {
		old, young := newWorker(t), newWorker(t)
		for range n {
			start(old)
		}
		before := goleak.IgnoreCurrent()
		goleak.VerifyNone(t, before)
		both := goleak.IgnoreCurrent()
		for range 2 {
			start(young)
		}
		for _, options := range [][]goleak.Option{{before}, {both, before}} {
			err := goleak.Find(options...)
			if err == nil || !strings.Contains(err.Error(), "\n2 goroutines;") {
				t.Errorf("%d goroutines before: got %v, want 2", n, err)
			}
		}
		goleak.VerifyNone(t, before, goleak.IgnoreCurrent())
		old.done <- true // another one is there in its place
		old.done <- true
		if err := goleak.Find(before); (err == nil) != (n > 1000) {
			t.Errorf("two of %d goroutines have taken the place of others: got %v", n, err)
		}
	}
}

// TestParallel: what other tests have started that still run is theirs.
func TestParallel(t *testing.T) {
	started, checked, ended := make(chan bool), make(chan bool), make(chan bool)
	go func() { // not t.Parallel, which -parallel=1 would make wait for each other
		defer close(ended)
		t.Run("other", func(t *testing.T) {
			w := newWorker(t)
			start(w)
			go func() {
				start(w)
				w.wait()
			}()
			close(started)
			<-checked
		})
	}()
	t.Run("this", func(t *testing.T) {
		defer close(checked)
		<-started
		goleak.VerifyNone(t)
		w := newWorker(t)
		start(w)
		if err := goleak.Find(); err == nil || !strings.Contains(err.Error(), "\n1 goroutine;") {
			t.Errorf("got %v, want this test's goroutine alone", err)
		}
	})
	<-ended
}

// TestSubtest: what the tests around it have started counts.
func TestSubtest(t *testing.T) {
	w := newWorker(t)
	start(w)
	t.Run("sub", func(t *testing.T) {
		if err := goleak.Find(); err == nil {
			t.Error("a goroutine of the test around it was not found")
		}
	})
}

// TestConnection: connections that are kept alive are leaks here.
func TestConnection(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	transport := new(http.Transport)
	response, err := (&http.Client{Transport: transport}).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, response.Body) // so that the connection can be used again
	response.Body.Close()
	err = goleak.Find()
	if err == nil || !strings.Contains(err.Error(), "net/http.(*persistConn).readLoop") {
		t.Errorf("got %v, want the client's connection", err)
	}
	transport.CloseIdleConnections()
	server.Close()
	goleak.VerifyNone(t)
}

// TestDeep: a stack of more frames than a traceback shows.
func TestDeep(t *testing.T) {
	w := newWorker(t)
	w.running.Add(1)
	go w.deep(300)
	err := goleak.Find()
	if err == nil || !strings.Contains(err.Error(), "(*worker).deep(...)") || !strings.Contains(err.Error(), "frames elided") {
		t.Errorf("got %v, want a stack with a gap", err)
	}
	if err := goleak.Find(goleak.IgnoreAnyFunction(me + ".TestDeep.gowrap1")); err == nil {
		t.Error("a function is found that tracebacks do not show")
	}
	goleak.VerifyNone(t, goleak.IgnoreAnyFunction(me+".(*worker).deep"))
}

// TestLarge: an error has an end.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("starts 100,000 goroutines")
	}
	w := newWorker(t)
	for i := range 100_000 {
		w.running.Add(1)
		go w.deep(i % 10)
	}
	err := goleak.Find()
	if err == nil || len(err.Error()) > 64<<10 || !strings.Contains(err.Error(), "\n100,000 goroutines;") {
		t.Errorf("got %.1000v, want 100,000 goroutines in at most 64 KiB", err)
	}
}

func TestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if err := goleak.Find(); err == nil || !strings.Contains(err.Error(), "bubble") {
			t.Errorf("got %v, want an error that explains", err)
		}
	})
}

// silent is a TestingT and nothing more.
type silent struct{ errors []string }

func (s *silent) Error(args ...any) { s.errors = append(s.errors, fmt.Sprint(args...)) }

func TestCleanup(t *testing.T) {
	codes := []int{}
	s := new(silent)
	w := newWorker(t)
	start(w)
	goleak.VerifyNone(s, goleak.Cleanup(func(code int) { codes = append(codes, code) }))
	if len(s.errors) != 1 || len(codes) != 1 || codes[0] != 0 {
		t.Errorf("errors %q and codes %v, want one and 0", s.errors, codes)
	}
	for _, option := range []goleak.Option{goleak.Cleanup(func(int) { t.Error("called by Find") }), goleak.RunOnFailure()} {
		if err := goleak.Find(option); err == nil || strings.Contains(err.Error(), "unexpected goroutines") {
			t.Errorf("got %v, want an error about the option", err)
		}
	}
	goleak.VerifyNone(t, goleak.Cleanup(nil), goleak.IgnoreCurrent())
}

// A main is a TestingM that ends with a code and may leave a goroutine.
type main struct {
	code int
	left *worker
}

func (m main) Run() int {
	if m.left != nil {
		start(m.left)
	}
	return m.code
}

// TestVerifyTestMain runs in processes of its own.
func TestVerifyTestMain(t *testing.T) {
	const variable = "GOLEAK_TEST_CASE"
	w := newWorker(t)
	none := []goleak.Option{}
	cases := map[string]struct {
		main    main
		options []goleak.Option
		code    int
		want    string // on standard error; "" means nothing
	}{
		"clean":            {main{0, nil}, none, 0, ""},
		"left":             {main{0, w}, none, 1, "goleak: Errors on successful test run: found unexpected goroutines:\n["},
		"failed":           {main{7, w}, none, 7, ""},
		"failed, checked":  {main{7, w}, []goleak.Option{goleak.RunOnFailure()}, 7, "goleak: Errors on unsuccessful test run: found unexpected goroutines:\n["},
		"passed, checked":  {main{0, w}, []goleak.Option{goleak.RunOnFailure()}, 1, "goleak: Errors on successful test run: found unexpected goroutines:\n["},
		"ignored":          {main{0, w}, []goleak.Option{goleak.IgnoreTopFunction(me + ".(*worker).wait")}, 0, ""},
		"cleanup":          {main{0, w}, []goleak.Option{goleak.Cleanup(func(code int) { os.Exit(code + 10) })}, 11, "goleak: Errors on"},
		"cleanup, failed":  {main{3, w}, []goleak.Option{goleak.Cleanup(func(code int) { os.Exit(code + 10) })}, 13, ""},
		"cleanup, returns": {main{3, w}, []goleak.Option{goleak.Cleanup(func(int) {})}, 0, ""},
	}
	if c, ok := cases[os.Getenv(variable)]; ok {
		goleak.VerifyTestMain(c.main, c.options...)
		os.Exit(0)
	}
	for name, c := range cases {
		cmd := exec.Command(os.Args[0], "-test.run=^TestVerifyTestMain$")
		cmd.Env = append(os.Environ(), variable+"="+name)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		err := cmd.Run()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.HasPrefix(stderr.String(), c.want) || c.want == "" && stderr.Len() > 0 {
			t.Errorf("%s: code %d, want %d and %q on standard error:\n%s", name, code, c.code, c.want, stderr.String())
		}
	}
}

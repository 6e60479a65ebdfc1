// SPDX-License-Identifier: MIT

package capture

import (
	"bytes"
	"context"
	"errors"
	"expvar"
	"flag"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"path/filepath"
	"reflect"
	"runtime"
	runtimepprof "runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unleak/unleak/cmd/unleak/internal/profile"
)

// newClient returns a client that the test's end closes.
func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// parse is Parse of what must be a target.
func parse(t *testing.T, arg string) Target {
	t.Helper()
	target, err := Parse(arg)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// serve starts a server and returns its address.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// debugMux is what http.DefaultServeMux is to a program that imports
// net/http/pprof and expvar.
func debugMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.Handle("GET /debug/vars", expvar.Handler())
	return mux
}

// counting counts requests by their URL.
type counting struct {
	http.Handler
	mu   sync.Mutex
	seen []string
}

func (c *counting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.seen = append(c.seen, r.URL.RequestURI())
	c.mu.Unlock()
	c.Handler.ServeHTTP(w, r)
}

// asked returns the requests since the last time.
func (c *counting) asked() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := strings.Join(c.seen, " ")
	c.seen = nil
	return s
}

// content returns what a capture holds.
func content(t *testing.T, b *Body, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	data, err := io.ReadAll(b)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// wantError returns err as a T, whose text must hold all the words.
func wantError[T error](t *testing.T, err error, words ...string) T {
	t.Helper()
	var e T
	if !errors.As(err, &e) {
		t.Fatalf("error %v (%T), want a %T", err, err, e)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("error %q tells the secret", err)
	}
	return e
}

func TestGoroutines(t *testing.T) {
	h := &counting{Handler: debugMux()}
	base := serve(t, h)
	c := newClient(t, Options{})
	for _, arg := range []string{base, base + "/debug/pprof", strings.TrimPrefix(base, "http://") + "/debug/pprof/"} {
		before := time.Now()
		b, err := c.Goroutines(t.Context(), parse(t, arg))
		data := content(t, b, err)
		all, err := profile.Read(bytes.NewReader(data), profile.Options{})
		if err != nil || len(all) == 0 {
			t.Errorf("%s: %d goroutines, %v", arg, len(all), err)
		}
		if asked := h.asked(); asked != "/debug/pprof/goroutine" {
			t.Errorf("%s: asked %s", arg, asked)
		}
		if b.URL != base+"/debug/pprof/goroutine" || b.Delta || b.At.Before(before) || b.ContentType != "application/octet-stream" {
			t.Errorf("%s: %s delta %v at %v, %s", arg, b.URL, b.Delta, b.At, b.ContentType)
		}
	}
	b, err := c.Goroutines(t.Context(), parse(t, base+"/debug/pprof/goroutine?debug=1"))
	if data := content(t, b, err); !bytes.HasPrefix(data, []byte("goroutine profile: total ")) {
		t.Errorf("debug=1 gives %.40q", data)
	}
}

func TestRefused(t *testing.T) {
	h := &counting{Handler: debugMux()}
	base := serve(t, h)
	c := newClient(t, Options{})
	for _, query := range []string{"goroutine?debug=2", "goroutine?debug=3", "goroutine?x=1&debug=%32"} {
		_, err := c.Goroutines(t.Context(), parse(t, base+"/debug/pprof/"+query))
		if e := wantError[*RefusedError](t, err, "Give -full", "stops the whole process"); e.Flag != "-full" {
			t.Errorf("%s: flag %s", query, e.Flag)
		}
	}
	_, err := c.Full(t.Context(), parse(t, base))
	wantError[*RefusedError](t, err, "Give -full")
	_, err = c.Leaks(t.Context(), parse(t, base))
	wantError[*RefusedError](t, err, "Give -leak", "bad g->status in ready", "garbage collection")
	_, err = c.Goroutines(t.Context(), parse(t, base+"/debug/pprof/goroutineleak"))
	wantError[*RefusedError](t, err, "Give -leak")
	_, err = newClient(t, Options{Full: true}).Goroutines(t.Context(), parse(t, base+"/debug/pprof/goroutineleak?debug=2"))
	wantError[*RefusedError](t, err, "Give -leak")
	if asked := h.asked(); asked != "" {
		t.Errorf("asked %s all the same", asked)
	}
}

func TestFull(t *testing.T) {
	h := &counting{Handler: debugMux()}
	base := serve(t, h)
	var told []string
	c := newClient(t, Options{Full: true, Progress: func(s string) { told = append(told, s) }})
	b, err := c.Full(t.Context(), parse(t, base))
	if data := content(t, b, err); !bytes.HasPrefix(data, []byte("goroutine ")) || !bytes.Contains(data, []byte("\ncreated by ")) {
		t.Errorf("no traceback: %.80q", data)
	}
	const counted = "/debug/pprof/goroutine /debug/pprof/goroutine?debug=2"
	if asked := h.asked(); asked != counted {
		t.Errorf("asked %s, want %s", asked, counted)
	}
	if len(told) != 1 || !strings.Contains(told[0], "stops the whole process once, for about ") {
		t.Errorf("told %q", told)
	}
	b, err = c.Goroutines(t.Context(), parse(t, base+"/debug/pprof/goroutine?debug=2"))
	content(t, b, err)
	if asked := h.asked(); asked != counted {
		t.Errorf("a URL with debug=2 asked %s, want %s", asked, counted)
	}
}

// park starts n goroutines that wait until the test ends.
func park(t *testing.T, n int) {
	var parked sync.WaitGroup
	end := make(chan struct{})
	for range n {
		parked.Go(func() { <-end })
	}
	t.Cleanup(func() {
		close(end)
		parked.Wait()
	})
}

func TestFullLimit(t *testing.T) {
	h := &counting{Handler: debugMux()}
	base := serve(t, h)
	park(t, FullLimit)
	_, err := newClient(t, Options{Full: true}).Full(t.Context(), parse(t, base))
	wantError[*RefusedError](t, err, "Give -force", "a traceback of 5", "for about ")
	if asked := h.asked(); asked != "/debug/pprof/goroutine" {
		t.Errorf("asked %s", asked)
	}
	b, err := newClient(t, Options{Full: true, Force: true}).Full(t.Context(), parse(t, base))
	if n := bytes.Count(content(t, b, err), []byte("\n\ngoroutine ")); n < FullLimit {
		t.Errorf("%d goroutines with -force, want %d and more", n, FullLimit)
	}
}

func TestFullUncounted(t *testing.T) {
	target := parse(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "goroutine 1 [running]:\n")
	}))+"/stacks")
	_, err := newClient(t, Options{Full: true}).Full(t.Context(), target)
	wantError[*RefusedError](t, err, "Give -force", "could not be counted")
	told := ""
	b, err := newClient(t, Options{Full: true, Force: true, Progress: func(s string) { told = s }}).Full(t.Context(), target)
	content(t, b, err)
	if !strings.Contains(told, "not known") {
		t.Errorf("told %q", told)
	}
}

func TestPause(t *testing.T) {
	for _, c := range []struct {
		p      pause
		passes int
		text   string
	}{
		{pause{1000, 4000}, 1, "a traceback of 1,000 goroutines with 4,000 frames stops the whole process once, for about 4ms each time"},
		{pause{10_000, 40_000}, 4, "a traceback of 10,000 goroutines with 40,000 frames stops the whole process up to 4 times, for about 44ms each time"},
		{pause{100_000, 1_500_000}, 7, "a traceback of 100,000 goroutines with 1,500,000 frames stops the whole process up to 7 times, for about 1.32s each time"},
		{pause{}, 1, "a traceback of 0 goroutines with 0 frames stops the whole process once, for about 0s each time"},
	} {
		if c.p.passes() != c.passes || c.p.String() != c.text {
			t.Errorf("%d passes, want %d: %s\nwant %s", c.p.passes(), c.passes, c.p, c.text)
		}
	}
}

func TestLeaks(t *testing.T) {
	h := &counting{Handler: debugMux()}
	base := serve(t, h)
	c := newClient(t, Options{Leak: true})
	b, err := c.Leaks(t.Context(), parse(t, base+"/debug/pprof/goroutine?debug=1"))
	if runtimepprof.Lookup("goroutineleak") == nil {
		wantError[*UnsupportedError](t, err, "Go 1.27", "GOEXPERIMENT=goroutineleakprofile")
		return
	}
	if _, err := profile.Read(bytes.NewReader(content(t, b, err)), profile.Options{}); err != nil {
		t.Error(err)
	}
	if asked := h.asked(); asked != "/debug/pprof/goroutineleak" {
		t.Errorf("asked %s", asked)
	}
}

// TestLeaksAbsent: an old runtime, and a mux on which profiles are registered one
// by one.
func TestLeaksAbsent(t *testing.T) {
	c := newClient(t, Options{Leak: true})
	old := http.NewServeMux()
	old.Handle("/debug/pprof/goroutineleak", pprof.Handler("no such profile"))
	_, err := c.Leaks(t.Context(), parse(t, serve(t, old)))
	if e := wantError[*UnsupportedError](t, err, LeakServed); strings.Contains(e.Why, "handler") {
		t.Errorf("blames the mux: %v", err)
	}
	single := http.NewServeMux()
	single.Handle("/debug/pprof/goroutine", pprof.Handler("goroutine"))
	_, err = c.Leaks(t.Context(), parse(t, serve(t, single)))
	wantError[*UnsupportedError](t, err, "no handler is registered", LeakServed)
	_, err = c.Leaks(t.Context(), parse(t, serve(t, single)+"/stacks"))
	wantError[*UnsupportedError](t, err, "give the address of /debug/pprof/")
}

func TestDelta(t *testing.T) {
	c := newClient(t, Options{})
	base := serve(t, debugMux())
	b, err := c.Delta(t.Context(), parse(t, base+"/debug/pprof/goroutine?debug=1"), 1)
	content(t, b, err)
	if !b.Delta || b.URL != base+"/debug/pprof/goroutine?seconds=1" {
		t.Errorf("%s, delta %v", b.URL, b.Delta)
	}
	ignores := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		runtimepprof.Lookup("goroutine").WriteTo(w, 0)
	}))
	_, err = c.Delta(t.Context(), parse(t, ignores), 1)
	wantError[*UnsupportedError](t, err, "ordinary profile")
	refuses := serve(t, pprof.Handler("goroutine")) // as before Go 1.16, of any profile
	_, err = c.Delta(t.Context(), parse(t, refuses), 0)
	wantError[*UnsupportedError](t, err, "must be a positive integer", "two captures")
}

func TestIndex(t *testing.T) {
	ix, err := newClient(t, Options{}).Index(t.Context(), parse(t, serve(t, debugMux())))
	if err != nil {
		t.Fatal(err)
	}
	if n := runtime.NumGoroutine(); ix["goroutine"] < 2 || ix["goroutine"] > 10*n {
		t.Errorf("%d goroutines in %v, of %d", ix["goroutine"], ix, n)
	}
	_, served := ix["goroutineleak"]
	if want := runtimepprof.Lookup("goroutineleak") != nil; served != want {
		t.Errorf("goroutineleak is served: %v, want %v", served, want)
	}
	for _, gone := range []string{"heap", "mutex", "threadcreate"} {
		if _, ok := ix[gone]; !ok {
			t.Errorf("%v lacks %s", ix, gone)
		}
	}
	_, err = newClient(t, Options{}).Index(t.Context(), parse(t, serve(t, page("<title>Shop</title>"))))
	wantError[*ContentError](t, err, `"Shop"`)
}

func TestMemory(t *testing.T) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	for _, without := range []string{"", "vars"} {
		base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if without != "" && strings.HasSuffix(r.URL.Path, without) {
				http.NotFound(w, r)
				return
			}
			debugMux().ServeHTTP(w, r)
		}))
		m, err := newClient(t, Options{}).Memory(t.Context(), parse(t, base))
		if err != nil {
			t.Fatal(err)
		}
		want := base + "/debug/vars"
		if without != "" {
			want = base + "/debug/pprof/heap?debug=1"
		}
		if m.URL != want {
			t.Errorf("read %s, want %s", m.URL, want)
		}
		if m.StackInuse == 0 || m.StackSys < m.StackInuse || m.HeapInuse == 0 || m.HeapAlloc == 0 || m.HeapAlloc > m.HeapInuse ||
			m.Sys < stats.Sys || m.Sys < m.HeapInuse+m.StackInuse || m.HeapReleased > m.Sys {
			t.Errorf("%+v of a process that had %d", m, stats.Sys)
		}
	}
	c := newClient(t, Options{})
	_, err := c.Memory(t.Context(), parse(t, serve(t, http.NotFoundHandler())))
	wantError[*StatusError](t, err, "/debug/vars", "/debug/pprof/heap")
	for _, h := range []http.Handler{plain("{}"), page("<html>")} {
		if _, err = c.Memory(t.Context(), parse(t, serve(t, h))); !errors.Is(err, errNoMemory) {
			t.Errorf("of something else: %v", err)
		}
	}
	_, err = c.Memory(t.Context(), parse(t, serve(t, debugMux())+"/stacks"))
	wantError[*UnsupportedError](t, err, "memory statistics")
}

func TestUnixSocket(t *testing.T) {
	var servers []string
	for _, name := range []string{"a.sock", "b.sock"} {
		socket := filepath.Join(t.TempDir(), name)
		l, err := net.Listen("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		mux := debugMux()
		mux.HandleFunc("/name", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, name+" "+r.Host) })
		s := &httptest.Server{Listener: l, Config: &http.Server{Handler: mux}}
		s.Start()
		t.Cleanup(s.Close)
		servers = append(servers, socket)
	}
	c := newClient(t, Options{})
	for _, socket := range servers {
		b, err := c.Goroutines(t.Context(), parse(t, "unix:"+socket))
		content(t, b, err)
		if want := "unix:" + socket + ":/debug/pprof/goroutine"; b.URL != want {
			t.Errorf("URL %s, want %s", b.URL, want)
		}
		b, err = c.Goroutines(t.Context(), parse(t, "unix:"+socket+":/name"))
		if got, want := string(content(t, b, err)), filepath.Base(socket)+" localhost"; got != want {
			t.Errorf("socket %s is %q, want %q", socket, got, want)
		}
	}
	_, err := c.Goroutines(t.Context(), parse(t, "unix:"+servers[0]+".none"))
	wantError[*ConnectError](t, err, "there is no socket")
}

func TestCancelled(t *testing.T) {
	started := make(chan struct{})
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-started
		cancel()
	}()
	_, err := newClient(t, Options{}).Goroutines(ctx, parse(t, base))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestFlags(t *testing.T) {
	var o Options
	fs := flag.NewFlagSet("unleak inspect", flag.ContinueOnError)
	o.Flags(fs)
	err := fs.Parse(strings.Fields("-leak -full -force -timeout=9s -header-file=h -user-file=u -token-file=t -cacert=ca -cert=c -key=k -server-name=s -insecure"))
	want := Options{Leak: true, Full: true, Force: true, Timeout: 9 * time.Second, HeaderFile: "h", UserFile: "u", TokenFile: "t",
		CACert: "ca", Cert: "c", Key: "k", ServerName: "s", Insecure: true}
	if err != nil || !reflect.DeepEqual(o, want) {
		t.Errorf("%+v, %v", o, err)
	}
	fs.VisitAll(func(f *flag.Flag) {
		if f.Usage == "" {
			t.Errorf("-%s is not explained", f.Name)
		}
	})
}

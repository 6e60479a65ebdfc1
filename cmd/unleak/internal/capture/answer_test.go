// SPDX-License-Identifier: MIT

package capture

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

// page answers with HTML, plain with text.
func page(text string) http.Handler { return answer("text/html", text) }

func plain(text string) http.Handler { return answer("text/plain", text) }

func answer(kind, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		io.WriteString(w, text)
	})
}

// status answers with a code and a text.
func status(code int, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(code)
		io.WriteString(w, text)
	})
}

func TestContent(t *testing.T) {
	c := newClient(t, Options{})
	for _, x := range []struct {
		name  string
		h     http.Handler
		words []string
	}{
		{"page", page("<!DOCTYPE html><html><head><title>\n Sign\tin &amp; go \x1b[31m</title>"), []string{`titled "Sign in & go [31m"`, "login"}},
		{"page after space", plain("\xef\xbb\xbf\r\n  <HTML><TITLE>x</TITLE>"), []string{`titled "x"`}},
		{"page without title", page("<html>" + strings.Repeat("x", 1<<20)), []string{"answered with a page,"}},
		{"XML", plain(`<?xml version="1.0"?><Error>`), []string{"answered with a page"}},
		{"empty", plain(""), []string{"answered with nothing"}},
	} {
		_, err := c.Goroutines(t.Context(), parse(t, serve(t, x.h)))
		wantError[*ContentError](t, err, x.words...)
	}
	elsewhere := http.NewServeMux()
	elsewhere.HandleFunc("/admin/pprof/", pprof.Index) // serves the list whatever is asked
	_, err := c.Goroutines(t.Context(), parse(t, serve(t, elsewhere)+"/admin/pprof/"))
	wantError[*ContentError](t, err, "list of profiles", "http.StripPrefix")
}

// TestOpening: what begins like a page, comes in small pieces or is short is
// handed on as it is.
func TestOpening(t *testing.T) {
	c := newClient(t, Options{})
	for _, text := range []string{"<", "<14>Jan 1 app: goroutine 1 [running]:\n", "\n\n", "\n", "g", strings.Repeat(" ", 4096) + "goroutine 1"} {
		base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, b := range []byte(text) {
				w.Write([]byte{b})
				w.(http.Flusher).Flush()
			}
		}))
		b, err := c.Goroutines(t.Context(), parse(t, base))
		if got := string(content(t, b, err)); got != text {
			t.Errorf("%q comes as %q", text, got)
		}
	}
}

func TestStatus(t *testing.T) {
	c := newClient(t, Options{})
	for _, x := range []struct {
		code  int
		text  string
		words []string
	}{
		{401, "", []string{"401 Unauthorized", "-user-file", "-token-file", "-header-file"}},
		{403, "go away\nnow", []string{"403 Forbidden (go away)", "-user-file"}},
		{404, "404 page not found\n", []string{"not registered at this path", "http.DefaultServeMux"}},
		{407, "", []string{"HTTP_PROXY"}},
		{500, "\x1b[2Jpanic: boom", []string{"500 Internal Server Error ( [2Jpanic: boom)"}},
		{502, "<html><title>nginx</title>", []string{"502 Bad Gateway (nginx)", "port-forward"}},
		{503, strings.Repeat("x", 1000), []string{strings.Repeat("x", 160) + "…)"}},
		{418, "", []string{"want 200"}},
	} {
		_, err := c.Goroutines(t.Context(), parse(t, serve(t, status(x.code, x.text))))
		if e := wantError[*StatusError](t, err, x.words...); e.Code != x.code {
			t.Errorf("code %d, want %d", e.Code, x.code)
		}
	}
	_, err := c.Goroutines(t.Context(), parse(t, strings.Replace(serve(t, status(401, "")), "//", "//me:secret@", 1)))
	wantError[*StatusError](t, err, "does not accept these credentials")
}

// TestNotFound: the error lists what the index lists.
func TestNotFound(t *testing.T) {
	base := serve(t, debugMux())
	c := newClient(t, Options{})
	for _, path := range []string{"/stacks", "/debug/pprof/gorutine"} {
		_, err := c.Goroutines(t.Context(), parse(t, base+path))
		wantError[*StatusError](t, err, base+"/debug/pprof/ lists allocs, ", "goroutine, ")
	}
}

func TestRedirect(t *testing.T) {
	other := &counting{Handler: debugMux()}
	elsewhere := serve(t, other)
	mux := debugMux()
	to := func(path, where string) { mux.Handle(path, http.RedirectHandler(where, http.StatusFound)) }
	to("/other", "http://me:secret@"+strings.TrimPrefix(elsewhere, "http://")+"/debug/pprof/goroutine?token=secret")
	to("/loop", "/loop")
	to("/full", "/debug/pprof/goroutine?debug=2")
	to("/leak", "/debug/pprof/goroutineleak")
	for n := range 7 {
		to("/"+strconv.Itoa(n+1), "/"+strconv.Itoa(n))
	}
	to("/0", "/debug/pprof/goroutine")
	base := serve(t, mux)
	c := newClient(t, Options{})
	for path, word := range map[string]string{
		"/other": elsewhere + "/debug/pprof/goroutine", "/loop": "redirect number 6",
		"/full": "costs", "/leak": "costs", "/5": "redirect number 6",
	} {
		_, err := c.Goroutines(t.Context(), parse(t, base+path))
		wantError[*RedirectError](t, err, word)
	}
	b, err := c.Goroutines(t.Context(), parse(t, base+"/4"))
	content(t, b, err)
	if asked := other.asked(); asked != "" {
		t.Errorf("the other host was asked %s", asked)
	}
}

func TestSameHost(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"http://a/x", "http://A/y", true},
		{"http://a", "http://a:80/", true},
		{"http://a:6060", "http://a:6061", false},
		{"http://a", "https://a", true},
		{"http://a:6060", "https://a", false},
		{"https://a", "http://a", false},
		{"https://a", "https://a:443", true},
		{"http://a", "http://a.b", false},
		{"http://" + socketHost("/a"), "http://" + socketHost("/b"), false},
	} {
		from, _ := url.Parse(c.from)
		to, _ := url.Parse(c.to)
		if got := sameHost(from, to); got != c.want {
			t.Errorf("%s -> %s: %v", c.from, c.to, got)
		}
	}
}

func TestSize(t *testing.T) {
	endless := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		chunk := bytes.Repeat([]byte("goroutine 1 [running]:\n"), 1000)
		if r.URL.Path == "/binary" {
			chunk = bytes.Repeat([]byte{0x1f, 0x8b, 0}, 1000)
		}
		for {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	c := newClient(t, Options{MaxText: 3 << 20, MaxProfile: 1 << 20})
	for path, limit := range map[string]int64{"/text": 3 << 20, "/binary": 1 << 20} {
		b, err := c.Goroutines(t.Context(), parse(t, endless+path))
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		n, err := io.Copy(io.Discard, b)
		if e := wantError[*SizeError](t, err, "curl"); n != limit || e.MaxBytes != limit {
			t.Errorf("%s: %d bytes, limit %d, want %d", path, n, e.MaxBytes, limit)
		}
		if _, again := b.Read(make([]byte, 1)); again != err {
			t.Errorf("%s: read again: %v", path, again)
		}
	}
	fits := strings.Repeat("x", 1000)
	c = newClient(t, Options{MaxText: 1000})
	b, err := c.Goroutines(t.Context(), parse(t, serve(t, plain(fits))))
	if got := string(content(t, b, err)); got != fits {
		t.Errorf("what just fits comes as %d bytes", len(got))
	}
}

func TestCut(t *testing.T) {
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, "goroutine 1")
	}))
	b, err := newClient(t, Options{}).Goroutines(t.Context(), parse(t, base))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	data, err := io.ReadAll(b)
	if e := wantError[*CutError](t, err, "WriteTimeout"); e.Bytes != 11 || string(data) != "goroutine 1" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%+v after %q", e, data)
	}
}

func TestTimeouts(t *testing.T) {
	const short = 30 * time.Millisecond
	drip := func(every time.Duration) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for {
				io.WriteString(w, "g")
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
					return
				case <-time.After(every):
				}
			}
		})
	}
	silent := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush() // a header is no answer yet
		<-r.Context().Done()
	})
	for _, x := range []struct {
		phase Phase
		o     Options
		base  string
		word  string
	}{
		{PhaseConnect, Options{Connect: short}, deaf(t), "no connection"},
		{PhaseFirstByte, Options{FirstByte: short}, serve(t, silent), "-timeout"},
		{PhaseIdle, Options{Idle: short}, serve(t, drip(time.Hour)), "after 1 bytes"},
		{PhaseOverall, Options{Timeout: 10 * short}, serve(t, drip(time.Millisecond)), "raise -timeout"},
	} {
		b, err := newClient(t, x.o).Goroutines(t.Context(), parse(t, x.base))
		if err == nil {
			_, err = io.Copy(io.Discard, b)
			b.Close()
		}
		if e := wantError[*TimeoutError](t, err, x.word); e.Phase != x.phase || !e.Timeout() {
			t.Errorf("%s: phase %q, want %q", x.base, e.Phase, x.phase)
		}
	}
}

// deaf returns the address of a TLS server that takes connections and never says a
// word.
func deaf(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return "https://" + l.Addr().String()
}

func TestConnect(t *testing.T) {
	c := newClient(t, Options{})
	nobody := strings.TrimPrefix(deaf(t), "https://")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := l.Addr().String()
	l.Close()
	_, err = c.Goroutines(t.Context(), parse(t, free))
	wantError[*ConnectError](t, err, "nothing listens on "+free, "import net/http/pprof")
	_, err = c.Goroutines(t.Context(), parse(t, "http://no-such-host.invalid:1"))
	wantError[*ConnectError](t, err, "no host for no-such-host.invalid:1")

	proxied := newClient(t, Options{})
	proxied.transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: free, User: url.UserPassword("me", "secret")})
	_, err = proxied.Goroutines(t.Context(), parse(t, nobody))
	wantError[*ConnectError](t, err, "through the proxy "+free, "NO_PROXY")
}

// TestProxy: what a proxy answers in place of the process.
func TestProxy(t *testing.T) {
	proxy := httptest.NewServer(page("<html><title>Welcome to the hotel</title>"))
	defer proxy.Close()
	where, _ := url.Parse(proxy.URL)
	c := newClient(t, Options{})
	c.transport.Proxy = http.ProxyURL(where)
	_, err := c.Goroutines(t.Context(), parse(t, "http://app.invalid:6060"))
	wantError[*ContentError](t, err, "http://app.invalid:6060/debug/pprof/goroutine", "Welcome to the hotel", "through the proxy "+where.Host)
}

func TestProtocol(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, "SSH-2.0-OpenSSH_9.9\r\n\r\n")
			conn.Close()
		}
	}()
	defer func() {
		l.Close()
		<-done
	}()
	_, err = newClient(t, Options{}).Goroutines(t.Context(), parse(t, l.Addr().String()))
	wantError[*ProtocolError](t, err, "no HTTP answer", "net/http/pprof")
}

func TestUsage(t *testing.T) {
	for _, o := range []Options{{Force: true}, {Key: "k"}, {UserFile: "u", TokenFile: "t"}} {
		_, err := New(o)
		wantError[*usage.Error](t, err)
	}
}

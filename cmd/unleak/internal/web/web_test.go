// SPDX-License-Identifier: MIT

package web

import (
	"bytes"
	"context"
	"io"
	"iter"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/html"
	"github.com/unleak/unleak/internal/report/jsonstream"
	"github.com/unleak/unleak/internal/report/reporttest"
)

// serve serves the streams that the source gives until the test ends, and returns
// the page's address without the slash, and what ends it early.
func serve(t *testing.T, source Source, opts Options) (url string, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, done := make(chan string, 1), make(chan error, 1)
	opts.Ready = func(url string) { ready <- url }
	go func() { done <- Serve(ctx, source, opts) }()
	end = func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		done <- nil // for the next call
	}
	t.Cleanup(end)
	select {
	case url := <-ready:
		return strings.TrimSuffix(url, "/"), end
	case err := <-done:
		t.Fatal(err)
		return "", nil
	}
}

// one is a source of one report.
func one(messages []unleak.Message) Source {
	return func() (int, iter.Seq[unleak.Message]) { return 1, slices.Values(messages) }
}

// ask sends one request.
func ask(t *testing.T, method, url, host string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestServe(t *testing.T) {
	messages := reporttest.Service(30)
	var page, stream bytes.Buffer
	if err := html.Write(&page, slices.Values(messages), html.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := jsonstream.Write(&stream, slices.Values(messages), jsonstream.Options{}); err != nil {
		t.Fatal(err)
	}
	url, _ := serve(t, one(messages), Options{})
	if !strings.HasPrefix(url, "http://localhost:") {
		t.Errorf("served at %s, want localhost", url)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(url, "http://"), ":")
	for _, test := range []struct {
		method, path, host string
		status             int
		body               string // "" means any
	}{
		{"GET", "/", "", 200, page.String()},
		{"GET", "/?x=y", "127.0.0.1:" + port, 200, page.String()},
		{"GET", "/json", "[::1]:" + port, 200, stream.String()},
		{"HEAD", "/", "localhost", 200, ""},
		{"HEAD", "/json", "", 200, ""},
		{"GET", "/favicon.ico", "", 404, ""},
		{"GET", "//evil.example/", "", 404, ""},
		{"POST", "/", "", 405, ""},
		{"DELETE", "/json", "", 405, ""},
		{"GET", "/", "evil.example", 421, ""},
		{"GET", "/json", "evil.example:" + port, 421, ""},
		{"GET", "/json", "localhost.evil.example:" + port, 421, ""},
		{"GET", "/json", "192.168.0.1:" + port, 421, ""},
		{"HEAD", "/", "evil.example", 421, ""},
	} {
		resp, body := ask(t, test.method, url+test.path, test.host)
		if resp.StatusCode != test.status || test.body != "" && body != test.body {
			t.Errorf("%s %s of host %q: status %d, %d bytes; want %d, %d bytes", test.method, test.path, test.host, resp.StatusCode, len(body), test.status, len(test.body))
		}
		if want := html.Policy(false) + "; frame-ancestors 'none'"; resp.Header.Get("Content-Security-Policy") != want {
			t.Errorf("%s %s: policy %q, want %q", test.method, test.path, resp.Header.Get("Content-Security-Policy"), want)
		}
		if resp.StatusCode != 200 && len(body) > 300 {
			t.Errorf("%s %s of host %q: status %d tells %d bytes", test.method, test.path, test.host, resp.StatusCode, len(body))
		}
	}
}

// TestServeLive: the page names the look that it shows, and a HEAD tells the newest.
func TestServeLive(t *testing.T) {
	var look atomic.Int64
	url, _ := serve(t, func() (int, iter.Seq[unleak.Message]) {
		return int(look.Load()), slices.Values(reporttest.Service(8))
	}, Options{Live: true})
	for _, want := range []string{"0", "7"} {
		resp, body := ask(t, "GET", url+"/", "")
		if resp.Header.Get("ETag") != `"`+want+`"` || !strings.Contains(body, ` data-look="`+want+`"`) {
			t.Errorf("ETag %s, want %q, and that in the page", resp.Header.Get("ETag"), want)
		}
		look.Store(7)
		if resp, body := ask(t, "HEAD", url+"/", ""); resp.Header.Get("ETag") != `"7"` || body != "" {
			t.Errorf("HEAD: ETag %s and %d bytes, want \"7\" and none", resp.Header.Get("ETag"), len(body))
		}
	}
}

// TestServeEnds: with its context the server closes its port and leaves nothing,
// whatever clients hold open.
func TestServeEnds(t *testing.T) {
	url, end := serve(t, one(reporttest.Service(8)), Options{})
	addr := strings.TrimPrefix(url, "http://")
	idle, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	slow, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if _, err := io.WriteString(slow, "GET / HTTP/1.1\r\nHost: local"); err != nil {
		t.Fatal(err)
	}
	end()
	if conn, err := net.Dial("tcp", addr); err == nil {
		conn.Close()
		t.Error("the port is still open")
	}
	// Serve has returned; its connections' goroutines may be at their last steps.
	left := true
	for range 200 {
		buf := make([]byte, 1<<20)
		if left = strings.Contains(string(buf[:runtime.Stack(buf, true)]), "net/http.(*conn).serve"); !left {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if left {
		t.Error("a goroutine of the server is left")
	}
}

func TestServeErrors(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for addr, want := range map[string]string{
		taken.Addr().String(): "port 0",
		"localhost":           "give host:port",
		"localhost:http:":     "give host:port",
		"localhost:nowhere":   "port 0",
	} {
		if err := Serve(t.Context(), one(nil), Options{Addr: addr}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that says %q", addr, err, want)
		}
	}
}

// TestHosts: whoever listens for other machines is found under any name.
func TestHosts(t *testing.T) {
	for _, test := range []struct {
		addr, host string
		want       bool
	}{
		{"127.0.0.1", "localhost:80", true},
		{"127.0.0.1", "127.8.8.8", true},
		{"::1", "[::1]", true},
		{"::1", "::1", true},
		{"127.0.0.1", "", false},
		{"127.0.0.1", "[localhost", false},
		{"127.0.0.1", "0.0.0.0:80", false},
		{"127.0.0.1", "evil.example:80", false},
		{"0.0.0.0", "shop.example:80", true},
		{"10.1.2.3", "shop.example", true},
	} {
		s := &site{local: isLoopback(&net.TCPAddr{IP: net.ParseIP(test.addr)})}
		if got := s.answersTo(test.host); got != test.want {
			t.Errorf("at %s, host %q: %v, want %v", test.addr, test.host, got, test.want)
		}
	}
}

// SPDX-License-Identifier: MIT

package capture

import (
	"errors"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ arg, own, leak, heap, instance string }{
		{"http://host:6060", "http://host:6060/debug/pprof/goroutine", "http://host:6060/debug/pprof/goroutineleak", "http://host:6060/debug/pprof/heap", "host:6060"},
		{"http://host:6060/", "http://host:6060/debug/pprof/goroutine", "http://host:6060/debug/pprof/goroutineleak", "http://host:6060/debug/pprof/heap", "host:6060"},
		{"HTTPS://host", "https://host/debug/pprof/goroutine", "https://host/debug/pprof/goroutineleak", "https://host/debug/pprof/heap", "host"},
		{":6060", "http://localhost:6060/debug/pprof/goroutine", "http://localhost:6060/debug/pprof/goroutineleak", "http://localhost:6060/debug/pprof/heap", "localhost:6060"},
		{"[::1]:6060", "http://[::1]:6060/debug/pprof/goroutine", "http://[::1]:6060/debug/pprof/goroutineleak", "http://[::1]:6060/debug/pprof/heap", "[::1]:6060"},
		{"app-1.example:6060/a%2Fb/debug/pprof", "http://app-1.example:6060/a%2Fb/debug/pprof/goroutine", "http://app-1.example:6060/a%2Fb/debug/pprof/goroutineleak", "http://app-1.example:6060/a%2Fb/debug/pprof/heap", "app-1.example:6060"},
		{"https://host/x/pprof/", "https://host/x/pprof/goroutine", "https://host/x/pprof/goroutineleak", "https://host/x/pprof/heap", "host"},
		{"http://host/debug/pprof/goroutine?debug=1", "http://host/debug/pprof/goroutine?debug=1", "http://host/debug/pprof/goroutineleak", "http://host/debug/pprof/heap", "host"},
		{"http://host/debug/pprof/goroutine?debug=2", "http://host/debug/pprof/goroutine?debug=2", "http://host/debug/pprof/goroutineleak", "http://host/debug/pprof/heap", "host"},
		{":6060?debug=2", "http://localhost:6060/debug/pprof/goroutine?debug=2", "http://localhost:6060/debug/pprof/goroutineleak", "http://localhost:6060/debug/pprof/heap", "localhost:6060"},
		{"http://host/stacks?sig=a%2Fb", "http://host/stacks?sig=xxxxx", "", "", "host"},
		{"http://host/debug/pprof/?token=s", "http://host/debug/pprof/goroutine?token=xxxxx", "http://host/debug/pprof/goroutineleak?token=xxxxx", "http://host/debug/pprof/heap?token=xxxxx", "host"},
		{"http://me:secret@host", "http://host/debug/pprof/goroutine", "http://host/debug/pprof/goroutineleak", "http://host/debug/pprof/heap", "host"},
		{"unix:/run/app.sock", "unix:/run/app.sock:/debug/pprof/goroutine", "unix:/run/app.sock:/debug/pprof/goroutineleak", "unix:/run/app.sock:/debug/pprof/heap", "unix:/run/app.sock"},
		{"unix:///run/app.sock:/debug/pprof/", "unix:/run/app.sock:/debug/pprof/goroutine", "unix:/run/app.sock:/debug/pprof/goroutineleak", "unix:/run/app.sock:/debug/pprof/heap", "unix:/run/app.sock"},
		{"unix:app.sock:/stacks", "unix:app.sock:/stacks", "", "", "unix:app.sock"},
	} {
		if !IsTarget(c.arg) {
			t.Errorf("%s is taken for a file", c.arg)
		}
		target, err := Parse(c.arg)
		if err != nil {
			t.Errorf("%s: %v", c.arg, err)
			continue
		}
		got := [...]string{shown(target.own()), "", "", target.Instance()}
		for i, name := range []string{"goroutineleak", "heap"} {
			if u := target.beside(name); u != nil {
				got[i+1] = shown(u)
			}
		}
		if want := [...]string{c.own, c.leak, c.heap, c.instance}; got != want {
			t.Errorf("%s:\n got %q\nwant %q", c.arg, got, want)
		}
	}
}

func TestOwnIsUntouched(t *testing.T) {
	const arg = "http://host/stacks?b=%2F&a=1;2&&"
	target, err := Parse(arg)
	if err != nil {
		t.Fatal(err)
	}
	if got := target.own().String(); got != arg {
		t.Errorf("asks %s, want %s: a signed URL must not change", got, arg)
	}
}

func TestIsNoTarget(t *testing.T) {
	for _, arg := range []string{"", "-", "dump.txt", "a/b:6060", `C:\dump.txt`, "C:/dump.txt", "host", "host:", "host:http", ":dump", "unixdump", "2026-01-02T03:04:05.log"} {
		if IsTarget(arg) {
			t.Errorf("%q is taken for a target", arg)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ arg, want string }{
		{"dump.txt", "HOST:PORT"},
		{"ftp://host/x", "http://HOST"},
		{"http://", "http://HOST"},
		{"host:99999", "no port 99999"},
		{"http://me:se/cret@host", "%XX"},
		{"http://me:secret@host:x/", "%XX"},
		{"http://host:x/?token=secret", "%XX"},
		{"unix:", "unix:/run/app.sock"},
		{"unix::/debug/pprof/", "unix:/run/app.sock"},
		{"http://host/debug/pprof/heap?token=secret", "holds no goroutines"},
		{":6060/debug/pprof/profile?seconds=30", "holds no goroutines"},
	} {
		_, err := Parse(c.arg)
		var target *TargetError
		if !errors.As(err, &target) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want a *TargetError with %q", c.arg, err, c.want)
		} else if strings.Contains(err.Error(), "cret") {
			t.Errorf("%s: the error tells the secret: %v", c.arg, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, arg := range []string{":6060", "http://u:p@host/debug/pprof/?debug=2", "unix:/a:/b", "[::1]:1/x?y"} {
		f.Add(arg)
	}
	f.Fuzz(func(t *testing.T, arg string) {
		target, err := Parse(arg)
		if err != nil {
			var e *TargetError
			if !errors.As(err, &e) {
				t.Fatalf("%q: %T", arg, err)
			}
			return
		}
		u := target.own()
		if u.User != nil || u.Host == "" {
			t.Fatalf("%q asks %v", arg, u)
		}
		for _, v := range []string{"goroutineleak", "heap", ""} {
			if u := target.beside(v, "debug", "1"); u != nil && (u.Host != target.url.Host || isFull(u)) {
				t.Fatalf("%q: %q is at %v", arg, v, u)
			}
		}
		_ = target.String() + target.Instance()
	})
}

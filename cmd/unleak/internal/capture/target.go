// SPDX-License-Identifier: MIT

package capture

import (
	"encoding/hex"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Target is where the goroutines of a process can be had.
type Target struct {
	// url is the profile's, or if base is set that of the folder in which
	// profiles have their names; it ends in a slash then. It bears no user.
	url    url.URL
	base   bool
	user   *url.Userinfo
	socket string // the path of a unix socket, or ""
}

// hostPort matches what is a host and a port, the host perhaps left out, and a
// path after it.
var hostPort = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]*):[0-9]{1,5}([/?].*)?$`)

// IsTarget reports whether an argument has the form of a target. A file may have
// such a name too: ask the disk first.
func IsTarget(arg string) bool {
	return hasScheme(arg, "http://") || hasScheme(arg, "https://") || hasScheme(arg, "unix:") || hostPort.MatchString(arg)
}

func hasScheme(arg, scheme string) bool {
	return len(arg) >= len(scheme) && strings.EqualFold(arg[:len(scheme)], scheme)
}

// Parse reads a target:
//
//	http://host:6060                                   its /debug/pprof/goroutine
//	https://host/base/debug/pprof/                     the goroutine profile there
//	http://host:6060/debug/pprof/goroutine?debug=1     as it stands
//	localhost:6060, :6060                              http, and this machine
//	unix:/run/app.sock, unix:/run/app.sock:/path       http over a unix socket
func Parse(arg string) (Target, error) {
	var t Target
	text := arg
	switch {
	case hasScheme(arg, "unix:"):
		socket, where, _ := strings.Cut(strings.TrimPrefix(arg[len("unix:"):], "//"), ":/")
		if socket == "" {
			return t, &TargetError{shownArgument(arg), "it names no socket; write unix:/run/app.sock"}
		}
		t.socket = socket
		text = "http://" + socketHost(socket) + "/" + where
	case strings.HasPrefix(arg, ":"):
		text = "http://localhost" + arg
	case hostPort.MatchString(arg):
		text = "http://" + arg
	}
	u, err := url.Parse(text)
	if err != nil {
		// The cause is left out: it may quote a part of the password.
		return t, &TargetError{shownArgument(arg), "it is no URL; what is special in a password or path is written %XX"}
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return t, &TargetError{shownArgument(arg), "want http://HOST, https://HOST, HOST:PORT, :PORT or unix:/SOCKET"}
	}
	if port, err := strconv.Atoi(u.Port()); u.Port() != "" && (err != nil || port < 1 || port > 65535) {
		return t, &TargetError{shownArgument(arg), "there is no port " + u.Port()}
	}
	t.user, u.User, u.Fragment = u.User, nil, ""
	t.url = *u
	return t, t.findBase()
}

// notGoroutines are what net/http/pprof serves beside goroutines. Some of it
// costs the process much, and for nothing here.
var notGoroutines = []string{"allocs", "block", "cmdline", "heap", "mutex", "profile", "symbol", "threadcreate", "trace"}

// findBase decides whether the URL is a profile's or that of the folder.
func (t *Target) findBase() error {
	p := t.url.Path
	switch {
	case p == "" || p == "/":
		t.url.Path, t.url.RawPath, t.base = "/debug/pprof/", "", true
	case strings.HasSuffix(p, "/pprof/"):
		t.base = true
	case strings.HasSuffix(p, "/pprof"):
		t.url = *t.url.JoinPath("/")
		t.base = true
	case strings.HasSuffix(path.Dir(p), "/pprof") && slices.Contains(notGoroutines, path.Base(p)):
		return &TargetError{t.String(), path.Base(p) + " holds no goroutines; give the address without it"}
	}
	return nil
}

// own returns the URL that the target names.
func (t Target) own() *url.URL {
	u := t.url
	if t.base {
		u = *u.ResolveReference(&url.URL{Path: "./goroutine", RawQuery: u.RawQuery})
	}
	return &u
}

// beside returns the URL of another page next to the goroutine profile, with the
// queries set; those that choose a format are not taken over. It is nil where the
// target is a URL that lets no neighbours be known.
func (t Target) beside(name string, queries ...string) *url.URL {
	if last := path.Base(t.url.Path); !t.base && last != "goroutine" && last != "goroutineleak" {
		return nil
	}
	u := t.url.ResolveReference(&url.URL{Path: "./" + name})
	u.RawQuery = t.url.RawQuery
	return with(u, queries...)
}

// with returns a copy of u whose format is chosen by the queries: names and values
// in turn.
func with(u *url.URL, queries ...string) *url.URL {
	c := *u
	q := c.Query()
	for _, name := range formatQueries {
		q.Del(name)
	}
	for i := 0; i+1 < len(queries); i += 2 {
		q.Set(queries[i], queries[i+1])
	}
	c.RawQuery = q.Encode()
	return &c
}

// formatQueries choose what a profile looks like (net/http/pprof, ServeHTTP).
var formatQueries = []string{"debug", "seconds", "gc"}

// isFull reports whether a URL asks for a traceback of all goroutines. It reads
// the number as net/http/pprof does.
func isFull(u *url.URL) bool {
	debug, _ := strconv.Atoi(u.Query().Get("debug"))
	return debug >= 2
}

// isLeak reports whether a URL asks for the goroutineleak profile.
func isLeak(u *url.URL) bool { return path.Base(u.Path) == "goroutineleak" }

// seconds returns how long a URL asks the process to wait.
func seconds(u *url.URL) time.Duration {
	n, _ := strconv.ParseInt(u.Query().Get("seconds"), 10, 32)
	return time.Duration(max(n, 0)) * time.Second
}

// String returns the address without secrets.
func (t Target) String() string { return shown(&t.url) }

// Instance returns the name of the process that the target belongs to: its host
// and port, or its socket.
func (t Target) Instance() string {
	if t.socket != "" {
		return "unix:" + t.socket
	}
	return t.url.Host
}

// shown writes a URL for people: without user and password, and without the values
// of queries, which may be tokens, but for those that choose a format.
func shown(u *url.URL) string {
	c := *u
	c.User = nil
	q := c.Query()
	for name := range q {
		if !slices.Contains(formatQueries, name) {
			q.Set(name, "xxxxx")
		}
	}
	c.RawQuery = q.Encode()
	if socket, ok := socketOf(c.Host); ok {
		return "unix:" + socket + ":" + c.RequestURI()
	}
	return c.String()
}

// shownArgument writes an argument that is no URL, without what may be
// secret in it.
func shownArgument(arg string) string {
	scheme, rest, found := strings.Cut(arg, "://")
	if !found {
		scheme, rest = "", arg
	} else {
		scheme += "://"
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	rest, _, _ = strings.Cut(rest, "?")
	return scheme + rest
}

// socketSuffix ends the made-up host names that stand for unix sockets, so that
// connections are kept apart by socket; .invalid never is a real domain (RFC 2606).
const socketSuffix = ".socket.invalid"

func socketHost(socket string) string { return hex.EncodeToString([]byte(socket)) + socketSuffix }

// socketOf returns the socket that a host stands for.
func socketOf(host string) (socket string, ok bool) {
	name, ok := strings.CutSuffix(host, socketSuffix)
	if !ok {
		return "", false
	}
	b, err := hex.DecodeString(name)
	return string(b), err == nil
}

// SPDX-License-Identifier: MIT

package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"
)

// A request is one thing to fetch.
type request struct {
	target Target
	url    *url.URL
	// profile says that a profile is wanted: a page is an error, and what is not
	// found is looked for.
	profile bool
	shown   string // the URL without secrets
	proxy   string // what it is asked through, or ""
}

// fetch asks for r and returns the answer's body, after a look at its beginning.
func (c *Client) fetch(ctx context.Context, r *request) (*Body, error) {
	r.shown = shown(r.url)
	overall := c.o.Timeout + seconds(r.url)
	ctx, release := context.WithTimeoutCause(ctx, overall, &TimeoutError{URL: r.shown, Phase: PhaseOverall, After: overall})
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{cancel: cancel}
	b := &Body{URL: r.shown, At: time.Now(), client: c, ctx: ctx, watch: w}
	b.release = func() {
		w.stop()
		cancel(nil)
		release()
	}
	if err := c.open(ctx, r, b); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// open sends the request and looks at the answer.
func (c *Client) open(ctx context.Context, r *request, b *Body) error {
	req, err := http.NewRequestWithContext(c.trace(ctx, r, b.watch), http.MethodGet, r.url.String(), nil)
	if err != nil {
		return &TargetError{r.shown, "it is no URL to ask"}
	}
	c.dress(req, r.target)
	if proxy, err := c.transport.Proxy(req); err != nil {
		return &ConnectError{URL: r.shown, Proxy: "of the environment", Err: errors.New("it is no URL")}
	} else if proxy != nil {
		r.proxy = proxy.Host
	}
	client := http.Client{Transport: c.transport, CheckRedirect: checkRedirect}
	resp, err := client.Do(req)
	if err != nil {
		c.transport.CloseIdleConnections() // ends a dial that was given up
		return r.explain(ctx, err)
	}
	b.take(resp)
	if resp.StatusCode != http.StatusOK {
		return c.status(ctx, r, b, resp)
	}
	return b.look(r)
}

// dress puts the headers on a request. A user in the URL goes before the files'.
func (c *Client) dress(req *http.Request, t Target) {
	req.Header = c.headers.Clone()
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
		req.Header.Del("Host")
	} else if t.socket != "" {
		req.Host = "localhost"
	}
	if t.user != nil {
		password, _ := t.user.Password()
		req.SetBasicAuth(t.user.Username(), password)
	}
}

// trace sets the clock for the phases before the answer. A redirect begins anew.
func (c *Client) trace(ctx context.Context, r *request, w *watch) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			w.set(&TimeoutError{URL: r.shown, Phase: PhaseConnect, After: c.o.Connect})
		},
		GotConn: func(httptrace.GotConnInfo) {
			w.set(&TimeoutError{URL: r.shown, Phase: PhaseFirstByte, After: c.o.FirstByte + seconds(r.url)})
		},
	})
}

// where names the other end.
func (t Target) where() string {
	if t.socket != "" {
		return t.socket
	}
	return t.url.Host
}

const maxRedirects = 5

// checkRedirect follows within the same host. Elsewhere may be another process,
// and the credentials are not for it.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0].URL
	problem := ""
	switch {
	case len(via) > maxRedirects:
		problem = fmt.Sprintf("that is the redirect number %d; give the URL where they end, if they do", len(via))
	case !sameHost(first, next.URL):
		problem = "that is another host, and is not asked. If it is right, give its address; if it is a login, " +
			"give -user-file, -token-file or -header-file, or ask the process itself"
	case isFull(next.URL) && !isFull(first), isLeak(next.URL) && !isLeak(first):
		problem = "that costs the process more than what was asked for"
	default:
		return nil
	}
	return &RedirectError{shown(first), printable(shown(next.URL)), problem}
}

// sameHost reports whether a redirect stays on its host and port, but for the
// step from http to https on the usual ports.
func sameHost(from, to *url.URL) bool {
	if !strings.EqualFold(from.Hostname(), to.Hostname()) {
		return false
	}
	if from.Scheme == to.Scheme {
		return port(from) == port(to)
	}
	return port(from) == "80" && port(to) == "443" && to.Scheme == "https"
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// explain returns what kept a request from its answer.
func (r *request) explain(ctx context.Context, err error) error {
	if cause := r.ended(ctx); cause != nil {
		return cause
	}
	var redirect *RedirectError
	if errors.As(err, &redirect) {
		return redirect
	}
	// *url.Error quotes the URL as it is, tokens and all.
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		err = outer.Err
	}
	return r.failure(err)
}

// ended returns why the context ended, or nil if it has not.
func (r *request) ended(ctx context.Context) error { return ended(ctx, r.shown, 0) }

func ended(ctx context.Context, url string, read int64) error {
	if ctx.Err() == nil {
		return nil
	}
	var timeout *TimeoutError
	if cause := context.Cause(ctx); !errors.As(cause, &timeout) {
		return fmt.Errorf("%s: %w", url, cause)
	}
	told := *timeout
	told.Bytes = read
	return &told
}

// unknownProfile is what net/http/pprof says of a profile that the runtime does
// not have.
const unknownProfile = "Unknown profile"

// status explains an answer other than 200.
func (c *Client) status(ctx context.Context, r *request, b *Body, resp *http.Response) error {
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(b, most))
	if err != nil && ctx.Err() != nil {
		return err
	}
	e := &StatusError{URL: r.shown, Code: resp.StatusCode, Line: line(string(text)), Proxy: r.proxy,
		LoggedIn: resp.Request.Header.Get("Authorization") != ""}
	if isPage(trimMark(text)) {
		e.Line = title(text)
	}
	if resp.StatusCode == http.StatusBadRequest && strings.Contains(strings.ToLower(string(text)), "http request") &&
		strings.Contains(string(text), "HTTPS") {
		return &TLSError{r.shown, true, e} // what net/http and nginx say on a TLS port
	}
	if resp.StatusCode == http.StatusNotFound && r.profile {
		c.lookAround(ctx, r.target, e)
	}
	return e
}

// lookAround says in e what the process serves instead: what the index beside the
// target lists, or the one at the usual place.
func (c *Client) lookAround(ctx context.Context, t Target, e *StatusError) {
	u := t.beside("")
	if u == nil {
		u = t.url.ResolveReference(&url.URL{Path: "/debug/pprof/"})
	}
	if ix, err := c.index(ctx, t, u); err == nil {
		e.Served, e.Index = ix.names(), shown(u)
	}
}

// isDelta reports whether net/http/pprof names the answer a difference of two
// profiles (serveDeltaProfile).
func isDelta(h http.Header) bool {
	_, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	return err == nil && strings.HasSuffix(params["filename"], "-delta")
}

// A watch ends a request when a phase takes too long.
type watch struct {
	cancel context.CancelCauseFunc
	mu     sync.Mutex
	timer  *time.Timer
}

// set ends the phase that is, if any, and begins another.
func (w *watch) set(late *TimeoutError) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	w.timer = time.AfterFunc(late.After, func() { w.cancel(late) })
}

// reset begins the phase that is once more.
func (w *watch) reset(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Reset(d)
}

// stop ends the phase.
func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// SPDX-License-Identifier: MIT

// Package capture fetches the goroutines of a running process over HTTP, from
// what net/http/pprof serves, without harm to it.
//
// What it asks for by itself, debug=0, stops the process for next to nothing: twice
// for less than 0.05 ms (runtime/mprof.go, goroutineProfileWithLabelsConcurrent;
// measured up to 1M goroutines). What costs more is refused unless
// the options allow it. Answers are limited in time and size, credentials go to no
// other host and into no message, and what is no profile by its first bytes is an
// error before anything of it is handed on.
package capture

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"github.com/unleak/unleak/cmd/unleak/internal/profile"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

// A Client fetches from processes. It may be used from several goroutines at once.
type Client struct {
	o         Options
	headers   http.Header
	transport *http.Transport
}

// New reads the files that the options name and returns a client. Close it after
// use.
func New(o Options) (*Client, error) {
	o.defaults()
	if o.Force && !o.Full {
		return nil, usage.Errorf("-force goes with -full")
	}
	headers, err := o.headers()
	if err != nil {
		return nil, err
	}
	secure, err := o.tls()
	if err != nil {
		return nil, err
	}
	return &Client{o, headers, &http.Transport{
		Proxy:                  proxyFor,
		DialContext:            dial,
		TLSClientConfig:        secure,
		MaxResponseHeaderBytes: 1 << 20,
	}}, nil
}

// Close ends the connections that are kept for the next request.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// proxyFor is net/http's own choice of a proxy, which passes this machine by; so do
// unix sockets.
func proxyFor(r *http.Request) (*url.URL, error) {
	if _, ok := socketOf(r.URL.Host); ok {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
}

// dial connects to a host, or to the socket that the host's name stands for.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	if host, _, err := net.SplitHostPort(address); err == nil {
		if socket, ok := socketOf(host); ok {
			return d.DialContext(ctx, "unix", socket)
		}
	}
	return d.DialContext(ctx, network, address)
}

// Goroutines fetches what the target names: the goroutine profile in its compact
// form (debug=0), unless its URL is a profile's and says otherwise. A URL that
// asks for a traceback or for the goroutineleak profile needs Full or Leak.
func (c *Client) Goroutines(ctx context.Context, t Target) (*Body, error) {
	u := t.own()
	if err := c.permit(u); err != nil {
		return nil, err
	}
	if isFull(u) {
		return c.full(ctx, t, u)
	}
	return c.fetch(ctx, &request{target: t, url: u, profile: true})
}

// Leaks fetches the goroutineleak profile: the goroutines that nothing can wake,
// by the runtime's proof. It needs Leak; see LeakCost and LeakDoubt. A traceback is
// better taken before it: afterwards the leaked goroutines have lost their ages.
func (c *Client) Leaks(ctx context.Context, t Target) (*Body, error) {
	u := t.beside("goroutineleak")
	if u == nil {
		return nil, &UnsupportedError{t.String(), "the goroutineleak profile", "give the address of /debug/pprof/"}
	}
	if err := c.permit(u); err != nil {
		return nil, err
	}
	b, err := c.fetch(ctx, &request{target: t, url: u, profile: true})
	var status *StatusError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		why := LeakServed
		if status.Line != unknownProfile {
			why = "no handler is registered for it; mount pprof.Index, or pprof.Handler(\"goroutineleak\") at this path. " + why
		}
		return nil, &UnsupportedError{shown(u), "the goroutineleak profile", why}
	}
	return b, err
}

// Full fetches a traceback of all goroutines (debug=2): with their numbers, ages
// and creators. It needs Full. The goroutines are counted first, by debug=0:
// above FullLimit the traceback needs Force, and Progress is told what the pause
// will be about.
func (c *Client) Full(ctx context.Context, t Target) (*Body, error) {
	u := with(t.own(), "debug", "2")
	if err := c.permit(u); err != nil {
		return nil, err
	}
	return c.full(ctx, t, u)
}

func (c *Client) full(ctx context.Context, t Target, u *url.URL) (*Body, error) {
	counted := with(u)
	if isLeak(u) { // its traceback is of all goroutines too
		counted = t.beside("goroutine")
	}
	p, err := c.count(ctx, t, counted)
	var unknown *uncountedError
	switch {
	case errors.As(err, &unknown) && c.o.Force:
		c.o.Progress("a traceback of all goroutines stops the whole process; for how long is not known: " + err.Error())
	case errors.As(err, &unknown):
		return nil, &RefusedError{shown(u), "-force", err.Error()}
	case err != nil:
		return nil, err
	case p.goroutines > FullLimit && !c.o.Force:
		return nil, &RefusedError{shown(u), "-force", p.String()}
	default:
		c.o.Progress(p.String())
	}
	return c.fetch(ctx, &request{target: t, url: u, profile: true})
}

// An uncountedError tells that a process's goroutines could not be counted.
type uncountedError struct {
	url string
	err error
}

func (e *uncountedError) Error() string {
	return fmt.Sprintf("the goroutines could not be counted beforehand at %s (%v)", e.url, e.err)
}

// count reads the compact profile for what a traceback would cost.
func (c *Client) count(ctx context.Context, t Target, u *url.URL) (pause, error) {
	b, err := c.fetch(ctx, &request{target: t, url: u, profile: true})
	if err != nil {
		return pause{}, err
	}
	defer b.Close()
	all, err := profile.Read(b, profile.Options{MaxBytes: c.o.MaxProfile})
	if err != nil {
		return pause{}, &uncountedError{b.URL, err}
	}
	var p pause
	for _, g := range all {
		p.goroutines += g.Count
		p.frames += g.Count * len(g.Stack)
	}
	return p, nil
}

// Delta lets the process itself compare two goroutine profiles, taken so many
// seconds apart, and fetches the difference: counts of stacks may be negative in
// it. Where the process cannot do that, the error is an *UnsupportedError.
func (c *Client) Delta(ctx context.Context, t Target, seconds int) (*Body, error) {
	u := with(t.own(), "seconds", strconv.Itoa(seconds))
	if err := c.permit(u); err != nil {
		return nil, err
	}
	b, err := c.fetch(ctx, &request{target: t, url: u, profile: true})
	var status *StatusError
	switch {
	case errors.As(err, &status) && status.Code == http.StatusBadRequest:
		return nil, &UnsupportedError{shown(u), "?seconds", status.Line + "; take two captures instead, with -every"}
	case err != nil:
		return nil, err
	case !b.Delta:
		b.Close()
		return nil, &UnsupportedError{b.URL, "?seconds", "it answered with an ordinary profile; take two captures instead, with -every"}
	}
	return b, nil
}

// permit refuses what needs a flag that was not given.
func (c *Client) permit(u *url.URL) error {
	switch {
	case isLeak(u) && !c.o.Leak:
		return &RefusedError{shown(u), "-leak", "the goroutineleak profile costs the process something. " + LeakCost + " " + LeakDoubt}
	case isFull(u) && !c.o.Full:
		return &RefusedError{shown(u), "-full", "a traceback of all goroutines (debug=2) stops the whole process while it is written, " +
			"several times over if it is long; without debug=2 the same stacks come without that"}
	}
	return nil
}

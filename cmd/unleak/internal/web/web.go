// SPDX-License-Identifier: MIT

// Package web serves a report to a browser on this machine.
package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/html"
	"github.com/unleak/unleak/internal/report/jsonstream"
)

// A Source returns the report to show, and a number that is another for each new
// one. Several goroutines may call it at once.
type Source func() (look int, messages iter.Seq[unleak.Message])

// Options says where to serve what. The zero value serves on a free port.
type Options struct {
	// Addr is "host:port", where no host means localhost and port 0 a free one.
	Addr string
	// Live says that reports follow: the page then asks for newer ones.
	Live bool
	// Ready is called with the page's address once it is served; it may be nil.
	Ready func(url string)
}

// The times that a connection may take, so that none is held for ever. A page is
// there in a fraction of a second.
const (
	headTime   = 5 * time.Second
	answerTime = time.Minute
	idleTime   = 2 * time.Minute
	endTime    = time.Second
)

// Serve serves the page at /, and the JSON stream at /json, until ctx ends: that is
// no error. Then no connection and no goroutine of it is left.
func Serve(ctx context.Context, source Source, opts Options) error {
	listener, url, err := listen(ctx, opts.Addr)
	if err != nil {
		return err
	}
	s := &site{source: source, live: opts.Live, local: isLoopback(listener.Addr())}
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headTime, ReadTimeout: headTime, WriteTimeout: answerTime, IdleTimeout: idleTime,
		MaxHeaderBytes: 16 << 10,
		// What it would log is what clients do wrong.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if opts.Ready != nil {
		opts.Ready(url)
	}
	select {
	case err := <-ended:
		return fmt.Errorf("serving the page: %w", err)
	case <-ctx.Done():
	}
	// Answers under way may end, but not a client that does not read its own.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		if err := server.Close(); err != nil {
			return fmt.Errorf("ending the page's server: %w", err)
		}
	}
	<-ended // http.ErrServerClosed
	return nil
}

// listen opens the address and returns the page's URL.
func listen(ctx context.Context, addr string) (net.Listener, string, error) {
	if addr == "" {
		addr = "localhost:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", fmt.Errorf("serving the page: %w; give host:port, such as localhost:0 for a free port", err)
	}
	if host == "" {
		host = "localhost"
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, "", fmt.Errorf("serving the page: %w; port 0 takes a free one", err)
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); ok {
		port = strconv.Itoa(tcp.Port)
		if tcp.IP.IsUnspecified() {
			host = "localhost" // an address to listen at, not to go to
		}
	}
	return listener, "http://" + net.JoinHostPort(host, port) + "/", nil
}

func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// A site answers requests.
type site struct {
	source Source
	live   bool
	// local says that only this machine can ask.
	local bool
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.protect(w.Header())
	switch {
	case !s.answersTo(r.Host):
		http.Error(w, "unleak answers here to localhost only; to serve under other names, listen at another address than localhost", http.StatusMisdirectedRequest)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "there is nothing to change here", http.StatusMethodNotAllowed)
	case r.URL.Path == "/":
		s.page(w, r)
	case r.URL.Path == "/json":
		s.json(w, r)
	default:
		http.Error(w, "there is / for the page and /json for the stream", http.StatusNotFound)
	}
}

// protect forbids what the page does not need: dumps are hostile, and other sites
// have no business with them.
func (s *site) protect(h http.Header) {
	h.Set("Content-Security-Policy", html.Policy(s.live)+"; frame-ancestors 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
}

// answersTo reports whether a request for the host is meant for us. A page on
// another site can have its own name lead to this machine (DNS rebinding) and would
// then be of the same origin as we, but its name stays in the request. Who listens
// at another address than a loopback one wants to be found under other names.
func (s *site) answersTo(host string) bool {
	if !s.local {
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if n := len(host); n > 1 && host[0] == '[' && host[n-1] == ']' {
		host = host[1 : n-1]
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// page writes the page. It asks for its ETag again where newer ones follow.
func (s *site) page(w http.ResponseWriter, r *http.Request) {
	number, messages := s.source()
	look := strconv.Itoa(number)
	w.Header().Set("ETag", `"`+look+`"`)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if r.Method == http.MethodHead {
		return
	}
	if !s.live {
		look = ""
	}
	var page bytes.Buffer
	if err := html.Write(&page, messages, html.Options{Look: look}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = page.WriteTo(w) // whoever asked has gone, if this fails
}

// json writes the stream as it is in the report.
func (s *site) json(w http.ResponseWriter, r *http.Request) {
	_, messages := s.source()
	w.Header().Set("Content-Type", "application/x-ndjson")
	if r.Method == http.MethodHead {
		return
	}
	if err := jsonstream.Write(w, messages, jsonstream.Options{}); err != nil {
		panic(http.ErrAbortHandler) // a stream that is cut must not read as whole
	}
}

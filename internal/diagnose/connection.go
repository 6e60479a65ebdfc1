// SPDX-License-Identifier: MIT

package diagnose

import (
	"strings"

	"github.com/unleak/unleak"
)

// connections knows the goroutines of net/http's connections among others. A
// client's HTTP/1 connection has two, both started by the same dialling goroutine
// (net/http/transport.go, dialConn): readLoop waits for bytes in IO wait, or in a
// select for the response's body to be closed; writeLoop waits in a select and
// ends with readLoop. So a writeLoop never leaks by itself, and a readLoop only in
// its select.
type connections struct {
	// readers counts goroutines that read a response's body just now: as many
	// readLoops wait for them and not for a forgotten Close.
	readers int
	// requests counts goroutines that wait for an answer: as many connections
	// are theirs.
	requests int
	// waiting holds the dialling goroutines of connections whose readLoop waits
	// for a body; anyWaiting is for sources without creators.
	waiting    map[uint64]bool
	anyWaiting bool
	server     bool
}

func newConnections(goroutines []*unleak.Goroutine) *connections {
	c := &connections{waiting: make(map[uint64]bool)}
	for _, g := range goroutines {
		switch entry := g.Entry().Func; {
		case entry == readLoop && g.Wait == unleak.WaitSelect:
			c.waiting[g.Creator] = g.Creator != 0
			c.anyWaiting = true
		case calls(g, "net/http.(*bodyEOFSignal).Read"):
			c.readers += max(g.Count, 1)
		case calls(g, "net/http.(*persistConn).roundTrip"):
			c.requests += max(g.Count, 1)
		case calls(g, "net/http.(*Server).Serve"):
			c.server = true
		}
	}
	return c
}

const (
	readLoop  = "net/http.(*persistConn).readLoop"
	writeLoop = "net/http.(*persistConn).writeLoop"
)

// role says what g does for a connection: reason is "" where it is no such
// goroutine or the one to report.
func (c *connections) role(g *unleak.Goroutine) (reason string, companion bool) {
	switch entry := g.Entry().Func; {
	case entry == writeLoop:
		if c.waiting[g.Creator] || g.Creator == 0 && c.anyWaiting {
			return "the writer of a client connection whose response is not closed", true
		}
		return c.clientReason(g)
	case entry == readLoop && g.Wait == unleak.WaitIO:
		return c.clientReason(g)
	case entry == readLoop && c.readers >= max(g.Count, 1):
		c.readers -= max(g.Count, 1)
		return "the reader of a client connection whose response is being read", true
	case strings.HasPrefix(entry, "net/http") && strings.HasSuffix(entry, "lientConn).readLoop") && g.Wait == unleak.WaitIO:
		return "an HTTP/2 client connection that is kept alive", false
	case entry == "net/http.(*conn).serve" && g.Wait == unleak.WaitIO && ownFrames(g) == 0:
		// Server.Close ends these too; without a server, a handler's Hijack
		// aside, nobody reads requests from them any more.
		return "a server's connection that waits for the next request", c.server
	case strings.HasPrefix(entry, "net/http") && (isHTTP2Serve(g.Blocked().Func) || strings.HasSuffix(entry, "erverConn).readFrames")):
		return "a server's HTTP/2 connection", c.server
	case entry == "net/http.(*connReader).backgroundRead":
		return "the reader that watches a server's connection while its handler runs", true
	}
	return "", false
}

func (c *connections) clientReason(g *unleak.Goroutine) (string, bool) {
	if c.requests >= max(g.Count, 1) {
		return "part of a client connection whose request is under way", true
	}
	return "part of a client connection that is kept alive", false
}

// isHTTP2Serve reports whether a function is the loop of a server's HTTP/2
// connection, which waits for frames and for its handlers (net/http/h2_bundle.go;
// since Go 1.27 net/http/internal/http2/server.go).
func isHTTP2Serve(function string) bool {
	return function == "net/http.(*http2serverConn).serve" || function == "net/http/internal/http2.(*serverConn).serve"
}

// calls reports whether a function is on the goroutine's stack.
func calls(g *unleak.Goroutine, function string) bool {
	for _, f := range g.Stack {
		if f.Func == function {
			return true
		}
	}
	return false
}

// ownFrames counts the frames outside of the standard library.
func ownFrames(g *unleak.Goroutine) int {
	n := 0
	for _, f := range g.Stack {
		if !unleak.IsStandard(f.Package()) {
			n++
		}
	}
	return n
}

// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// An exchange is what a goroutine in IO wait waits for, told by a function of the
// standard library on its stack: the inner ones first.
var exchanges = [...]struct{ function, what string }{
	{"net.(*netFD).accept", "for a connection to accept"},
	{"net.(*netFD).connect", "for a connection to be made"},
	{"net.(*Resolver).exchange", "for a name server's answer"},
	{"crypto/tls.(*Conn).HandshakeContext", "for the other side of a TLS handshake"},
	{"net/http.(*bodyEOFSignal).Read", "for the rest of a response's body"},
	{"net/http.(*body).Read", "for the rest of a request's body"},
	{"net/http.(*conn).readRequest", "for a client's next request"},
	{"net/http.(*persistConn).readLoop", "for a server's answer"},
	{"net.(*conn).Read", "for bytes from a connection"},
	{"net.(*conn).Write", "for a peer that takes what is written"},
	{"net.(*UDPConn).readFrom", "for a packet"},
	{"os.(*File).Read", "for bytes from a file, pipe or terminal"},
	{"os.(*File).Write", "for a file, pipe or terminal that takes what is written"},
}

func networkIO(s *scene) (Verdict, bool) {
	if s.wait != unleak.WaitIO {
		return Verdict{}, false
	}
	what := "for the network, a pipe or a file"
	for _, e := range exchanges {
		if _, ok := s.has(e.function); ok {
			what = e.what
			break
		}
	}
	v := Verdict{
		Cause:       unleak.CauseNetworkIO,
		Explanation: fmt.Sprintf("It waits %s, %s, and nothing comes.", what, s.where()),
		Fixes: []unleak.Fix{
			fix("Set a deadline before the read or write"),
			fix("Close the connection, listener or file to end the wait"),
		},
	}
	s.exchange(&v)
	return v, true
}

// exchange adds to the verdict of a wait for the network by which client or
// connection it is, and whether a time limit is in sight.
func (s *scene) exchange(v *Verdict) {
	call, ok := s.call()
	if !ok {
		return // no source
	}
	if limit, ok := s.limit(); ok {
		v.Explanation += fmt.Sprintf(" It is in %s; %s%s sets a time limit.", call.Expr, limit.Text, place(limit.File, limit.Line))
		v.Fixes = append([]unleak.Fix{fix("See that the time limit of %s covers this wait, and that it is short enough", limit.Text)}, v.Fixes...)
		return
	}
	c := call.Client
	switch {
	case c == nil:
		v.Explanation += fmt.Sprintf(" It is in %s, and no deadline is set in sight.", call.Expr)
	case c.Default:
		v.Explanation += fmt.Sprintf(" It is in %s: http.DefaultClient has no time limit.", call.Expr)
	case c.Timeout:
		v.Explanation += fmt.Sprintf(" It is in %s: %s has the Timeout %s%s, which ends it.", call.Expr, c.Expr, c.Limit.Text, place(c.Limit.File, c.Limit.Line))
		v.Fixes = []unleak.Fix{fix("See that the Timeout of %s, %s, is short enough for how often it is used", c.Expr, c.Limit.Text)}
	case c.Made:
		v.Explanation += fmt.Sprintf(" It is in %s: %s is made without a Timeout%s, and no deadline is set in sight.", call.Expr, c.Expr, place(c.Limit.File, c.Limit.Line))
	default:
		v.Explanation += fmt.Sprintf(" It is in %s, and no deadline is set in sight.", call.Expr)
	}
}

// call returns the call by which the blocked function went into the standard
// library.
func (s *scene) call() (source.Op, bool) {
	for i, f := range s.g.Stack {
		if f != s.at || i == 0 {
			continue
		}
		inner := s.g.Stack[i-1].Func
		name := inner[strings.LastIndexByte(inner, '.')+1:]
		for _, op := range s.site.Ops {
			if op.Kind == source.Call && strings.TrimPrefix(op.Func, ".") == name {
				return op, true
			}
		}
	}
	return source.Op{}, false
}

// limit returns a call in one of the functions on the stack that sets a time
// limit.
func (s *scene) limit() (source.Limit, bool) {
	for _, site := range s.sites {
		if len(site.Limits) > 0 {
			return site.Limits[0], true
		}
	}
	return source.Limit{}, false
}

// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak"
)

// iterPull recognises the coroutine of an iter.Pull that is neither read to its
// end nor stopped.
func iterPull(s *scene) (Verdict, bool) {
	v := Verdict{
		Cause:       unleak.CauseIterPull,
		Explanation: "It is the coroutine of an iter.Pull, waiting " + s.where() + " for a next or stop that does not come.",
		Fixes:       []unleak.Fix{fix("Defer the stop function that iter.Pull returns, straight after the call")},
	}
	if !strings.HasPrefix(s.Key.Entry, "iter.Pull") {
		v.Explanation = "It waits " + s.where() + " for the coroutine of an iter.Pull, which is stuck itself."
		v.Fixes = []unleak.Fix{fix("End the wait of the iterator that runs in the coroutine")}
	}
	return v, s.wait == unleak.WaitCoroutine
}

// httpBody recognises the goroutine of a client's connection that waits until the
// response's body is read to its end or closed (net/http/transport.go, readLoop;
// for HTTP/2, h2_bundle.go, writeRequest). It reads in IO wait at other times.
func httpBody(s *scene) (Verdict, bool) {
	if s.wait != unleak.WaitSelect {
		return Verdict{}, false
	}
	_, one := s.has("net/http.(*persistConn).readLoop")
	two := false
	for _, f := range s.g.Stack {
		two = two || strings.HasPrefix(f.Func, "net/http") && strings.HasSuffix(f.Func, "lientStream).writeRequest")
	}
	if !one && !two {
		return Verdict{}, false
	}
	return Verdict{
		Cause:       unleak.CauseHTTPBody,
		Explanation: "A client's connection waits until the body of its response is read to the end or closed, and nobody does either.",
		Fixes:       []unleak.Fix{fix("Close the response's body after each request: defer resp.Body.Close() after the check of err")},
	}, true
}

// A library entry says what a function of the standard library waits for when a
// goroutine is found in it.
type library struct {
	function string
	cause    unleak.Cause
	explain  string
	fix      string
}

// libraries lists them, the inner ones before those that call them.
var libraries = [...]library{
	{"net/http.(*persistConn).roundTrip", unleak.CauseNetworkIO, "It waits for a server's answer to a request", "Give the http.Client a Timeout, or the request a context with one"},
	{"net/http.(*http2ClientConn).roundTrip", unleak.CauseNetworkIO, "It waits for a server's answer to a request", "Give the http.Client a Timeout, or the request a context with one"},
	{"net/http/internal/http2.(*ClientConn).roundTrip", unleak.CauseNetworkIO, "It waits for a server's answer to a request", "Give the http.Client a Timeout, or the request a context with one"},
	{"net/http.(*Transport).getConn", unleak.CauseNetworkIO, "It waits for a connection to a server", "Give the http.Client a Timeout, or the request a context with one"},
	{"net/http.(*connReader).abortPendingRead", unleak.CauseNetworkIO, "It waits for a read of its connection to end, and that does not heed the deadline that was set to end it", "Make the connection's SetReadDeadline end a read under way, as net.Conn demands, or close the connection"},
	{"net/http.(*Server).Serve", unleak.CauseNeverStopped, "It accepts connections for an http.Server that nobody closed", "Call Close or Shutdown of the server when it is no longer needed"},
	{"database/sql.(*DB).connectionOpener", unleak.CauseNeverStopped, "It serves a sql.DB that nobody closed", "Call Close of the sql.DB when it is no longer needed"},
	{"database/sql.(*Tx).awaitDone", unleak.CauseNeverStopped, "It serves a sql.Tx that was neither committed nor rolled back", "Defer Rollback of the transaction straight after BeginTx"},
	{"database/sql.(*Rows).awaitDone", unleak.CauseNeverStopped, "It serves a sql.Rows that was neither closed nor read to the end", "Defer Close of the rows straight after Query"},
	{"database/sql.(*DB).conn", unleak.CauseNeverStopped, "It waits for a free connection of the pool, and none comes back", "Close every sql.Rows, sql.Stmt, sql.Tx and sql.Conn when done with it"},
	{"context.(*cancelCtx).propagateCancel", unleak.CauseContext, "It waits until a context or its parent is cancelled, and nobody does", "Call the cancel function of the derived context on every way out"},
	{"os/signal.NotifyContext", unleak.CauseContext, "It waits for a signal or for the end of a signal.NotifyContext", "Defer the stop function that signal.NotifyContext returns"},
	{"os/exec.(*Cmd).watchCtx", unleak.CauseNeverStopped, "It watches a command that nobody waits for", "Call Wait of the exec.Cmd after Start"},
	{"os/exec.(*Cmd).Start", unleak.CauseNeverStopped, "It copies the input or output of a command that goes on", "Call Wait of the exec.Cmd, and end the command: exec.CommandContext"},
	{"io.(*pipe).read", unleak.CauseNeverStopped, "It reads from an io.Pipe whose other end is not closed", "Close the io.PipeWriter on every way out of the writer, with CloseWithError after a failure"},
	{"io.(*pipe).write", unleak.CauseNeverStopped, "It writes to an io.Pipe that nobody reads any more", "Close the io.PipeReader on every way out of the reader"},
	{"net.(*pipe).read", unleak.CauseNetworkIO, "It reads from a net.Pipe whose other end is silent", "Close the connection, or set a deadline"},
	{"net.(*pipe).write", unleak.CauseNetworkIO, "It writes to a net.Pipe that nobody reads", "Close the connection, or set a deadline"},
}

// stdlib recognises waits inside the standard library by its frames.
func stdlib(s *scene) (Verdict, bool) {
	for _, l := range libraries {
		if f, ok := s.has(l.function); ok && s.inLibrary(f) {
			v := Verdict{Cause: l.cause, Fixes: []unleak.Fix{fix("%s", l.fix)}}
			v.Explanation = l.explain + "."
			if !unleak.IsStandard(s.at.Package()) {
				v.Explanation = fmt.Sprintf("%s, %s.", l.explain, s.where())
			}
			if l.cause == unleak.CauseNetworkIO {
				s.exchange(&v)
			}
			return v, true
		}
	}
	return Verdict{}, false
}

// inLibrary reports whether no frame of other code is inside the library's frame:
// a handler that a server calls waits for reasons of its own.
func (s *scene) inLibrary(library unleak.Frame) bool {
	for _, f := range s.g.Stack {
		if f == library {
			return true
		}
		if !unleak.IsStandard(f.Package()) {
			return false
		}
	}
	return false
}

func syscallWait(s *scene) (Verdict, bool) {
	v := Verdict{
		Cause:       unleak.CauseSyscall,
		Explanation: "It is in a system call or a C function " + s.where() + " and does not come back.",
		Fixes:       []unleak.Fix{fix("Use a call that can be ended: with a time limit, a context, or by closing the file")},
	}
	return v, s.wait == unleak.WaitSyscall
}

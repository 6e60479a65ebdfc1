// SPDX-License-Identifier: MIT

package diagnose

import (
	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// ResolveWaits finds the waits of goroutines that have none: in a profile as text,
// the runtime's frames do not show, and a send looks like a receive. Where source
// shows one operation on the innermost frame's line that can block, that is it. It
// must run before the goroutines are grouped, since the wait is part of the key.
// The tree may be nil.
func ResolveWaits(goroutines []*unleak.Goroutine, tree *source.Tree) {
	if tree == nil {
		return
	}
	for _, g := range goroutines {
		if g.Wait != "" || len(g.Stack) == 0 {
			continue
		}
		if at := g.Stack[0]; own(at) {
			g.Wait = onlyWait(tree.Site(at))
		} else {
			g.Wait = standardWaits[at.Func]
		}
	}
}

// standardWaits has the functions of the standard library that can block in one
// way, where no other function of theirs shows.
var standardWaits = map[string]unleak.Wait{
	"context.(*cancelCtx).propagateCancel.func2": unleak.WaitSelect, // context/context.go
	"database/sql.(*DB).connectionOpener":        unleak.WaitSelect, // database/sql/sql.go
	"database/sql.(*DB).connectionCleaner":       unleak.WaitSelect,
	"database/sql.(*DB).conn":                    unleak.WaitSelect,
	"database/sql.(*Tx).awaitDone":               unleak.WaitReceive,
	"net/http.(*Transport).getConn":              unleak.WaitSelect, // net/http/transport.go
	"net/http.(*persistConn).readLoop":           unleak.WaitSelect,
	"net/http.(*persistConn).roundTrip":          unleak.WaitSelect,
	"net/http.(*persistConn).writeLoop":          unleak.WaitSelect,
}

// waitOf is the wait in which an operation shows.
var waitOf = map[source.OpKind]unleak.Wait{
	source.Send:    unleak.WaitSend,
	source.Receive: unleak.WaitReceive,
	source.Range:   unleak.WaitReceive,
	source.Select:  unleak.WaitSelect,
}

// onlyWait returns the wait of the only operation on a line that can block in the
// runtime itself; "" where there is more than one. Where there is none the goroutine
// runs, and the runtime's frames that do not show are those that interrupted it.
func onlyWait(site source.Site) unleak.Wait {
	if !site.Found() {
		return ""
	}
	wait := unleak.Wait("")
	for _, op := range site.Ops {
		w := waitOf[op.Kind]
		switch {
		case w == "" || op.Default:
			continue
		case wait != "":
			return ""
		case op.Kind == source.Select && len(op.Cases) == 0:
			w = unleak.WaitSelectNone
		case op.Kind == source.Select && len(op.Cases) == 1:
			w = waitOf[op.Cases[0].Kind] // compiled to that case's operation
		}
		wait = w
	}
	if wait == "" {
		return unleak.WaitRunning
	}
	return wait
}

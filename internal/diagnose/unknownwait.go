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
		if g.Wait != "" || len(g.Stack) == 0 || !own(g.Stack[0]) {
			continue
		}
		g.Wait = onlyWait(tree.Site(g.Stack[0]))
	}
}

// waitOf is the wait in which an operation shows.
var waitOf = map[source.OpKind]unleak.Wait{
	source.Send:    unleak.WaitSend,
	source.Receive: unleak.WaitReceive,
	source.Range:   unleak.WaitReceive,
	source.Select:  unleak.WaitSelect,
}

// onlyWait returns the wait of the only operation on a line that can block in the
// runtime itself; "" where there is none or more than one.
func onlyWait(site source.Site) unleak.Wait {
	var wait unleak.Wait
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
	return wait
}

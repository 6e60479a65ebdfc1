// SPDX-License-Identifier: MIT

package diagnose

import (
	"slices"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// rejectChanged looks at each frame's line for what the frame says happens there,
// before anything is made of it. Source that has moved on since the program was
// built would have other loops and channels around the line.
func rejectChanged(groups []*Group, tree *source.Tree) {
	if tree.Changed == nil {
		return
	}
	for _, group := range groups {
		g := group.Sample
		for i, f := range g.Stack {
			if !own(f) {
				continue
			}
			if site := tree.Site(f); site.Found() && !fits(g, i, site) {
				tree.Reject(f)
			}
		}
		if own(g.Created) && tree.Site(g.Created).Found() && !tree.Spawn(g.Created, unleak.Frame{}).Found {
			tree.Reject(g.Created)
		}
	}
}

// fits reports whether the line of the i-th frame can be what calls the frame
// inside it, or, for the innermost, what the goroutine waits in.
func fits(g *unleak.Goroutine, i int, site source.Site) bool {
	if i > 0 {
		inner := g.Stack[i-1]
		if p := inner.Package(); p == "" || p == "runtime" || g.Elided != 0 {
			return true // a panic, or not the next frame
		}
		return site.MayCall(inner.Func)
	}
	switch g.Wait {
	case unleak.WaitReceive, unleak.WaitReceiveNil, unleak.WaitSend, unleak.WaitSendNil, unleak.WaitSelect, unleak.WaitSelectNone:
		return site.Ranges || slices.ContainsFunc(site.Ops, func(op source.Op) bool {
			return slices.Contains(opKinds[g.Wait], op.Kind)
		})
	}
	return true
}

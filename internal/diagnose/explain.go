// SPDX-License-Identifier: MIT

package diagnose

import (
	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// Explain fills the Verdict of every group. The tree may be nil or without
// source: then the cause is the wait's, or what the standard library's frames
// tell.
func Explain(groups []*Group, tree *source.Tree) {
	if tree == nil {
		tree = new(source.Tree)
	}
	rejectChanged(groups, tree)
	scenes := make([]*scene, len(groups))
	for i, group := range groups {
		scenes[i] = newScene(group, tree)
		scenes[i].all = scenes
	}
	orders := lockOrders(scenes)
	for _, s := range scenes {
		v, ok := orders[s]
		if !ok {
			v = verdict(s)
		}
		v.Explanation += s.surroundings(v)
		v.Endless, v.Once, v.WillEnd, v.Naps = s.endless(), s.spawn.Once != "", s.willEnd(), s.naps()
		v.Single = v.Once && s.spawn.Once != source.OnceAnObject
		if s.op.Kind != source.Send { // a receive frees one of those that queue
			for _, other := range s.ahead() {
				v.ahead = append(v.ahead, other.Group)
			}
		}
		s.Verdict = v
	}
}

// verdict asks the rules, the most particular first; the last knows every wait.
func verdict(s *scene) Verdict {
	for _, r := range [...]rule{
		nilChannel, emptySelect, // stuck whatever else is true
		iterPull, httpBody, stdlib, // told by the standard library's frames
		neverStopped, unboundedSpawn, // told by who starts and who stops
		contextDone, ticker, chanRange, // told by the channel
		chanSend, chanReceive, selectWait,
		mutex, rwmutex, waitGroup, cond,
		sleepLoop, busyLoop, networkIO, syscallWait,
	} {
		if v, ok := r(s); ok {
			return v
		}
	}
	return Verdict{
		Cause:       unleak.CauseUnknown,
		Explanation: "It waits " + s.where() + " (" + string(s.wait) + "), and nothing there says what would end the wait.",
	}
}

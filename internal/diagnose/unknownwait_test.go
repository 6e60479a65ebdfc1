// SPDX-License-Identifier: MIT

package diagnose

import (
	"testing"

	"github.com/unleak/unleak"
)

func TestResolveWaits(t *testing.T) {
	const text = `func f(a, b chan int) {
	a <- 1        // @send
	<-b           // @receive
	a <- <-b      // @both
	for range a { // @range
	}
	select { // @select
	case <-a:
	case b <- 1:
	}
	select { // @one
	case a <- 1:
	}
	select { // @default
	case <-a:
	default:
	}
	select {} // @none
	println() // @nothing
}
`
	for place, want := range map[string]unleak.Wait{
		"send": unleak.WaitSend, "receive": unleak.WaitReceive, "range": unleak.WaitReceive,
		"select": unleak.WaitSelect, "one": unleak.WaitSend, "none": unleak.WaitSelectNone,
		"both": "", "default": unleak.WaitRunning, "nothing": unleak.WaitRunning,
	} {
		tree, frame := marked(t, imports+text)
		gs := goroutines(frame, sample{stack: "f@" + place})
		if ResolveWaits(gs, nil); gs[0].Wait != "" {
			t.Errorf("without source: %q", gs[0].Wait)
		}
		if ResolveWaits(gs, tree); gs[0].Wait != want {
			t.Errorf("%s: %q, want %q", place, gs[0].Wait, want)
		}
	}
	tree, frame := marked(t, imports+text)
	gs := goroutines(frame,
		sample{wait: unleak.WaitIO, stack: "f@send"}, // known
		sample{stack: "sync.(*Mutex).Lock f@send"},   // inside the standard library
		sample{stack: ""},
		sample{stack: "net/http.(*persistConn).readLoop"}, // blocks in one way
	)
	ResolveWaits(gs, tree)
	if gs[0].Wait != unleak.WaitIO || gs[1].Wait != "" || gs[2].Wait != "" || gs[3].Wait != unleak.WaitSelect {
		t.Errorf("waits %q, %q, %q, %q", gs[0].Wait, gs[1].Wait, gs[2].Wait, gs[3].Wait)
	}
}

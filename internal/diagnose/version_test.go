// SPDX-License-Identifier: MIT

package diagnose

import (
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

// TestRejectChanged explains goroutines by source that has moved on.
func TestRejectChanged(t *testing.T) {
	const text = `func f(c chan int) {
	c = make(chan int)
	x := 1 // @moved
	<-c    // @receive
	g()    // @call
}
func g() { for { println() } } // @g
func start() {
	go f(nil) // @go
	println() // @after
}
`
	stack := func(wait unleak.Wait, stack, created string) sample {
		return sample{wait: wait, stack: stack, created: created}
	}
	for _, tt := range []struct {
		name    string
		sample  sample
		changed bool
	}{
		{"as it was", stack(unleak.WaitReceive, "f@receive", "start@go"), false},
		{"no operation", stack(unleak.WaitReceive, "f@moved", ""), true},
		{"another operation", stack(unleak.WaitSend, "f@receive", ""), true},
		{"another function", stack(unleak.WaitReceive, "g@receive", ""), true},
		{"calls it", stack(unleak.WaitRunning, "g@g f@call", ""), false},
		{"calls nothing", stack(unleak.WaitRunning, "g@g f@moved", ""), true},
		{"panics there", stack(unleak.WaitRunning, "g@g panic f@moved", ""), false},
		{"no go statement", stack(unleak.WaitReceive, "f@receive", "start@after"), true},
	} {
		tree, frame := marked(t, imports+text)
		var changed []string
		tree.Changed = func(file string) { changed = append(changed, file) }
		groups := GroupByKey(goroutines(frame, tt.sample))
		Explain(groups, tree)
		if got := len(changed) > 0; got != tt.changed {
			t.Errorf("%s: changed %v, want %v", tt.name, got, tt.changed)
		}
		if says := groups[0].Verdict.Explanation; tt.changed && strings.Contains(says, "makes") || says == "" {
			t.Errorf("%s: %s", tt.name, says)
		}
	}
}

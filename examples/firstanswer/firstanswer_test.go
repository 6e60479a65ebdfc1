// SPDX-License-Identifier: MIT

package firstanswer

import (
	"testing"
	"time"
)

// after returns a replica that takes its time.
func after(d time.Duration) Replica {
	return func(string) string {
		time.Sleep(d)
		return d.String()
	}
}

// TestCleanFirst ends while two replicas are still at work.
func TestCleanFirst(t *testing.T) {
	replicas := [3]Replica{after(0), after(1500 * time.Millisecond), after(2 * time.Second)}
	if got := First("ping", replicas); got != "0s" {
		t.Errorf("First = %q, want the answer of the quickest", got)
	}
}

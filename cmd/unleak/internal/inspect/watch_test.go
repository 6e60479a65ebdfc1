// SPDX-License-Identifier: MIT

package inspect

import (
	"testing"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
)

// TestThin: however long a process is watched, so many looks are kept, from the
// first to the last.
func TestThin(t *testing.T) {
	start := time.Date(2026, 5, 4, 3, 12, 0, 0, time.UTC)
	var looks []*diagnose.Look
	for i := range 10_000 {
		at := start.Add(time.Duration(i) * time.Second)
		looks = thin(append(looks, &diagnose.Look{Snapshot: unleak.Snapshot{Time: at}}))
		if n := len(looks); n > maxLooks || n < min(i+1, maxLooks/2) || looks[0].Time != start || looks[n-1].Time != at {
			t.Fatalf("after %d looks: %d, from %v to %v", i+1, n, looks[0].Time, looks[n-1].Time)
		}
	}
	for i := 1; i < len(looks); i++ {
		if !looks[i].Time.After(looks[i-1].Time) {
			t.Errorf("look %d is at %v, after %v", i, looks[i].Time, looks[i-1].Time)
		}
	}
}

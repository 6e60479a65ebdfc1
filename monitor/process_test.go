// SPDX-License-Identifier: MIT

package monitor

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/unleak/unleak/internal/live"
)

// TestThis looks at this process, and asks its runtime for the proof, or for the reason
// why there is none. That the proof names what leaks is tried in internal/live.
func TestThis(t *testing.T) {
	o, err := Options{Prove: true, Logger: slog.New(slog.DiscardHandler)}.complete()
	if err != nil {
		t.Fatal(err)
	}
	w := newWatcher(o, newThis(), time.Now)
	w.tick()
	s := w.state.Load()
	if s.Goroutines == 0 || s.Profiles != 1 || s.ProfileTime <= 0 || len(s.report.Groups) == 0 || len(s.report.Losses) > 0 {
		t.Errorf("%+v, %d groups, losses %v", s.Status, len(s.report.Groups), s.report.Losses)
	}
	if live.CanProve() {
		if s.Proofs != 1 || s.report.Config.NoProof != "" {
			t.Errorf("%d proofs; none, for %q", s.Proofs, s.report.Config.NoProof)
		}
		return
	}
	if _, err := w.process.leaked(); !errors.Is(err, live.ErrNoProfile) || s.report.Config.NoProof == "" || s.Proofs != 0 {
		t.Errorf("error %v, reason %q, %d proofs", err, s.report.Config.NoProof, s.Proofs)
	}
}

// SPDX-License-Identifier: MIT

package inspect_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/unleak/unleak/cmd/unleak/internal/inspect"
	"github.com/unleak/unleak/monitor"
)

// TestMonitor reads what a process serves that watches itself, once and again and
// again.
func TestMonitor(t *testing.T) {
	stop, err := monitor.Start(monitor.Options{Interval: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	mux := http.NewServeMux()
	mux.Handle("/debug/unleak", monitor.Handler())
	server := httptest.NewServer(mux)
	defer server.Close()
	for { // until it has looked
		if s, _ := monitor.Read(); s.Profiles > 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	for _, every := range []time.Duration{0, time.Second} {
		reports := 0
		o := inspect.Options{Args: []string{server.URL + "/debug/unleak"}, Every: every, For: 2 * every}
		for r, err := range inspect.Run(t.Context(), o, inspect.Streams{Dir: t.TempDir()}) {
			if err != nil {
				t.Fatalf("every %v: %v", every, err)
			}
			if reports++; r.Config.Command != "monitor" || r.Summary.Total == 0 || len(r.Groups) == 0 {
				t.Errorf("every %v: config %+v, summary %+v, %d groups", every, r.Config, r.Summary, len(r.Groups))
			}
		}
		if several := every > 0; reports == 0 || several != (reports > 1) {
			t.Errorf("every %v: %d reports", every, reports)
		}
	}
}

// SPDX-License-Identifier: MIT

package ticker

import (
	"context"
	"testing"
	"time"

	"github.com/unleak/unleak/examples/internal/settle"
)

// TestLeakyReport and TestLeakyReportHourly leave one loop each.
func TestLeakyReport(t *testing.T) {
	reports := 0
	Report(time.Minute, func() { reports++ })
	settle.Wait(t)
	if reports != 1 {
		t.Errorf("%d reports at the start, want 1", reports)
	}
}

func TestLeakyReportHourly(t *testing.T) {
	Report(time.Hour, func() {})
	settle.Wait(t)
}

func TestFixedReport(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reports := make(chan struct{})
	go ReportFixed(ctx, time.Millisecond, func() {
		select {
		case reports <- struct{}{}:
		case <-ctx.Done():
		}
	})
	for range 3 {
		<-reports
	}
	cancel()
	settle.Wait(t)
}

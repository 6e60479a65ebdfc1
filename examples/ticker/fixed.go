// SPDX-License-Identifier: MIT

package ticker

import (
	"context"
	"time"
)

// ReportFixed is Report, mended: it stops when ctx is done.
func ReportFixed(ctx context.Context, interval time.Duration, report func()) {
	report()
	ticker := time.NewTicker(interval)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				report()
			}
		}
	}()
}

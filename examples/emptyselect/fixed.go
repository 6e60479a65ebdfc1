// SPDX-License-Identifier: MIT

package emptyselect

import "context"

// RunFixed is Run, mended: it keeps the service until ctx is done.
func RunFixed(ctx context.Context, register, unregister func()) {
	go func() {
		register()
		defer unregister()
		<-ctx.Done()
	}()
}

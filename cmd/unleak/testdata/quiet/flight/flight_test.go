// SPDX-License-Identifier: MIT

// Package flight leaves a shared call in flight, for which its callers did not
// wait.
package flight

import (
	"testing"
	"time"

	"golang.org/x/sync/singleflight"
)

var group singleflight.Group

func lookUp(key string) <-chan singleflight.Result {
	return group.DoChan(key, func() (any, error) {
		time.Sleep(2 * time.Second)
		return key, nil
	})
}

func TestImpatient(t *testing.T) {
	select {
	case <-lookUp("a"):
	case <-time.After(time.Millisecond):
	}
}

func TestImpatient2(t *testing.T) { t.Parallel(); TestImpatient(t) }

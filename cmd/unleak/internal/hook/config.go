// SPDX-License-Identifier: MIT

package hook

import (
	"fmt"
	"time"
)

// Config is what the hook in a test binary is told.
type Config struct {
	// Dir is the absolute path of an existing folder; each process makes a
	// folder of its own in it.
	Dir string
	// Proof asks for the goroutineleak profile.
	Proof bool
	// Labels says that the release's tracebacks can show labels (Go 1.26).
	Labels bool
	// Grace is how long to wait at exit while goroutines still come or go.
	Grace time.Duration
	// Linger is how long to wait on top, once settled, for the number of
	// goroutines to fall to Floor.
	Linger time.Duration
	Floor  int
	// Full is the number of goroutines above which no stacks are taken.
	Full int
}

// Env returns the value for Variable: one line, the folder last, since a path may
// hold any character.
func (c Config) Env() string {
	return fmt.Sprintf("proof=%d;labels=%d;grace=%s;linger=%s;floor=%d;full=%d;dir=%s",
		digit(c.Proof), digit(c.Labels), c.Grace, c.Linger, c.Floor, c.Full, c.Dir)
}

func digit(b bool) int {
	if b {
		return 1
	}
	return 0
}

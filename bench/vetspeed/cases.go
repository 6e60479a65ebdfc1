// SPDX-License-Identifier: MIT

package main

import (
	"fmt"

	"github.com/unleak/unleak/bench/turns"
)

// A testCase is one question about a module.
type testCase struct {
	name     string
	module   string // with its version
	packages string // what is analysed
	state    state
	waits    bool // the time is that on the clock, which a bound in seconds is about
	wanted   string
	// judge says what the sides amount to, go vet first, and whether that is as
	// wanted.
	judge func([]turns.Side) (measured string, ok bool)
}

// A state is what the go command knows when a turn begins. What the packages import
// is compiled in all of them.
type state int

const (
	warm    state = iota // the results of all packages
	changed              // those of all packages but the one that is looked at
	cold                 // none, not even of what the packages import
)

// Name returns the case's name.
func (c testCase) Name() string { return c.name }

const (
	grpc       = "google.golang.org/grpc@v1.65.0"
	nats       = "github.com/nats-io/nats-server/v2@v2.10.27"
	prometheus = "github.com/prometheus/prometheus@v0.53.0"
)

// A module's cold case comes before the warm ones: those go on with its results.
var cases = []testCase{
	whole("grpc-cold", grpc, cold),
	whole("grpc", grpc, warm),
	one("grpc-package", grpc, "./internal/transport", warm, 1),
	one("grpc-changed", grpc, "./internal/transport", changed, 5),
	whole("nats-cold", nats, cold),
	whole("nats", nats, warm),
	whole("prometheus-cold", prometheus, cold),
	whole("prometheus", prometheus, warm),
	one("prometheus-package", prometheus, "./scrape", warm, 1),
	one("prometheus-changed", prometheus, "./scrape", changed, 5),
}

func whole(name, module string, s state) testCase {
	return testCase{
		name: name, module: module, packages: "./...", state: s,
		wanted: "at most 2.00 of go vet, 1500 MB",
		judge:  atMost(2, 1500),
	}
}

func one(name, module, pkg string, s state, seconds float64) testCase {
	return testCase{
		name: name, module: module, packages: pkg, state: s, waits: true,
		wanted: fmt.Sprintf("at most %.2f s", seconds), judge: atMostSeconds(seconds),
	}
}

func atMost(bound, megabytes float64) func([]turns.Side) (string, bool) {
	return func(s []turns.Side) (string, bool) {
		ratio, peak := turns.Median(s[1].Times.DividedBy(s[0].Times)), 0.0
		for _, m := range s[1].Peaks {
			peak = max(peak, m)
		}
		return fmt.Sprintf("%.2f of go vet, %.0f MB", ratio, peak), ratio <= bound && peak <= megabytes
	}
}

func atMostSeconds(bound float64) func([]turns.Side) (string, bool) {
	return func(s []turns.Side) (string, bool) {
		seconds := turns.Median(s[1].Times)
		return fmt.Sprintf("%.2f s", seconds), seconds <= bound
	}
}

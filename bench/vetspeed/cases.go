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
	cold     bool   // with an empty build cache
	wanted   string
	// judge says what the sides amount to, go vet first, and whether that is as
	// wanted.
	judge func([]turns.Side) (measured string, ok bool)
}

// Name returns the case's name.
func (c testCase) Name() string { return c.name }

const (
	grpc       = "google.golang.org/grpc@v1.65.0"
	nats       = "github.com/nats-io/nats-server/v2@v2.10.27"
	prometheus = "github.com/prometheus/prometheus@v0.53.0"
)

// A module's cold case comes before the warm ones: those go on with its caches.
var cases = []testCase{
	whole("grpc-cold", grpc, true),
	whole("grpc", grpc, false),
	one("grpc-package", grpc, "./internal/transport"),
	whole("nats-cold", nats, true),
	whole("nats", nats, false),
	whole("prometheus-cold", prometheus, true),
	whole("prometheus", prometheus, false),
	one("prometheus-package", prometheus, "./scrape"),
}

func whole(name, module string, cold bool) testCase {
	return testCase{
		name: name, module: module, packages: "./...", cold: cold,
		wanted: "at most 2.00 of go vet, 1500 MB",
		judge:  atMost(2, 1500),
	}
}

func one(name, module, pkg string) testCase {
	return testCase{name: name, module: module, packages: pkg, wanted: "at most 1.00 s", judge: atMostSeconds(1)}
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

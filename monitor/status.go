// SPDX-License-Identifier: MIT

package monitor

import (
	"encoding/json"
	"time"

	"github.com/unleak/unleak"
)

// Status is what the monitor knows. It marshals to JSON, in which times are of RFC
// 3339 and durations in nanoseconds.
type Status struct {
	// Started is when the monitor was started, Time when Numbers were read.
	Started time.Time `json:"started"`
	Time    time.Time `json:"time,omitzero"`
	Numbers
	// Profiles is how many goroutine profiles were taken, ProfileTime how long
	// they took together, judging included, and Profiled when the last one was.
	Profiles    int           `json:"profiles"`
	ProfileTime time.Duration `json:"profileTime"`
	Profiled    time.Time     `json:"profiled,omitzero"`
	// Proofs is how many goroutineleak profiles were taken.
	Proofs int `json:"proofs"`
	// Findings are as of the last profile, the surest first. They are shared:
	// never write to them.
	Findings []unleak.Finding `json:"findings"`
	// Forecast says how many goroutines the budget allows, and when there will be
	// as many; nil where there is no budget.
	Forecast *unleak.Forecast `json:"forecast,omitempty"`
}

// Read returns what the monitor of this process knows; ok is false where none runs. It
// takes no profile, and costs next to nothing.
func Read() (s Status, ok bool) {
	w := running.Load()
	if w == nil {
		return Status{}, false
	}
	return w.state.Load().Status, true
}

// Var is the monitor of this process as an expvar.Var:
//
//	expvar.Publish("unleak", monitor.Var{})
type Var struct{}

// String returns the Status as JSON; "null" where no monitor runs.
func (Var) String() string {
	s, ok := Read()
	if !ok {
		return "null"
	}
	text, err := json.Marshal(s)
	if err != nil {
		return "null" // a forecast is always a number, so this does not happen
	}
	return string(text)
}

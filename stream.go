// SPDX-License-Identifier: MIT

package unleak

// A Message is one line of the JSON stream: an object with exactly one member.
// A stream starts with one Config and ends with one Summary; a stream without a
// Summary was cut short.
type Message struct {
	Config   *Config   `json:"config,omitempty"`
	Progress *Progress `json:"progress,omitempty"`
	Snapshot *Snapshot `json:"snapshot,omitempty"`
	Group    *Group    `json:"group,omitempty"`
	Rollup   *Rollup   `json:"rollup,omitempty"`
	Finding  *Finding  `json:"finding,omitempty"`
	Loss     *Loss     `json:"loss,omitempty"`
	Summary  *Summary  `json:"summary,omitempty"`
}

// Config says what ran.
type Config struct {
	// Tool is "unleak"; Version its version.
	Tool    string `json:"tool"`
	Version string `json:"version"`
	// Command is the subcommand (test, vet, inspect, serve), or "monitor" where a
	// process watches itself.
	Command string `json:"command"`
	// Go is the Go release of the program looked at, as runtime.Version prints
	// it; "" where unknown.
	Go string `json:"go,omitempty"`
	// Module is the path of the user's main module, where known.
	Module string `json:"module,omitempty"`
	// NoProof is "" where the runtime's proof was taken, else the reason why it
	// was not.
	NoProof string `json:"noProof,omitempty"`
}

// Progress tells a person or a program what goes on; reporters may drop it.
type Progress struct {
	Message string `json:"message"`
}

// A Loss is something that was not read or not looked at, and why.
type Loss struct {
	// Kind is a short identifier. Of test runs: crash, killed, no-evidence,
	// timeout, not-confirmed; of dumps: truncated, unreadable, capped, elided,
	// filtered, several, one-look; of rules: unmatched-rule, vanished; and more.
	Kind string `json:"kind"`
	// Package is the import path of the package concerned, if any.
	Package string `json:"package,omitempty"`
	// Message says what was lost, why, and what to do, in full sentences.
	Message string `json:"message"`
	// Hides says that the loss could hide a finding: the run must not read as
	// clean.
	Hides bool `json:"hides,omitempty"`
}

// Summary closes a stream.
type Summary struct {
	// Proven, Likely and Suspect count findings, not goroutines.
	Proven  int `json:"proven"`
	Likely  int `json:"likely"`
	Suspect int `json:"suspect"`
	// Goroutines is the number of goroutines in all findings.
	Goroutines int `json:"goroutines"`
	// Running counts goroutines that were left but are no leak as far as can
	// be told: they run, sleep, or wait for the network or a timer.
	Running int `json:"running"`
	// Idle counts goroutines set aside by rule: idle connections, the
	// standard library's own background goroutines.
	Idle int `json:"idle,omitempty"`
	// Ignored counts findings that an ignore rule or the baseline took out.
	Ignored int `json:"ignored,omitempty"`
	// Total is the number of goroutines in the last snapshot.
	Total int `json:"total,omitempty"`
	// Forecast says how many goroutines the process can have; nil where
	// nothing tells.
	Forecast *Forecast `json:"forecast,omitempty"`
	// Packages and Tests count what was looked at.
	Packages int `json:"packages,omitempty"`
	Tests    int `json:"tests,omitempty"`
	// Failed says that the command itself failed, failing tests included.
	Failed bool `json:"failed,omitempty"`
	// Losses counts the Loss messages of the stream.
	Losses int `json:"losses"`
}

// Count adds a finding to the numbers.
func (s *Summary) Count(f *Finding) {
	switch f.Grade {
	case Proven:
		s.Proven++
	case Likely:
		s.Likely++
	default:
		s.Suspect++
	}
	s.Goroutines += f.Count
}

// SPDX-License-Identifier: MIT

package gotest

import (
	"strings"
	"testing"
)

// TestLosses names for each way of ending without evidence the reason.
func TestLosses(t *testing.T) {
	begun := []*binary{{pkg: "m"}}
	ended := []*binary{{pkg: "m", ended: true, teardown: true, full: true}}
	tests := []struct {
		name     string
		args     []string
		result   packageResult
		binaries []*binary
		want     string // kind, and whether it hides
	}{
		{"whole", nil, packageResult{Ran: true, Passed: true}, ended, ""},
		{"nothing", nil, packageResult{Ran: true, Passed: true}, nil, "no-evidence!"},
		{"cached", nil, packageResult{Passed: true}, nil, ""},
		{"not built", nil, packageResult{Fault: "build failed"}, nil, "not-run!"},
		{"begun", nil, packageResult{Ran: true}, begun, "killed!"},
		{"one of two ended", nil, packageResult{Ran: true}, append(begun, ended...), "killed!"},
		{"killed", nil, packageResult{Ran: true, Death: "signal: killed"}, begun, "killed!"},
		{"panic", nil, packageResult{Ran: true, Death: "panic: x"}, begun, "crash!"},
		{"panic before m.Run", nil, packageResult{Ran: true, Death: "panic: x"}, nil, "crash!"},
		{"panic printed", nil, packageResult{Ran: true, Passed: true, Death: "panic: x"}, ended, ""},
		{"timeout", nil, packageResult{Ran: true, Death: timeoutText + "1s"}, begun, "timeout!"},
		{"deadlock", nil, packageResult{Ran: true, Death: deadlockText + " - deadlock!"}, begun, "crash!"},
		{"traceback cut", nil, packageResult{Ran: true, Death: timeoutText + "1s", Cut: true}, begun, "timeout! truncated!"},
		{"faults", nil, packageResult{Ran: true}, []*binary{{pkg: "m", ended: true, teardown: true, faults: []string{"stacks: cut"}}}, "unreadable!"},
		{"too many", nil, packageResult{Ran: true}, []*binary{{pkg: "m", ended: true, teardown: true, left: maxStacks + 1}}, "capped"},
		{"no exit hook", nil, packageResult{Ran: true}, []*binary{{pkg: "m", ended: true, full: true}}, "no-teardown"},
		{"listing", []string{"-list=."}, packageResult{Ran: true, Passed: true}, nil, ""},
		{"only printed", []string{"-n"}, packageResult{Ran: true, Passed: true}, nil, ""},
		{"fuzzing", []string{"-fuzz=F"}, packageResult{Ran: true, Passed: true}, ended, "fuzz"},
	}
	tools := &toolchain{GOMOD: "/m/go.mod"}
	source, err := tools.source()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := split(tt.args, ownFlags(new(Options)))
			if err != nil {
				t.Fatal(err)
			}
			r := &runner{Options: Options{arguments: a}, tools: tools, checkout: source}
			tt.result.Package = "m"
			r.account([]packageResult{tt.result}, tt.binaries, false)
			var got []string
			for _, l := range r.losses {
				kind := l.Kind
				if l.Hides {
					kind += "!"
				}
				got = append(got, kind)
				if l.Message == "" {
					t.Errorf("%s without words", kind)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q: %v", got, tt.want, r.losses)
			}
		})
	}
}

// TestExecLoss names -exec where it is the likely reason.
func TestExecLoss(t *testing.T) {
	a, err := split([]string{"-exec=ssh host"}, ownFlags(new(Options)))
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{Options: Options{arguments: a}, tools: new(toolchain)}
	r.account([]packageResult{{Package: "m", Ran: true, Passed: true}}, nil, false)
	if len(r.losses) != 1 || !strings.Contains(r.losses[0].Message, `-exec="ssh host"`) {
		t.Errorf("losses %v", r.losses)
	}
}

// SPDX-License-Identifier: MIT

package gotest

import (
	"testing"

	"github.com/unleak/unleak"
)

func TestOwn(t *testing.T) {
	wait := unleak.Frame{Func: "internal/poll.(*pollDesc).wait", File: "/go/src/internal/poll/fd_poll_runtime.go", Line: 84}
	park := unleak.Frame{Func: "internal/poll.runtime_pollWait", File: "/go/src/runtime/netpoll.go", Line: 351}
	lib := unleak.Frame{Func: "example.com/lib.Read", File: "/lib/lib.go", Line: 3}
	call := unleak.Frame{Func: "example.com/m.Serve", File: "/m/m.go", Line: 7}
	for _, test := range []struct {
		name, gomod string
		stack       []unleak.Frame
		blocked     unleak.Frame
		want        *unleak.Frame
	}{
		{"called from the module", "/m/go.mod", []unleak.Frame{park, wait, lib, call}, lib, &call},
		{"blocked in the module", "/m/go.mod", []unleak.Frame{park, wait, call}, call, nil},
		{"the module is the standard library", "/go/src/go.mod", []unleak.Frame{park, wait}, wait, nil},
	} {
		r := &runner{tools: &toolchain{GOROOT: "/go", GOMOD: test.gomod}}
		got := r.own(&unleak.Finding{Blocked: test.blocked, Stack: test.stack})
		if (got == nil) != (test.want == nil) || got != nil && *got != *test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

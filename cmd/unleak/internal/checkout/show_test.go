// SPDX-License-Identifier: MIT

package checkout

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

func TestOwn(t *testing.T) {
	wait := unleak.Frame{Func: "internal/poll.(*pollDesc).wait", File: "/go/src/internal/poll/fd_poll_runtime.go", Line: 84}
	park := unleak.Frame{Func: "internal/poll.runtime_pollWait", File: "/go/src/runtime/netpoll.go", Line: 351}
	lib := unleak.Frame{Func: "example.com/lib.Read", File: "/lib/lib.go", Line: 3}
	call := unleak.Frame{Func: "example.com/m.Serve", File: "/m/m.go", Line: 7}
	main := unleak.Frame{Func: "main.main", File: "/m/cmd/main.go", Line: 7}
	for _, test := range []struct {
		name, root, module string
		stack              []unleak.Frame
		blocked            unleak.Frame
		want               *unleak.Frame
	}{
		{"by its folder", "/m", "", []unleak.Frame{park, wait, lib, main}, lib, &main},
		{"by its package", "/elsewhere", "example.com/m", []unleak.Frame{park, wait, lib, call}, lib, &call},
		{"blocked in the module", "/m", "", []unleak.Frame{park, wait, call}, call, nil},
		{"the module is the standard library", "/go/src", "std", []unleak.Frame{park, wait}, wait, nil},
	} {
		c, err := Open(Options{Go: &Go{GOROOT: "/go"}})
		if err != nil {
			t.Fatal(err)
		}
		c.root, c.modules = test.root, []folder{{test.module, test.root, true}}
		got := c.own(&unleak.Finding{Blocked: test.blocked, Stack: test.stack})
		if (got == nil) != (test.want == nil) || got != nil && *got != *test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

// TestFinish reads a dump's finding beside source of the same, of another and of
// no version.
func TestFinish(t *testing.T) {
	root := lay(t, "go.mod=module m\n",
		"pkg/y.go=package pkg\n\nfunc Y() {\n\t<-c // here\n}\n\nfunc go_() {\n\tgo Y()\n}\n",
		"old/o.go=package old\n\nfunc Else() {\n\tpkg.Y()\n}\n")
	c, err := Open(Options{Dir: root, Getenv: environment(root)})
	if err != nil {
		t.Fatal(err)
	}
	blocked := unleak.Frame{Func: "m/pkg.Y", File: "/ci/pkg/y.go", Line: 4}
	stack := []unleak.Frame{
		blocked,
		{Func: "m/old.O", File: "/ci/old/o.go", Line: 4},
		{Func: "m/none.N", File: "/ci/none/n.go", Line: 4},
	}
	findings := []unleak.Finding{{
		Blocked: blocked, Entry: stack[2], Stack: stack,
		Created:  &unleak.Frame{Func: "m/old.O", File: "/ci/old/o.go", Line: 4},
		Creators: []unleak.Frame{{Func: "m/pkg.go_", File: "/ci/pkg/y.go", Line: 8}},
		Fixes:    []unleak.Fix{{Edits: []unleak.Edit{{File: filepath.Join(root, "pkg", "y.go")}}}},
	}}
	tree := c.Tree()
	for _, f := range stack {
		tree.Site(f)
	}
	c.Finish(findings, tree)
	f := findings[0]
	if f.Blocked.File != "pkg/y.go" || f.Blocked.Text != "<-c // here" || f.Own != nil {
		t.Errorf("blocked at %+v, own %v", f.Blocked, f.Own)
	}
	if f.Created.File != "old/o.go" || f.Created.Text != "" {
		t.Errorf("created at %+v: the line is of another version", f.Created)
	}
	if f.Creators[0].File != "pkg/y.go" {
		t.Errorf("creators %v", f.Creators)
	}
	if f.Entry.File != "/ci/none/n.go" || f.Fixes[0].Edits[0].File != "pkg/y.go" {
		t.Errorf("entry %+v, fixes %v", f.Entry, f.Fixes)
	}
	if stack[0].File != "/ci/pkg/y.go" || f.Stack[0].File != "pkg/y.go" {
		t.Errorf("the stack is shared: %v, %v", stack[0], f.Stack[0])
	}
	var kinds []string
	for _, l := range c.Missing() {
		kinds = append(kinds, l.Kind)
		if l.Kind == "no-source" && !strings.HasPrefix(l.Message, "The source of m/none was not found") ||
			l.Kind == "other-source" && !strings.Contains(l.Message, " not there in old/o.go.") {
			t.Errorf("%s", l.Message)
		}
	}
	if strings.Join(kinds, " ") != "no-source other-source" {
		t.Errorf("missing: %v", kinds)
	}
}

func TestSome(t *testing.T) {
	for want, names := range map[string]string{"a": "a", "a and b": "a b", "a, b and c": "a b c", "a, b, c, d, e and 2 more": "a b c d e f g"} {
		if got := some(strings.Fields(names)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

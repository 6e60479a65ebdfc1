// SPDX-License-Identifier: MIT

package unleak

import "testing"

func stack(functions ...string) []Frame {
	var s []Frame
	for _, f := range functions {
		s = append(s, Frame{Func: f})
	}
	return s
}

func TestKey(t *testing.T) {
	tests := []struct {
		name  string
		wait  Wait
		stack []Frame
		want  Key
	}{
		{"own code", WaitSend, stack("m.all.func1"), Key{WaitSend, "m.all.func1", "m.all.func1"}},
		{"a library's inner frames", WaitReceive, stack("net/http.(*T).wait", "example.com/m.get", "example.com/m.run"),
			Key{WaitReceive, "example.com/m.get", "example.com/m.run"}},
		{"a nil channel is a channel", WaitReceiveNil, stack("m.f"), Key{WaitReceive, "m.f", "m.f"}},
		{"a nil send is known everywhere", WaitSendNil, stack("m.f"), Key{WaitSendNil, "m.f", "m.f"}},
		{"the go statement's wrapper", WaitSelect, stack("m.(*T).run", "m.New.gowrap1"), Key{WaitSelect, "m.(*T).run", "m.(*T).run"}},
		{"the standard library alone", WaitGroup, stack("sync.runtime_SemacquireWaitGroup", "sync.(*WaitGroup).Wait"),
			Key{WaitGroup, "sync.(*WaitGroup).Wait", "sync.(*WaitGroup).Wait"}},
		{"type arguments", WaitMutex, stack("m.(*Map[go.shape.string,example.com/x.T]).Get[int]"),
			Key{WaitMutex, "m.(*Map[...]).Get[...]", "m.(*Map[...]).Get[...]"}},
		{"no stack", WaitRunning, nil, Key{Wait: WaitRunning}},
	}
	for _, tt := range tests {
		g := Goroutine{Wait: tt.wait, Stack: tt.stack}
		if got := g.Key(); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// TestKeyID holds the digits: baselines and other machines' reports have them.
func TestKeyID(t *testing.T) {
	key := Key{WaitSend, "m.all.func1", "m.all.func1"}
	if got, want := key.ID(), "8e1864fe29b59b33"; got != want {
		t.Errorf("the ID of %+v is %s, want %s", key, got, want)
	}
}

func TestShortFunc(t *testing.T) {
	for function, want := range map[string]string{
		"m.f":                                  "m.f",
		"example.com/m.(*T).f":                 "m.(*T).f",
		"example.com/m/v2.(*T).f.func1":        "m.(*T).f.func1",
		"example.com/m/v2_test.TestX":          "m_test.TestX",
		"example.com/v2x.f":                    "v2x.f",
		"v2.f":                                 "v2.f",
		"example.com/nats%2ego.(*T).f":         "nats.go.(*T).f",
		"example.com/m.Map[go.shape.*a/b.C].f": "m.Map[go.shape.*a/b.C].f",
		"cgo_function":                         "cgo_function",
	} {
		if got := ShortFunc(function); got != want {
			t.Errorf("ShortFunc(%q) = %q, want %q", function, got, want)
		}
	}
	if got := ShortPackage("example.com/m/v4"); got != "m" {
		t.Errorf("ShortPackage = %q, want m", got)
	}
}

func TestPackageOf(t *testing.T) {
	for function, want := range map[string]string{
		"main.main":                                "main",
		"net/http.(*Server).Serve":                 "net/http",
		"example.com/m.F.func1.2":                  "example.com/m",
		"gopkg.in/yaml%2ev3.Unmarshal":             "gopkg.in/yaml.v3",
		"example.com/m.Map[example.com/n/o.T].Get": "example.com/m",
		"_cgo_wait":                                "",
		"":                                         "",
	} {
		if got := PackageOf(function); got != want {
			t.Errorf("the package of %q is %q, want %q", function, got, want)
		}
	}
}

func TestParseWait(t *testing.T) {
	for text, want := range map[string]Wait{
		"chan receive":                    WaitReceive,
		"chan receive (nil chan)":         WaitReceiveNil,
		"chan receive (durable)":          WaitReceive,
		"chan send (leaked)":              WaitSend,
		"select (no cases) (leaked)":      WaitSelectNone,
		"sync.WaitGroup.Wait (durable)":   WaitGroup,
		"select (scan)":                   WaitSelect,
		"runnable":                        WaitRunning,
		"preempted":                       WaitRunning,
		"GC worker (idle)":                "GC worker (idle)",
		"a wait that a later Go may have": "a wait that a later Go may have",
	} {
		if got := ParseWait(text); got != want {
			t.Errorf("ParseWait(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestIsStandard(t *testing.T) {
	for pkg, want := range map[string]bool{
		"net/http": true, "sync": true, "internal/poll": true, "vendor/golang.org/x/net/http2/hpack": true, "testing": true,
		"main": false, "m": false, "example.com/net/http": false, "": false, "command-line-arguments": false,
	} {
		if got := IsStandard(pkg); got != want {
			t.Errorf("IsStandard(%q) = %t", pkg, got)
		}
	}
}

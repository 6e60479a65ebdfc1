// SPDX-License-Identifier: MIT

package rules

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

func finding() unleak.Finding {
	return unleak.Finding{
		Key: "9f86d081884c7d65", Cause: unleak.CauseChanSend,
		Blocked:  unleak.Frame{Func: "example.com/m/pool.(*Pool).run"},
		Entry:    unleak.Frame{Func: "example.com/m/pool.(*Pool).run"},
		Created:  &unleak.Frame{Func: "example.com/m/pool.New"},
		Stack:    []unleak.Frame{{Func: "net.(*conn).Read"}, {Func: "example.com/m/pool.(*Pool).run"}},
		Evidence: []unleak.Evidence{{Package: "example.com/m", Test: "TestA"}, {Package: "example.com/m", Test: "TestB"}, {Package: "example.com/m/pool"}},
	}
}

func TestRule(t *testing.T) {
	tests := []struct {
		rule string
		want bool
	}{
		{`func:example\.com/m/pool\..*`, true},
		{`func:net\.\(\*conn\)\.Read`, true},
		{`func:run`, false}, // the whole name must match
		{`func:.*run`, true},
		{`package:example.com/m/pool`, true},
		{`package:example.com/m`, false},
		{`creator:.*\.New`, true},
		{`creator:.*\.run`, false},
		{`cause:chan-send|chan-range`, true},
		{`cause:mutex`, false},
		{`key:9f86d081884c7d65`, true},
	}
	for _, tt := range tests {
		r, err := ParseRule(tt.rule)
		if err != nil {
			t.Errorf("%s: %v", tt.rule, err)
			continue
		}
		f := finding()
		if got := r.Match(&f); got != tt.want || (r.Used() == 1) != tt.want {
			t.Errorf("%s: match %t, used %d, want %t", tt.rule, got, r.Used(), tt.want)
		}
	}
}

func TestRuleWithoutCreator(t *testing.T) {
	r, err := ParseRule("creator:.*")
	if err != nil {
		t.Fatal(err)
	}
	f := finding()
	if f.Created = nil; r.Match(&f) {
		t.Error("a creator rule matches a finding without one")
	}
}

func TestRuleSyntax(t *testing.T) {
	for _, text := range []string{"", "func", "func:", "function:x", "func:(", ":x"} {
		_, err := ParseRule(text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || syntax.Rule != text || !strings.Contains(err.Error(), "func:REGEXP") {
			t.Errorf("%q: error %v, want one that names the forms", text, err)
		}
	}
}

func TestBaseline(t *testing.T) {
	var b bytes.Buffer
	if err := NewBaseline([]unleak.Finding{finding()}).Write(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	read, err := ReadBaseline(strings.NewReader("\n# a comment above\n" + strings.ReplaceAll(text, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Entries) != 2 {
		t.Fatalf("%d entries, want one a package:\n%s", len(read.Entries), text)
	}
	f := finding()
	if !read.Has(&f) {
		t.Error("the baseline does not know its own finding")
	}
	if gone := read.Vanished([]unleak.Finding{f}, []string{"example.com/m", "example.com/m/pool"}); len(gone) != 0 {
		t.Errorf("vanished: %v, though found", gone)
	}
	gone := read.Vanished(nil, []string{"example.com/m/pool", "example.com/other"})
	if len(gone) != 1 || gone[0].Package != "example.com/m/pool" {
		t.Errorf("vanished: %v, want the one whose package was looked at", gone)
	}
	other := finding()
	if other.Key = "0000000000000000"; read.Has(&other) {
		t.Error("the baseline knows a finding with another key")
	}
}

func TestBaselineSyntax(t *testing.T) {
	for _, line := range []string{"x", "9f86d081884c7d65 chan-send m", "9F86D081884C7D65 chan-send m f", "9f86d081884c7d65 a b c d", "{}"} {
		_, err := ReadBaseline(strings.NewReader("# head\n" + line + "\n"))
		var bad *BaselineError
		if !errors.As(err, &bad) || bad.Line != 2 {
			t.Errorf("%q: error %v, want one for line 2", line, err)
		}
	}
}

func FuzzReadBaseline(f *testing.F) {
	f.Add("9f86d081884c7d65 chan-send m f\n")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := ReadBaseline(strings.NewReader(text))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := b.Write(&out); err != nil {
			t.Fatal(err)
		}
		again, err := ReadBaseline(&out)
		if err != nil || len(again.Entries) != len(b.Entries) {
			t.Errorf("%q is read as %v, written, and read as %v: %v", text, b, again, err)
		}
	})
}

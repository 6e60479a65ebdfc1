// SPDX-License-Identifier: MIT

package gotest

import (
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

// ownFlags defines unleak's own flags as the command line does.
func ownFlags(o *Options) *flag.FlagSet {
	fs := flag.NewFlagSet("unleak test", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	o.Flags(fs)
	fs.String("format", "text", "")
	return fs
}

func TestSplit(t *testing.T) {
	tests := []struct {
		name string
		args string // as the user writes them
		want string // as go test gets them, in order: flags, packages, unknown, tail
	}{
		{"nothing", "", ""},
		{"packages", "./a ./b/...", "./a ./b/..."},
		{"values", "-run TestA -count=3", "-run=TestA -count=3"},
		{"own flags anywhere", "-grace=2s ./a -run=X -format json ./b -ancestors", "-run=X ./a ./b"},
		{"two dashes", "--run TestA --v --proof=off", "-run=TestA -v"},
		{"test prefix", "-test.run=TestA -test.v -test.timeout 3s", "-run=TestA -v -timeout=3s"},
		{"booleans take no value", "-v ./a -race -cover=false", "-v -race -cover=false ./a"},
		{"empty value", "-run= -tags=", "-run= -tags="},
		{"value that looks like a flag", "-run -grace", "-run=-grace"},
		{"value with equals", "-ldflags=-X=a=b", "-ldflags=-X=a=b"},
		{"unknown flags come last", "-mine=1 ./a -v", "-v ./a -mine=1"},
		{"args end it", "-v ./a -args -format=json -run", "-v ./a -args -format=json -run"},
		{"own flag after args", "--args -grace=1s", "--args -grace=1s"},
		{"a single dash", "-", "-"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := split(strings.Fields(tt.args), ownFlags(new(Options)))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(a.list(), " "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestSplitSetsOwn(t *testing.T) {
	var o Options
	fs := ownFlags(&o)
	err := o.Parse([]string{"-grace", "2s", "-proof=off", "-confirm=off", "-linger=1ms", "-ancestors", "-format=json"}, fs)
	if err != nil {
		t.Fatal(err)
	}
	if o.Grace != 2*time.Second || !o.NoProof || o.Confirm >= 0 || o.Linger != time.Millisecond || !o.Ancestors || fs.Lookup("format").Value.String() != "json" {
		t.Errorf("options %+v", o)
	}
}

func TestSplitErrors(t *testing.T) {
	for _, args := range []string{"-run", "-grace", "-grace=soon", "-proof=perhaps", "-ancestors=perhaps", "-confirm=soon", "./a -format"} {
		var wrong *usage.Error
		if _, err := split(strings.Fields(args), ownFlags(new(Options))); !errors.As(err, &wrong) {
			t.Errorf("%s: error %v, want a usage.Error", args, err)
		}
	}
}

func TestGet(t *testing.T) {
	a, err := split(strings.Fields("-count=1 -v -count=2 -race=false -json=0 -cover"), ownFlags(new(Options)))
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := a.get("count"); !ok || f.value != "2" {
		t.Errorf("count %v", f)
	}
	if !a.on("v") || !a.on("cover") || a.on("race") || a.on("json") || a.on("msan") {
		t.Error("booleans")
	}
	if got := a.without("count v").list("test"); !slices.Equal(got, []string{"test", "-race=false", "-json=0", "-cover"}) {
		t.Errorf("without: %q", got)
	}
	if !a.on("v") {
		t.Error("without changed what it was called on")
	}
}

// TestRepeatable holds what a confirming run of one package gets.
func TestRepeatable(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"-run=X -count=5 -race -tags=a ./...", "-race -tags=a m"},
		{"-json -v -coverpkg=all -timeout=1m", "-timeout=1m m"},
		{"-mine=1 ./a", "m -args -mine=1"},
		{"-mine=1 ./a -args x", "m -args -mine=1 x"},
		{"./a -args -run=Y", "m -args -run=Y"},
	} {
		a, err := split(strings.Fields(tt.args), ownFlags(new(Options)))
		if err != nil {
			t.Fatal(err)
		}
		r := &runner{Options: Options{arguments: a}}
		if got := strings.Join(r.repeatable("m").list(), " "); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.args, got, tt.want)
		}
	}
}

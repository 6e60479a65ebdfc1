// SPDX-License-Identifier: MIT

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/bench/turns"
)

func TestJudge(t *testing.T) {
	plain := turns.Side{Times: turns.Seconds{2, 2, 20}}
	side := func(megabytes float64, seconds ...float64) []turns.Side {
		return []turns.Side{plain, {Times: seconds, Peaks: turns.Megabytes{100, megabytes}}}
	}
	for _, c := range []struct {
		name  string
		judge func([]turns.Side) (string, bool)
		sides []turns.Side
		want  string
		ok    bool
	}{
		{"within", atMost(2, 1500), side(900, 3, 3.2, 31), "1.55 of go vet, 900 MB", true},
		{"slow", atMost(2, 1500), side(900, 5, 5, 31), "2.50 of go vet, 900 MB", false},
		{"large", atMost(2, 1500), side(1600, 3, 3, 31), "1.50 of go vet, 1600 MB", false},
		{"quick", atMostSeconds(1), side(900, 0.5, 0.6, 9), "0.60 s", true},
		{"not quick", atMostSeconds(1), side(900, 0.5, 1.6, 9), "1.60 s", false},
	} {
		got, ok := c.judge(c.sides)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

// TestMeasure runs both sides on a small module that stands where a case's would: a
// finding is no failure, code that does not compile is one.
func TestMeasure(t *testing.T) {
	b := &turns.Bench{Temp: t.TempDir(), Runs: 2, Progress: io.Discard}
	var err error
	if b.Tool, err = turns.BuildTool(t.Context(), b.Temp); err != nil {
		t.Fatal(err)
	}
	write := func(body string) {
		for name, text := range map[string]string{"go.mod": "module m\n\ngo 1.26.0\n", "m.go": "package m\n\n" + body} {
			if err := os.MkdirAll(filepath.Join(b.Temp, "m"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(b.Temp, "m", name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	write("func f() { c := make(chan int); go func() { c <- 1 }() }\n")
	for _, c := range []testCase{whole("m-cold", "", cold), whole("m", "", warm), one("m-changed", "", ".", changed, 1)} {
		r, err := c.Measure(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		runs := 2
		if c.state == cold {
			runs = 1
		}
		for _, s := range r.Sides {
			if len(s.Times) != runs || len(s.Peaks) != runs || s.Peaks[0] < 1 {
				t.Errorf("%s, %s: %v seconds, %v MB; want %d of each", c.name, s.Name, s.Times, s.Peaks, runs)
			}
		}
	}
	if text, err := os.ReadFile(filepath.Join(b.Temp, "m", "m.go")); err != nil || strings.Count(string(text), "// Changed") != 3 {
		t.Errorf("%v: changed to\n%s\nwant three comments", err, text)
	}
	write("func f() { undefined() }\n")
	if _, err := whole("m", "", warm).Measure(t.Context(), b); err == nil {
		t.Error("code that does not compile was measured")
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-only=grpc,slow"}, `no case is named "slow"`},
		{[]string{"-runs=0"}, "-runs of at least 1"},
		{[]string{"more"}, "no arguments"},
	} {
		err := run(t.Context(), c.args, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("vetspeed %s: error %v, want one with %q", strings.Join(c.args, " "), err, c.want)
		}
	}
}

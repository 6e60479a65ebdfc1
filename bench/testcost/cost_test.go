// SPDX-License-Identifier: MIT

package main

import (
	"go/format"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/bench/turns"
)

// TestJudge: turns are compared each with itself, so that one slow turn, here the
// last, does not count.
func TestJudge(t *testing.T) {
	plain := turns.Seconds{1, 1, 10}
	for _, c := range []struct {
		name  string
		judge func([]turns.Seconds) (string, bool)
		times []turns.Seconds
		want  string
		ok    bool
	}{
		{"ratio within", atMostRatio(1.10), []turns.Seconds{plain, {1.05, 1.06, 10.2}}, "1.050 of go test", true},
		{"ratio over", atMostRatio(1.10), []turns.Seconds{plain, {1.2, 1.3, 10.2}}, "1.200 of go test", false},
		{"added within", atMostAdded(0.15), []turns.Seconds{plain, {1.1, 1.125, 11}}, "125 ms more", true},
		{"added over", atMostAdded(0.15), []turns.Seconds{plain, {1.25, 1.2, 11}}, "250 ms more", false},
		{"times within", atLeastTimesLess(10), []turns.Seconds{plain, {3, 3, 12}, {1.1, 1.1, 10.1}}, "100 ms more, goleak 2000: 20.0 times less", true},
		{"times over", atLeastTimesLess(10), []turns.Seconds{plain, {1.5, 1.5, 12}, {1.1, 1.1, 10.1}}, "100 ms more, goleak 500: 5.0 times less", false},
		{"times noise", atLeastTimesLess(10), []turns.Seconds{plain, {1.5, 1.5, 12}, {0.9, 0.9, 9}}, "1 ms more, goleak 500: 500.0 times less", true},
	} {
		got, ok := c.judge(c.times)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

// TestModules compiles a case's module without its tests' running.
func TestModules(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			files := c.files()
			for name, text := range files {
				if _, err := format.Source([]byte(text)); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
			if err := writeModule(t.Context(), folder, files); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), "go", "vet", "./...")
			cmd.Dir = folder
			cmd.Env = append(os.Environ(), "GOWORK=off")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("go vet: %v\n%s", err, out)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-only=quick,slow"}, `no case is named "slow"`},
		{[]string{"-runs=0"}, "-runs of at least 1"},
		{[]string{"more"}, "no arguments"},
		{[]string{"-only=quick", "-unleak=" + filepath.Join(t.TempDir(), "missing")}, "missing"},
	} {
		err := run(t.Context(), c.args, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("testcost %s: error %v, want one with %q", strings.Join(c.args, " "), err, c.want)
		}
	}
}

// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/bench/turns"
	"github.com/unleak/unleak/internal/dump"
)

// TestGenerate: the dump is the same each time, and has what it should.
func TestGenerate(t *testing.T) {
	s := shape{goroutines: 2000, stacks: 50, seed: 1}
	var one, two bytes.Buffer
	for _, b := range []*bytes.Buffer{&one, &two} {
		if err := s.write(b); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same shape makes two dumps")
	}
	stacks := make(map[string]bool)
	n := 0
	for g, err := range dump.Read(&one, dump.Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		stacks[fmt.Sprint(g.Stack)] = true
		if len(g.Stack) < 5 || len(g.Stack) > 25 || g.Creator == 0 {
			t.Errorf("got %+v, want 5 to 25 frames and a creator", g)
		}
	}
	if n != s.goroutines || len(stacks) != s.stacks {
		t.Errorf("%d goroutines with %d stacks, want %d with %d", n, len(stacks), s.goroutines, s.stacks)
	}
}

// TestReaders: each finds all goroutines, so that what is timed is the same work.
func TestReaders(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dump")
	if err := run(t.Context(), []string{"generate", "-goroutines=300", "-stacks=20", file}, nil, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, r := range readers {
		groups := 20
		switch r.name {
		case "bufio.Scanner":
			groups = 0
		case "panicparse":
			groups = -1 // its own idea of a group
		}
		for _, name := range []string{file, "-"} {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			if err := run(t.Context(), []string{"read", r.name, name}, f, &b, io.Discard); err != nil {
				t.Error(err)
			}
			f.Close()
			if want := fmt.Sprintf("300 goroutines in %d groups\n", groups); b.String() != want && (groups >= 0 || !strings.HasPrefix(b.String(), "300 ")) {
				t.Errorf("%s, %s: %q, want %q", r.name, name, b.String(), want)
			}
		}
	}
}

// TestJudge: the slowest of our sides counts, and turns are compared each with
// itself.
func TestJudge(t *testing.T) {
	sides := func(times ...turns.Seconds) (all []turns.Side) {
		for i, t := range times {
			all = append(all, turns.Side{Name: "first", Times: t, Peaks: turns.Megabytes{float64(10 * i)}})
		}
		return all
	}
	first := turns.Seconds{1, 1, 10}
	for _, c := range []struct {
		name  string
		judge func([]turns.Side) (string, bool)
		sides []turns.Side
		want  string
		ok    bool
	}{
		{"ratio within", atMostRatio(2), sides(first, turns.Seconds{1.5, 1.5, 15}, turns.Seconds{1.9, 1.9, 19}), "1.90 of first", true},
		{"ratio over", atMostRatio(2), sides(first, turns.Seconds{2.1, 2.1, 2.1}, turns.Seconds{1.9, 1.9, 19}), "2.10 of first", false},
		{"faster within", atLeastTimesFaster(10), sides(first, turns.Seconds{0.1, 0.1, 1}, turns.Seconds{0.05, 0.05, 0.5}), "10.0 times faster", true},
		{"faster over", atLeastTimesFaster(10), sides(first, turns.Seconds{0.2, 0.2, 2}, turns.Seconds{0.05, 0.05, 0.5}), "5.0 times faster", false},
		{"rate within", sameByByte(1.15, 10), sides(turns.Seconds{1}, turns.Seconds{times}), "1.00 a byte, 10.0 MB more", true},
		{"rate over", sameByByte(1.15, 10), sides(turns.Seconds{1}, turns.Seconds{2 * times}), "2.00 a byte, 10.0 MB more", false},
		{"rate in more memory", sameByByte(1.15, 9), sides(turns.Seconds{1}, turns.Seconds{times}), "1.00 a byte, 10.0 MB more", false},
		{"memory within", atMostMegabytesMore(10), sides(first, first), "10.0 MB more", true},
		{"memory over", atMostMegabytesMore(9), sides(first, first), "10.0 MB more", false},
	} {
		got, ok := c.judge(c.sides)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-only=lines,slow"}, `no case is named "slow"`},
		{[]string{"-runs=0"}, "-runs of at least 1"},
		{[]string{"more"}, "no arguments"},
		{[]string{"read", "bufio.Scanner"}, "a reader and a file"},
		{[]string{"read", "nobody", "-"}, `no reader is named "nobody"`},
		{[]string{"generate"}, "one file"},
	} {
		err := run(t.Context(), c.args, nil, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("dumpspeed %s: error %v, want one with %q", strings.Join(c.args, " "), err, c.want)
		}
	}
}

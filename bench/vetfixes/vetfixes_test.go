// SPDX-License-Identifier: MIT

package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const source = `package p

type T struct{}

func (t *T) Run() {
	go func() {
		select {}
	}()
}

func Map[K comparable](m map[K]int) {
	select {}
}
`

func TestEnclosing(t *testing.T) {
	for _, test := range []struct {
		lines []int
		want  []string
	}{
		{[]int{5}, []string{"*T.Run"}},
		{[]int{7, 6}, []string{"*T.Run"}},
		{[]int{7, 12}, []string{"*T.Run", "Map"}},
	} {
		got, err := enclosing("p.go", []byte(source), test.lines)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("enclosing %v = %v, %v; want %v", test.lines, got, err, test.want)
		}
	}
	if _, err := enclosing("p.go", []byte(source), []int{3}); !errors.Is(err, errNoFunction) {
		t.Errorf("a line outside functions: %v, want %v", err, errNoFunction)
	}
}

// TestFixes: what is written down is complete, and twelve.
func TestFixes(t *testing.T) {
	fixes, err := readFixes()
	if err != nil {
		t.Fatal(err)
	}
	if len(fixes) != 12 {
		t.Errorf("%d fixes, want the 12 that were chosen", len(fixes))
	}
}

func TestScore(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "p.go")
	if err := os.WriteFile(name, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	at := func(posn string) side {
		s := side{functions: []string{"*T.Run"}}
		if posn != "" {
			text := `{"p": {"leak": [{"posn": "` + filepath.ToSlash(folder) + `/` + posn + `", "message": "blocks"}]}}`
			s.reports, s.err = readReports([]byte(text), folder)
		}
		return s
	}
	for _, test := range []struct {
		name          string
		before, after side
		want          [2]string
		others        [2]int
	}{
		{"found and mended", at("p.go:7:3"), at(""), [2]string{"found at line 7", "silent"}, [2]int{0, 0}},
		{"another line", at("p.go:6:3"), at(""), [2]string{"missed", "silent"}, [2]int{0, 0}},
		{"another function", at("p.go:12:2"), at("p.go:12:2"), [2]string{"missed", "silent"}, [2]int{1, 1}},
		{"still there", at("p.go:7:3"), at("p.go:6:3"), [2]string{"found at line 7", "alarm at line 6"}, [2]int{0, 0}},
		{"broken", side{err: errNoFunction}, side{err: errNoFunction}, [2]string{"not analysed", "not analysed"}, [2]int{0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := score{fix: fix{File: "p.go", Lines: []int{7}}, before: test.before, after: test.after}
			before, after := s.outcome()
			moreBefore, moreAfter := s.others()
			if [2]string{before, after} != test.want || [2]int{moreBefore, moreAfter} != test.others {
				t.Errorf("%q, %q, others %d and %d; want %q and %v", before, after, moreBefore, moreAfter, test.want, test.others)
			}
		})
	}
}

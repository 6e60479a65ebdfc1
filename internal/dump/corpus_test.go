// SPDX-License-Identifier: MIT

package dump_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump"
	"github.com/unleak/unleak/internal/dump/corpus"
)

// TestCorpus reads text of programs that know what is in it.
func TestCorpus(t *testing.T) {
	all, err := corpus.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Form == corpus.Protobuf {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			var got []unleak.Goroutine
			var broken []uint64
			for g, err := range dump.Read(bytes.NewReader(f.Data), dump.Options{}) {
				if bad := (*dump.Error)(nil); errors.As(err, &bad) {
					broken = append(broken, bad.Goroutine)
				} else if err != nil {
					t.Fatal(err)
				} else {
					got = append(got, *g)
				}
			}
			if !slices.Equal(broken, f.Broken) {
				t.Errorf("errors for the goroutines %v, want %v", broken, f.Broken)
			}
			report(t, f.Judge(got))
		})
	}
}

func report(t *testing.T, v corpus.Verdict) {
	for _, g := range v.Missing {
		t.Errorf("missing: %+v", g)
	}
	for _, g := range v.Invented {
		t.Errorf("invented: %+v", g)
	}
	for _, w := range v.Wrong {
		t.Errorf("wrong %v: got\n%+v, want\n%+v", w.Fields, w.Got, w.Known)
	}
}

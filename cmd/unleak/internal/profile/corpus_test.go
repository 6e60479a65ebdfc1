// SPDX-License-Identifier: MIT

package profile_test

import (
	"bytes"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/profile"
	"github.com/unleak/unleak/internal/dump/corpus"
)

// TestCorpus reads profiles of programs that know what is in them.
func TestCorpus(t *testing.T) {
	all, err := corpus.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Form != corpus.Protobuf {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			read, err := profile.Read(bytes.NewReader(f.Data), profile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []unleak.Goroutine
			for _, g := range read {
				got = append(got, *g)
			}
			v := f.Judge(got)
			for _, g := range v.Missing {
				t.Errorf("missing: %+v", g)
			}
			for _, g := range v.Invented {
				t.Errorf("invented: %+v", g)
			}
			for _, w := range v.Wrong {
				t.Errorf("wrong %v: got\n%+v, want\n%+v", w.Fields, w.Got, w.Known)
			}
		})
	}
}

// SPDX-License-Identifier: MIT

package turns

import (
	"strings"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		in   Seconds
		want float64
	}{
		{Seconds{3}, 3},
		{Seconds{4, 1}, 2.5},
		{Seconds{9, 1, 2}, 2},
		{Seconds{1, 100, 3, 2}, 2.5},
	} {
		if got := Median(c.in); got != c.want {
			t.Errorf("median of %v = %v, want %v", []float64(c.in), got, c.want)
		}
	}
}

func TestReport(t *testing.T) {
	good := Result{
		Name: "good", Measured: "1.0", Wanted: "at most 2", OK: true,
		Sides: []Side{{"a", Seconds{1}, Megabytes{7}, nil}, {"b", Seconds{2, 4}, Megabytes{8}, nil}},
	}
	bad := Result{Name: "bad", Measured: "3.0", Wanted: "at most 2", Sides: []Side{{"a", Seconds{1}, nil, nil}}}
	var b strings.Builder
	if err := Report(&b, []Result{good, bad}, 2); err == nil || !strings.HasSuffix(err.Error(), ": bad") {
		t.Errorf("error %v, want one that names the bad case alone", err)
	}
	for _, want := range []string{
		"case  side  seconds              peak MB        measured  wanted",
		"good  a     1.000 (1.000–1.000)  7.0 (7.0–7.0)   ",
		"good  b     3.000 (2.000–4.000)  8.0 (8.0–8.0)  1.0       at most 2",
		"bad   a     1.000 (1.000–1.000)                 3.0       at most 2",
	} {
		if !strings.Contains(b.String(), "\n"+want) {
			t.Errorf("no line %q in\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := Report(&b, []Result{bad, bad}, 1); err == nil || strings.Contains(b.String(), "peak") {
		t.Errorf("error %v, and a column for memory that nobody measured:\n%s", err, b.String())
	}
	if err := Report(&b, []Result{good}, 1); err != nil {
		t.Error(err)
	}
}

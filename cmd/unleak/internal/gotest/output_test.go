// SPDX-License-Identifier: MIT

package gotest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const trace = "panic: test timed out after 1s\n\trunning tests:\n\t\tTestX (1s)\n\ngoroutine 7 [chan receive]:\nm.f()\n\t/m/m.go:3 +0x1\ncreated by m.g in goroutine 1\n\t/m/m.go:2 +0x1\n"

// summary writes results on one line each.
func summary(results []packageResult) string {
	var b strings.Builder
	for _, r := range results {
		b.WriteString(r.Package)
		for _, mark := range []struct {
			on   bool
			text string
		}{{r.Ran, " ran"}, {r.Passed, " passed"}, {r.Fault != "", " (" + r.Fault + ")"}, {r.Death != "", " died: " + r.Death}, {len(r.Traceback) > 0, " traceback"}, {r.Cut, " cut"}} {
			if mark.on {
				b.WriteString(mark.text)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestOutput(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"passed", "ok  \tm\t0.010s\n", "m ran passed\n"},
		{"passed without tests", "ok  \tm\t0.010s [no tests to run]\n", "m ran passed\n"},
		{"with coverage", "ok  \tm\t0.010s\tcoverage: 50.0% of statements\n", "m ran passed\n"},
		{"cached", "ok  \tm\t(cached)\n", "m passed\n"},
		{"failed", "--- FAIL: TestX (0.00s)\nFAIL\nFAIL\tm\t0.010s\nFAIL\n", "m ran\n"},
		{"no test files", "?   \tm\t[no test files]\n", ""},
		{"no test files, with coverage", "\tm\t\tcoverage: 0.0% of statements\n", ""},
		{"build failed", "FAIL\tm [build failed]\nFAIL\n", "m (build failed)\n"},
		{"setup failed", "FAIL\tm [setup failed]\nFAIL\n", "m (setup failed)\n"},
		{"carriage returns", "ok  \tm\t0.010s\r\n", "m ran passed\n"},
		{"timed out", trace + "FAIL\tm\t1.010s\nFAIL\n", "m ran died: panic: test timed out after 1s traceback\n"},
		{"killed", "signal: killed\nFAIL\tm\t0.010s\nFAIL\n", "m ran died: signal: killed traceback\n"},
		{"the signal counts more than words before it", "panic: said a test\nsignal: killed\nFAIL\tm\t0.010s\n", "m ran died: signal: killed traceback\n"},
		{"a printed panic of a passing test is no death", "panic: said a test\nok  \tm\t0.010s\n", "m ran passed died: panic: said a test traceback\n"},
		{"two packages", trace + "FAIL\tm\t1.010s\nok  \tn\t0.010s\n", "m ran died: panic: test timed out after 1s traceback\nn ran passed\n"},
		{"a long line", strings.Repeat("x", 3<<20) + "\nok  \tm\t0.010s\n", "m ran passed\n"},
		{"the last death counts", "panic: said a test\n" + trace + "FAIL\tm\t1.010s\n", "m ran died: panic: test timed out after 1s traceback\n"},
		{"killed while it dies", trace + "signal: killed\nFAIL\tm\t1.010s\n", "m ran died: panic: test timed out after 1s traceback\n"},
		{"build failed, carriage return", "FAIL\tm [build failed]\r\n", "m (build failed)\n"},
	}
	for _, tt := range tests {
		for _, chunk := range []int{1 << 30, 1000, 7, 1} {
			if chunk == 1 && len(tt.in) > 1<<16 {
				continue
			}
			var w bytes.Buffer
			o := newOutput(&w, false)
			write(t, o, tt.in, chunk)
			if w.String() != tt.in {
				t.Errorf("%s, by %d: output changed", tt.name, chunk)
			}
			if got := summary(o.results); got != tt.want {
				t.Errorf("%s, by %d: got\n%swant\n%s", tt.name, chunk, got, tt.want)
			}
		}
	}
}

func write(t *testing.T, o *output, text string, chunk int) {
	t.Helper()
	for len(text) > 0 {
		n := min(chunk, len(text))
		if _, err := o.Write([]byte(text[:n])); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
}

// events writes text as go test -json does, in pieces of n bytes.
func events(pkg, test, text string, n int) []string {
	var list []string
	for len(text) > 0 {
		k := min(n, len(text))
		if i := strings.IndexByte(text[:k], '\n'); i >= 0 {
			k = i + 1
		}
		line, _ := json.Marshal(map[string]string{"Action": "output", "Package": pkg, "Test": test, "Output": text[:k]})
		list = append(list, string(line)+"\n")
		text = text[k:]
	}
	return list
}

// TestOutputJSON lets two packages die at once: their events come interleaved, and
// in pieces of lines.
func TestOutputJSON(t *testing.T) {
	for _, n := range []int{1 << 20, 10, 3} {
		m := append(events("m", "TestX", trace, n), events("m", "", "FAIL\tm\t1.010s\n", n)...)
		k := append(events("k", "TestK", strings.ReplaceAll(trace, "m.", "k."), n), events("k", "", "FAIL\tk\t1.010s\n", n)...)
		var in strings.Builder
		in.WriteString("{\"Action\":\"start\",\"Package\":\"m\"}\nnot JSON at all\n{\"Action\":\n")
		for i := range max(len(m), len(k)) {
			if i < len(m) {
				in.WriteString(m[i])
			}
			if i < len(k) {
				in.WriteString(k[i])
			}
		}
		in.WriteString(strings.Join(events("ok", "", "ok  \tok\t0.010s\n", 1<<20), ""))
		var w bytes.Buffer
		o := newOutput(&w, true)
		write(t, o, in.String(), 50)
		if w.String() != in.String() {
			t.Error("output changed")
		}
		if len(o.results) != 3 {
			t.Fatalf("by %d: %d results\n%s", n, len(o.results), summary(o.results))
		}
		for _, r := range o.results[:2] {
			if want := strings.ReplaceAll(trace, "m.", r.Package+"."); !r.timedOut() || string(r.Traceback) != want {
				t.Errorf("by %d: %s died %q of\n%s", n, r.Package, r.Death, r.Traceback)
			}
			left := r.leftovers()
			if len(left) != 1 || left[0].Goroutine.Blocked().Func != r.Package+".f" {
				t.Errorf("by %d: %s left %v", n, r.Package, left)
			}
		}
		if r := o.results[2]; r.Package != "ok" || !r.Passed || r.Death != "" {
			t.Errorf("by %d: %+v", n, r)
		}
	}
}

// TestOutputBounds holds that a traceback is kept up to its bound, and that the rest
// is said to be cut.
func TestOutputBounds(t *testing.T) {
	o := newOutput(new(bytes.Buffer), false)
	write(t, o, "fatal error: too many\n", 100)
	line := strings.Repeat("x", 1<<19) + "\n"
	for range maxTraceback>>19 + 1 {
		write(t, o, line, len(line))
	}
	write(t, o, "FAIL\tm\t1.010s\n", 100)
	r := o.results[0]
	if !r.Cut || len(r.Traceback) > maxTraceback {
		t.Errorf("cut %v, %d bytes", r.Cut, len(r.Traceback))
	}
}

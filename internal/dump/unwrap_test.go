// SPDX-License-Identifier: MIT

package dump_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/unleak/unleak"
)

// A wrapping is a way in which logs hold the lines of a text.
type wrapping struct {
	name string
	// line wraps line n, without its line end.
	line func(n int, line string) string
	// text wraps all at once.
	text func(text string) string
}

const (
	parts  = "cri, in parts"
	colour = "compose, colour"
)

func wrappings() []wrapping {
	clock := time.Date(2026, 11, 23, 23, 59, 58, 0, time.UTC) // a new day begins soon
	at := func(n int) time.Time { return clock.Add(time.Duration(n) * 123456789 * time.Nanosecond) }
	stamp := func(layout, format string) func(int, string) string {
		return func(n int, line string) string { return at(n).Format(layout) + fmt.Sprintf(format, line) }
	}
	list := []wrapping{
		{name: "docker", line: stamp(time.RFC3339Nano, " %s")},
		{name: "compose", line: func(_ int, line string) string { return "web-1     | " + line }},
		{name: "compose, blanks cut", line: func(_ int, line string) string { return strings.TrimRight("web-1     | "+line, " ") }},
		{name: colour, line: func(_ int, line string) string { return "\x1b[36mweb-1     | \x1b[0m\x1b[31m" + line + "\x1b[0m" }},
		{name: "journald", line: stamp(time.Stamp, " host-7 my.service[4123]: %s")},
		{name: "journald iso", line: stamp("2006-01-02T15:04:05-0700", " host-7 unit@3[4123]: %s")},
		{name: "journald monotonic", line: func(n int, line string) string {
			return fmt.Sprintf("[%12.6f] host unit[12]: %s", 998+float64(n)/7, line)
		}},
		{name: "kernel's log", line: stamp(time.Stamp, ".123456 host kernel: [   12.5] %s")},
		{name: "cri", line: stamp(time.RFC3339Nano, " stderr F %s")},
		{name: parts, line: func(n int, line string) string {
			var b strings.Builder
			for len(line) > 20 {
				fmt.Fprintf(&b, "%s stderr P %s\n", at(n).Format(time.RFC3339Nano), line[:20])
				line = line[20:]
			}
			return b.String() + at(n).Format(time.RFC3339Nano) + " stderr F " + line
		}},
		{name: "kubectl --prefix", line: func(_ int, line string) string { return "[pod/web-7d8f9c6b5-x2x4k/server] " + line }},
		{name: "kubectl --prefix --timestamps", line: stamp(time.RFC3339Nano, " [pod/web-7d8f9c6b5-x2x4k/server] %s")},
		{name: "stern", line: func(_ int, line string) string { return "web-7d8f9c6b5-x2x4k server › " + line }},
		{name: "syslog 3164", line: stamp(time.Stamp, " host app[123]: %s")},
		{name: "syslog 5424", line: func(n int, line string) string {
			return "<165>1 " + at(n).Format("2006-01-02T15:04:05.000Z07:00") + " host app 123 ID47 - " + line
		}},
		{name: "rsyslog", line: func(n int, line string) string {
			return at(n).Format(time.Stamp) + " host app: " + strings.ReplaceAll(line, "\t", "#011")
		}},
		{name: "github", line: stamp("2006-01-02T15:04:05.0000000Z", " %s")},
		{name: "gh run view", line: func(n int, line string) string {
			return "build\tRun tests\t" + at(n).Format("2006-01-02T15:04:05.0000000Z") + " " + line
		}},
		{name: "gitlab", line: stamp("2006-01-02T15:04:05.000000Z", " 01O %s")},
		{name: "buildkit", line: func(n int, line string) string { return fmt.Sprintf("#12 %.3f %s", 3+float64(n)/7, line) }},
		{name: "go test -v", line: func(_ int, line string) string { return "    worker_test.go:12: " + line }},
		{name: "log package", line: stamp("2006/01/02 15:04:05.000000", " %s")},
		{name: "klog", line: func(n int, line string) string {
			return "E1123 " + at(n).Format("15:04:05.000000") + "   12345 main.go:23] " + line
		}},
		{name: "zap console", line: stamp("2006-01-02T15:04:05.000-0700", "\tERROR\tmain/x.go:3\t%s")},
		{name: "epoch", line: func(n int, line string) string { return fmt.Sprintf("%d.%03d ERROR %s", 1763880909+n, n%1000, line) }},
		{name: "mail", line: func(_ int, line string) string { return "> " + line }},
		{name: "mail, blanks cut", line: func(_ int, line string) string { return strings.TrimRight("> > "+line, " ") }},
		{name: "comment", line: func(_ int, line string) string { return "// " + line }},
		{name: "logfmt", line: func(n int, line string) string {
			if line == "" || strings.ContainsAny(line, " \t=\"") {
				line = strconv.Quote(line)
			}
			return "time=" + at(n).Format(time.RFC3339Nano) + " level=ERROR msg=" + line + " n=1"
		}},
		{name: "logfmt, all", text: func(text string) string {
			return "time=2026-11-23T06:55:09Z level=ERROR msg=" + strconv.Quote("http: panic serving 127.0.0.1:5: x\n"+text) + " n=1\n"
		}},
		{name: "json, all", text: func(text string) string {
			return `{"level":"error","msg":` + quoteJSON("panic: \"x\" <&>\n\n"+text) + `,"n":[1,{"a":null}]}` + "\n"
		}},
		{name: "json in docker's in compose", text: func(text string) string {
			inner := `{"level":"error","msg":` + quoteJSON(text) + "}\n"
			return `web-1  | {"log":` + quoteJSON(inner) + `,"stream":"stderr","time":"2026-11-23T06:55:09Z"}` + "\n"
		}},
		{name: "escaped", text: func(text string) string {
			q := strconv.Quote("panic: x\n\n" + text)
			return q[1:len(q)-1] + "\n"
		}},
		{name: "journald json", line: func(n int, line string) string {
			fields := []string{
				fmt.Sprintf(`"__CURSOR":"s=1a;i=%x;b=9"`, n), fmt.Sprintf(`"__SEQNUM":"%d"`, n), `"_PID":"12"`,
				fmt.Sprintf(`"_SOURCE_REALTIME_TIMESTAMP":"%d"`, at(n).UnixMicro()), `"MESSAGE":` + quoteJSON(line),
			}
			for range n % len(fields) { // the order changes
				fields = append(fields[1:], fields[0])
			}
			return "{" + strings.Join(fields, ", ") + "}"
		}},
		{name: "cloud", line: func(n int, line string) string {
			return fmt.Sprintf(`{"insertId":"a%db","jsonPayload":{"message":%s,"pid":7},"timestamp":"%s"}`, n, quoteJSON(line), at(n).Format(time.RFC3339Nano))
		}},
	}
	for _, key := range [...]string{
		`{"log":%s,"stream":"stderr","time":"%s"}`,
		`{"Output":%s,"Action":"output","Package":"m/a","Test":"TestB","Time":"%s"}`,
	} {
		whole := func(n int, line string) string {
			return fmt.Sprintf(key, quoteJSON(line+"\n"), at(n).Format(time.RFC3339Nano))
		}
		list = append(list, wrapping{name: key[:8], line: whole}, wrapping{name: key[:8] + " in parts", line: func(n int, line string) string {
			half := len(line) / 2
			for half > 0 && line[half]&0xc0 == 0x80 {
				half--
			}
			return fmt.Sprintf(key, quoteJSON(line[:half]), at(n).Format(time.RFC3339Nano)) + "\n" + whole(n, line[half:])
		}})
	}
	return list
}

func quoteJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// wrap wraps all lines of a text.
func (w wrapping) wrap(text string) string {
	if w.text != nil {
		return w.text(text)
	}
	var b strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		n++
		b.WriteString(w.line(n, strings.TrimSuffix(line, "\n")) + "\n")
	}
	return b.String()
}

// good lists the texts in testdata that hold nothing but goroutines.
func good(t testing.TB) map[string]string {
	all := make(map[string]string)
	for _, name := range texts(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, errs := read(bytes.NewReader(text))
		if text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")); len(errs) == 0 && !wrapped(name) {
			all[strings.TrimSuffix(filepath.Base(name), ".txt")] = string(text)
		}
	}
	if len(all) < 15 {
		t.Fatalf("only %d good texts", len(all))
	}
	return all
}

// wrapped reports whether a text in testdata is itself one of a log.
func wrapped(name string) bool { return strings.HasPrefix(filepath.Base(name), "log-") }

// TestWrapped reads every good text in every wrapping.
func TestWrapped(t *testing.T) {
	all := good(t)
	for _, w := range wrappings() {
		t.Run(w.name, func(t *testing.T) {
			for name, text := range all {
				want, _ := read(strings.NewReader(text))
				got, errs := read(strings.NewReader(w.wrap(text)))
				for i := range min(len(want), len(got)) {
					if !reflect.DeepEqual(got[i], want[i]) {
						t.Errorf("%s: got\n%+v, want\n%+v", name, got[i], want[i])
					}
				}
				if len(errs) > 0 || len(got) != len(want) {
					t.Errorf("%s: %d goroutines and errors %v, want %d", name, len(got), errs, len(want))
				}
			}
		})
	}
}

// TestWrappedTwice wraps what is wrapped.
func TestWrappedTwice(t *testing.T) {
	text := good(t)["go118"]
	want, _ := read(strings.NewReader(text))
	for _, inner := range wrappings() {
		for _, outer := range wrappings() {
			// Parts as short as here hold no header, and half a colour each.
			if inner.name == parts || outer.name == parts && inner.name == colour {
				continue
			}
			got, errs := read(strings.NewReader(outer.wrap(inner.wrap(text))))
			if len(errs) > 0 || !reflect.DeepEqual(got, want) {
				t.Errorf("%s in %s: %d goroutines and errors %v, want %d", inner.name, outer.name, len(got), errs, len(want))
			}
		}
	}
}

// TestWrappedTruncation cuts wrapped dumps at every byte: what is read must be
// what is read of the whole.
func TestWrappedTruncation(t *testing.T) {
	text := good(t)["labels127"]
	whole := make(map[uint64]*unleak.Goroutine)
	all, _ := read(strings.NewReader(text))
	for _, g := range all {
		whole[g.ID] = g
	}
	for _, w := range wrappings() {
		log := w.wrap(text)
		for n := range len(log) {
			got, errs := read(strings.NewReader(log[:n]))
			for _, g := range got {
				if !reflect.DeepEqual(g, whole[g.ID]) {
					t.Fatalf("%s, cut at byte %d, %q, reads\n%+v and not\n%+v", w.name, n, log[max(n-80, 0):n], g, whole[g.ID])
				}
			}
			for _, err := range errs {
				if !isTruncated(err) {
					t.Fatalf("%s, cut at byte %d, %q: %v", w.name, n, log[max(n-200, 0):n], err)
				}
			}
		}
	}
}

// TestInterleaved mixes the lines of processes that write at once.
func TestInterleaved(t *testing.T) {
	text := good(t)["sigquit"]
	want, _ := read(strings.NewReader(text))
	for name, line := range map[string]func(process, n int, line string) string{
		"pods": func(p, _ int, line string) string { return fmt.Sprintf("[pod/web-%d/c] %s", p, line) },
		"processes": func(p, n int, line string) string {
			return fmt.Sprintf("Nov 23 06:55:%02d host app[%d]: %s", n/5%60, 100+p, line)
		},
		"json": func(p, n int, line string) string {
			return fmt.Sprintf(`{"time":"06:55:%02d","pod":"web-%d","msg":%s}`, n/5%60, p, quoteJSON(line))
		},
		"one plain": func(p, _ int, line string) string {
			return []string{"", "a | ", "b | "}[p] + line
		},
	} {
		lines := strings.Split(text, "\n")
		var b strings.Builder
		for n := range len(lines) + 4 {
			for p := range 3 {
				if i := n - 2*p; i >= 0 && i < len(lines) { // one after the other begins
					b.WriteString(line(p, n, lines[i]) + "\n")
				}
			}
		}
		got, errs := read(strings.NewReader(b.String()))
		if len(errs) > 0 || len(got) != 3*len(want) {
			t.Errorf("%s: %d goroutines and errors %v, want %d", name, len(got), errs, 3*len(want))
		}
		count := make(map[uint64]int)
		for _, g := range got {
			count[g.ID]++
		}
		for _, w := range want {
			if count[w.ID] != 3 {
				t.Errorf("%s: goroutine %d was read %d times", name, w.ID, count[w.ID])
			}
		}
	}
}

// FuzzUnwrap checks that wrapped text gives what it gives by itself.
func FuzzUnwrap(f *testing.F) {
	all := wrappings()
	small := "goroutine 7 [select] {k: \"a b\"}:\nmain.f(0x1)\n\t/x.go:1 +0x1\ncreated by main.main in goroutine 1\n\t/x.go:2 +0x1\n"
	for i, w := range all {
		f.Add(i, []byte(small))
		f.Add(0, []byte(w.wrap(small)))
	}
	for _, text := range good(f) {
		f.Add(1, []byte(text))
	}
	f.Fuzz(func(t *testing.T, which int, text []byte) {
		w := all[uint(which)%uint(len(all))]
		want, _ := read(bytes.NewReader(text))
		log := w.wrap(string(text))
		got, errs := read(strings.NewReader(log))
		if n := mayHold(text) + mayHold([]byte(log)); len(got)+len(errs) > n {
			t.Errorf("%d goroutines and errors %v of %d headers", len(got), errs, n)
		}
		// Not all text can be told from what a log puts around it, but what
		// is read of a stack must be what stands there.
		known := make(map[string]bool)
		for _, g := range want {
			for _, f := range g.Stack {
				known[f.Func] = true
			}
		}
		if len(want) == 0 || w.text != nil || !utf8.Valid(text) || strings.ContainsAny(string(text), "\r\x1b\\#") {
			return
		}
		for _, g := range got {
			for _, f := range g.Stack {
				if !known[f.Func] {
					t.Errorf("%s gives %s, which the text does not", w.name, f.Func)
				}
			}
		}
	})
}

// BenchmarkWrapped reads dumps in a few wrappings.
func BenchmarkWrapped(b *testing.B) {
	var text bytes.Buffer
	if err := generate(&text, 1000, 30); err != nil {
		b.Fatal(err)
	}
	for _, w := range wrappings() {
		log := w.wrap(text.String())
		b.Run(w.name, func(b *testing.B) {
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			for b.Loop() {
				read(strings.NewReader(log))
			}
		})
	}
}

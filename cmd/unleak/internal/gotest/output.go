// SPDX-License-Identifier: MIT

package gotest

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"sync"
)

// maxTraceback bounds what is kept of one dying test binary's traceback; the
// runtime's own profile handler cuts at the same size.
const maxTraceback = 64 << 20

// A packageResult is what go test printed about one package.
type packageResult struct {
	Package string
	// Ran says that a test binary was started, as far as the output tells.
	Ran    bool
	Passed bool
	// Fault is why go test started no test binary: "build failed".
	Fault string
	// Death is the line with which the test binary died, if it did:
	// "panic: test timed out after 1m0s", "signal: killed".
	Death string
	// Traceback is what the runtime printed as it died.
	Traceback []byte
	// Cut says that Traceback was longer than maxTraceback.
	Cut bool
}

// An output passes go test's output on, unchanged and at once, and notes the
// results of packages and the tracebacks of dying test binaries as they go by.
type output struct {
	w       io.Writer
	json    bool // lines are go test -json events
	results []packageResult
	// done is called after each result, where it is set.
	done func()

	line    []byte            // an unfinished line
	skip    bool              // the line is too long to matter
	pending map[string]*death // by package; with plain output one, under ""
}

// A death is what has been seen of one dying test binary.
type death struct {
	line string
	text bytes.Buffer
	cut  bool
	// partial is an unfinished line of a -json stream's Output.
	partial string
}

func newOutput(w io.Writer, json bool) *output {
	return &output{w: w, json: json, pending: make(map[string]*death)}
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	for rest := p; len(rest) > 0; {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		if len(o.line)+len(line) <= 1<<20 {
			o.line = append(o.line, line...)
		} else {
			o.skip = true
		}
		if !found {
			break
		}
		if !o.skip {
			o.lineDone(string(o.line))
		}
		o.line, o.skip = o.line[:0], false
		rest = after
	}
	return n, err
}

// lineDone takes in one whole line.
func (o *output) lineDone(line string) {
	if !o.json {
		o.text("", line)
		return
	}
	var event struct{ Action, Package, Output string }
	if json.Unmarshal([]byte(line), &event) != nil {
		return
	}
	if event.Action != "output" {
		return
	}
	d := o.death(event.Package)
	text := d.partial + event.Output
	for {
		line, rest, found := strings.Cut(text, "\n")
		if !found {
			d.partial = text
			return
		}
		o.text(event.Package, line)
		text = rest
	}
}

func (o *output) death(key string) *death {
	d := o.pending[key]
	if d == nil {
		d = new(death)
		o.pending[key] = d
	}
	return d
}

// text takes in one line of a test binary's or of go test's own output.
func (o *output) text(key, line string) {
	line = strings.TrimSuffix(line, "\r")
	if r, ok := parseResult(line); ok {
		d := o.death(key)
		r.Death, r.Cut = d.line, d.cut
		if d.text.Len() > 0 {
			r.Traceback = bytes.Clone(d.text.Bytes())
		}
		delete(o.pending, key)
		o.results = append(o.results, r)
		if o.done != nil {
			o.done()
		}
		return
	}
	d := o.death(key)
	switch {
	case strings.HasPrefix(line, "signal: "):
		// What go test prints of a process that may have said more itself.
		if d.line == "" || !hangs(d.line) {
			d.line = line
		}
	case isDeath(line):
		// The last counts: tests may print the words of another's death.
		*d = death{line: line, partial: d.partial}
	case d.line == "":
		return
	}
	if d.text.Len()+len(line) > maxTraceback {
		d.cut = true
		return
	}
	d.text.WriteString(line)
	d.text.WriteByte('\n')
}

// A shared writer takes turns with others that have its lock: both of go test's
// streams may lead to one place.
type shared struct {
	*sync.Mutex
	w io.Writer
}

// Write implements io.Writer.
func (s shared) Write(p []byte) (int, error) {
	s.Lock()
	defer s.Unlock()
	return s.w.Write(p)
}

// isDeath reports whether a line is what the runtime prints first as a process
// dies.
func isDeath(line string) bool {
	for _, prefix := range []string{"panic: ", "fatal error: ", "SIGQUIT: quit", "runtime: goroutine stack exceeds"} {
		if strings.HasPrefix(line, prefix) {
			return true
		}
	}
	return false
}

// parseResult reads the line that go test prints when it is done with a package
// (cmd/go/internal/test, runTestActor).
func parseResult(line string) (r packageResult, ok bool) {
	status, rest, found := strings.Cut(line, "\t")
	if !found {
		return r, false
	}
	switch strings.TrimRight(status, " ") {
	case "ok":
		r.Ran, r.Passed = true, true
	case "FAIL":
		r.Ran = true
	case "?", "":
		// No test files; since Go 1.22 with -cover a line that starts with a tab.
		return r, false
	default:
		return r, false
	}
	// Build failures are told after a space: "FAIL	m [build failed]".
	pkg, detail, _ := strings.Cut(rest, "\t")
	if name, reason, cut := strings.Cut(pkg, " "); cut {
		pkg = name
		r.Ran, r.Fault = false, strings.Trim(reason, "[]")
	}
	if pkg == "" || strings.Contains(detail, "(cached)") {
		r.Ran = false
	}
	r.Package = pkg
	return r, pkg != ""
}

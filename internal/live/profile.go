// SPDX-License-Identifier: MIT

package live

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"runtime/pprof"
	"strconv"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump"
)

// A Profile is one of the runtime's profiles of goroutines.
type Profile string

// The profiles.
const (
	// All has every goroutine.
	All Profile = "goroutine"
	// Leaks has those that nothing can wake any more, as a garbage collection
	// that it starts finds out (see CanProve).
	Leaks Profile = "goroutineleak"
)

// A Record is all goroutines with the same stack and labels. It is valid until
// the next step of the sequence it came from.
type Record struct {
	// Count is how many goroutines there are.
	Count int

	pcs    []byte // "0x1 0x2", innermost first
	labels []byte // `{"k":"v", "l":"w"}`, or nothing
	leaked bool
	reader *Reader
}

// ErrNoProfile is the error for a profile that this runtime does not have.
var ErrNoProfile = errors.New("this runtime does not have the profile; goroutineleak is in Go 1.27, and in Go 1.26 with GOEXPERIMENT=goroutineleakprofile")

// A Reader takes profiles and remembers what it has seen of stacks, so that the
// next profile costs less. The zero Reader is ready; it must not be used by
// several goroutines at once.
type Reader struct {
	stacks map[string]symbols // by Record.pcs
	labels map[string]map[string]string

	records []runtime.StackRecord // of Stacks
	read    map[Stack]symbols
}

// symbols is what the counters of a stack mean.
type symbols struct {
	stack  []unleak.Frame
	wait   unleak.Wait
	elided int
}

// maxKnown bounds how many stacks and sets of labels a Reader remembers.
const maxKnown = 1 << 14

// Records takes a profile and returns its records, those with most goroutines
// first. Records that are passed over cost no memory: only those of which more is
// asked are made into a Goroutine.
//
// The profile is taken when the sequence begins, and written while it goes on: it
// must not take another. What cannot be read is an error in it; a profile that this
// runtime does not have is ErrNoProfile.
func (r *Reader) Records(profile Profile) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		p := pprof.Lookup(string(profile))
		if p == nil {
			yield(nil, fmt.Errorf("profile %s: %w", profile, ErrNoProfile))
			return
		}
		if len(r.stacks) > maxKnown || len(r.labels) > maxKnown {
			*r = Reader{}
		}
		s := &splitter{yield: yield, record: Record{reader: r, leaked: profile == Leaks}}
		err := p.WriteTo(s, 1)
		if err == nil && !s.stopped {
			err = s.end()
		}
		if err != nil && !s.stopped {
			yield(nil, fmt.Errorf("profile %s: %w", profile, err))
		}
	}
}

// errStopped ends a profile that nobody reads any further.
var errStopped = errors.New("stopped")

// A splitter takes a profile's text as it is written, line by line:
//
//	goroutine profile: total 3
//	2 @ 0x1 0x2 0x3
//	# labels: {"k":"v"}
//	#	0x2	main.f+0x1d	/src/x.go:12
//
// The lines that name functions are passed over: the counters on the line above
// them tell the runtime's frames as well, and with them the wait.
type splitter struct {
	yield   func(*Record, error) bool
	record  Record
	part    []byte // a line whose end was not written yet
	stopped bool
}

// Write implements io.Writer. The profile is written to its end even where a write
// fails.
func (s *splitter) Write(p []byte) (int, error) {
	n := len(p)
	for {
		if s.stopped {
			return 0, errStopped
		}
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			s.part = append(s.part, p...)
			return n, nil
		}
		line := p[:i]
		if len(s.part) > 0 {
			s.part = append(s.part, line...)
			line = s.part
		}
		if err := s.line(line); err != nil {
			return n, err
		}
		s.part = s.part[:0]
		p = p[i+1:]
	}
}

// line takes one line. A record ends before the next one, or with the profile.
func (s *splitter) line(line []byte) error {
	if len(line) == 0 || line[0] == '#' {
		if labels, ok := bytes.CutPrefix(line, []byte("# labels: ")); ok {
			s.record.labels = append(s.record.labels[:0], labels...)
		}
		return nil
	}
	count, pcs, ok := bytes.Cut(line, []byte(" @"))
	if !ok {
		return nil // the head
	}
	if err := s.end(); err != nil {
		return err
	}
	n, err := strconv.Atoi(string(count))
	if err != nil || n < 0 {
		if !s.yield(nil, fmt.Errorf("a record's count is %q", count)) {
			s.stopped = true
			return errStopped
		}
		return nil
	}
	s.record.Count = n
	s.record.pcs = append(s.record.pcs[:0], bytes.TrimSpace(pcs)...)
	return nil
}

// end yields the record that is open, unless it is empty: Go 1.27 may report the
// main goroutine without a stack.
func (s *splitter) end() error {
	r := &s.record
	if r.Count > 0 && len(r.pcs) > 0 && !s.yield(r, nil) {
		s.stopped = true
		return errStopped
	}
	r.Count, r.labels = 0, r.labels[:0]
	return nil
}

// Label returns the value of a label; ok is false where there is none with the
// key. It costs little where there is none.
func (r *Record) Label(key string) (value string, ok bool) {
	if len(r.labels) == 0 || !bytes.Contains(r.labels, []byte(key)) {
		return "", false
	}
	value, ok = r.reader.labelsOf(r.labels)[key]
	return value, ok
}

// Goroutine returns what the record tells, as a traceback would. Stack and Labels
// are shared with other goroutines: never write to them.
func (r *Record) Goroutine() *unleak.Goroutine {
	s := r.reader.symbolize(r.pcs)
	return &unleak.Goroutine{
		Count: r.Count, Wait: s.wait, Leaked: r.leaked,
		Stack: s.stack, Elided: s.elided, Labels: r.reader.labelsOf(r.labels),
	}
}

func (r *Reader) labelsOf(text []byte) map[string]string {
	if len(text) == 0 {
		return nil
	}
	if labels, ok := r.labels[string(text)]; ok {
		return labels
	}
	if r.labels == nil {
		r.labels = make(map[string]map[string]string)
	}
	labels := parseLabels(string(text))
	r.labels[string(text)] = labels
	return labels
}

// parseLabels reads `{"k":"v", "l":"w"}` as far as it goes (runtime/pprof,
// (*labelMap).String).
func parseLabels(text string) map[string]string {
	labels := make(map[string]string)
	for len(text) > 0 && text[0] != '}' {
		key, rest, ok := cutQuoted(text[1:])
		if !ok || rest == "" || rest[0] != ':' {
			break
		}
		value, rest, ok := cutQuoted(rest[1:])
		if !ok {
			break
		}
		labels[key] = value
		if text = rest; len(text) > 1 && text[0] == ',' {
			text = text[1:] // the blank stands where the brace stood
		}
	}
	return labels
}

// cutQuoted takes a Go string off the text.
func cutQuoted(text string) (value, rest string, ok bool) {
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", false
	}
	value, err = strconv.Unquote(quoted)
	return value, text[len(quoted):], err == nil
}

// symbolize finds out what a stack's program counters mean.
func (r *Reader) symbolize(text []byte) symbols {
	if s, ok := r.stacks[string(text)]; ok {
		return s
	}
	if r.stacks == nil {
		r.stacks = make(map[string]symbols)
	}
	s := symbolsOf(counters(text))
	r.stacks[string(text)] = s
	return s
}

func counters(text []byte) []uintptr {
	var pcs []uintptr
	for field := range bytes.FieldsSeq(text) {
		pc, err := strconv.ParseUint(string(field), 0, 64)
		if err != nil {
			break // the rest would be another stack
		}
		pcs = append(pcs, uintptr(pc))
	}
	return pcs
}

// maxDepth is how many frames the runtime keeps of a stack (GODEBUG=profstackdepth).
// One with as many has lost its outermost.
const maxDepth = 128

func symbolsOf(pcs []uintptr) symbols {
	if len(pcs) == 0 {
		return symbols{wait: unleak.WaitRunning}
	}
	var stack []unleak.Frame
	nilChannel := false
	frames := runtime.CallersFrames(pcs)
	for {
		f, more := frames.Next()
		if f.Function != "" {
			stack = append(stack, unleak.Frame{Func: unleak.NormalFunc(f.Function), File: f.File, Line: f.Line})
			nilChannel = nilChannel || isNilCheck(f)
		}
		if !more {
			break
		}
	}
	s := symbols{stack: dump.Visible(stack), wait: dump.WaitOf(stack)}
	switch {
	case nilChannel && s.wait == unleak.WaitReceive:
		s.wait = unleak.WaitReceiveNil
	case nilChannel && s.wait == unleak.WaitSend:
		s.wait = unleak.WaitSendNil
	}
	if len(pcs) >= maxDepth {
		s.elided = -1
	}
	return s
}

// isNilCheck reports whether a frame is where the runtime parks a goroutine that
// uses a nil channel: in the first lines of chansend and chanrecv, while the park
// for other channels is a hundred lines below (runtime/chan.go).
func isNilCheck(f runtime.Frame) bool {
	if f.Func == nil || f.Function != "runtime.chansend" && f.Function != "runtime.chanrecv" {
		return false
	}
	_, start := f.Func.FileLine(f.Entry)
	return f.Line-start < 40
}

// SPDX-License-Identifier: MIT

// Package jsonstream writes and reads the JSON stream: one message a line, each
// an object with one member. Writing what was read gives the same bytes.
package jsonstream

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/unleak/unleak"
)

// Options has nothing to choose yet.
type Options struct{}

// Write writes messages as they come, each in one call of w.Write.
func Write(w io.Writer, messages iter.Seq[unleak.Message], _ Options) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // names of closures and generics stay readable
	for m := range messages {
		if n := members(m); n != 1 {
			return fmt.Errorf("jsonstream: message with %d members, want 1", n)
		}
		if err := encoder.Encode(m); err != nil {
			return fmt.Errorf("jsonstream: %w", err)
		}
	}
	return nil
}

// members counts what a message holds.
func members(m unleak.Message) int {
	n := 0
	for _, set := range [...]bool{m.Config != nil, m.Progress != nil, m.Snapshot != nil, m.Group != nil, m.Rollup != nil, m.Finding != nil, m.Loss != nil, m.Summary != nil} {
		if set {
			n++
		}
	}
	return n
}

// ErrCut says that a stream ended without its summary: findings may be missing.
var ErrCut = errors.New("the stream ends without a summary, so findings may be missing; write it again")

// A LineError says which line of a stream could not be read.
type LineError struct {
	Line int // from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d of the stream: %v", e.Line, e.Err) }

// Unwrap returns the cause.
func (e *LineError) Unwrap() error { return e.Err }

// Read yields the messages of a stream. Members that it does not know, and
// messages with no other, are passed over: a later release may have written
// them. A line that cannot be read yields a *LineError, and reading goes on
// behind it. Several streams may follow one another; where one lacks its summary,
// the error is ErrCut in a *LineError.
func Read(r io.Reader) iter.Seq2[unleak.Message, error] {
	return func(yield func(unleak.Message, error) bool) {
		lines := bufio.NewReaderSize(r, 64<<10)
		open := true // until a summary
		started := false
		for n := 1; ; n++ {
			line, err := lines.ReadBytes('\n')
			if err != nil && err != io.EOF {
				yield(unleak.Message{}, &LineError{n, err})
				return
			}
			end := err == io.EOF
			m, ok, err := decode(line)
			if m.Config != nil && started && open && !yield(unleak.Message{}, &LineError{n, ErrCut}) {
				return
			}
			switch {
			case err != nil:
				if !yield(unleak.Message{}, &LineError{n, err}) {
					return
				}
			case ok:
				started, open = true, m.Summary == nil
				if !yield(m, nil) {
					return
				}
			}
			if end {
				if open {
					yield(unleak.Message{}, &LineError{n, ErrCut})
				}
				return
			}
		}
	}
}

// decode reads one line; ok is false for one that holds no message.
func decode(line []byte) (m unleak.Message, ok bool, err error) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return m, false, nil
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return unleak.Message{}, false, err
	}
	switch n := members(m); n {
	case 0:
		return m, false, nil
	case 1:
		return m, true, nil
	default:
		return unleak.Message{}, false, fmt.Errorf("an object with %d messages, want 1", n)
	}
}

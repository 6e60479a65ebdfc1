// SPDX-License-Identifier: MIT

// Package dump reads the goroutines out of traceback text: what the runtime
// prints for a panic, a fatal error or SIGQUIT, what runtime.Stack and
// debug.Stack return, and what /debug/pprof/goroutine?debug=2 serves.
//
// The text's format is that of runtime/traceback.go (goroutineheader, traceback2,
// printcreatedby, printAncestorTraceback) from Go 1.18 to 1.27.
package dump

import (
	"bytes"
	"fmt"
	"io"
	"iter"

	"github.com/unleak/unleak"
)

// Options tunes Read. The zero value is right for most uses.
type Options struct {
	// MaxLine is how many bytes of a line are kept; what is longer is passed
	// over, and a header that long is an error. 0 means 1 MiB.
	MaxLine int
}

// An Error tells of a record that could not be read. Reading goes on after it.
type Error struct {
	// Offset is where the record's header starts, in bytes.
	Offset int64
	// Goroutine is the number in the header, or 0.
	Goroutine uint64
	// Truncated says that the input ends inside the record.
	Truncated bool
	// Reason says what is wrong and what to do.
	Reason string
}

func (e *Error) Error() string {
	return fmt.Sprintf("goroutine %d at byte %d: %s", e.Goroutine, e.Offset, e.Reason)
}

// Read returns the goroutines in r, in order. It passes over all that is no
// goroutine: log lines, panic messages, the stacks of threads.
//
// A record that cannot be read is an *Error in the sequence; where r itself
// fails, that error is wrapped and ends it. The goroutine is nil beside an error.
//
// Stacks are as GOTRACEBACK=all prints them, whatever the level of the dump.
// Goroutines with equal stacks share one, and likewise Labels: write to neither.
func Read(r io.Reader, o Options) iter.Seq2[*unleak.Goroutine, error] {
	return func(yield func(*unleak.Goroutine, error) bool) {
		lines := newLines(r, o.MaxLine)
		rec := newRecord()
		for lines.next() {
			line := bytes.TrimSpace(lines.text)
			if id, rest, ok := cutHeader(line); ok {
				if !rec.end(false, yield) {
					return
				}
				rec.begin(lines.start, id, rest, lines.whole)
			} else if !rec.add(line, lines.whole) && !rec.end(false, yield) {
				return
			}
		}
		// After an error of r nobody knows what would have followed.
		if !rec.end(true, yield) || lines.err == io.EOF {
			return
		}
		yield(nil, fmt.Errorf("reading the dump at byte %d: %w", lines.read, lines.err))
	}
}

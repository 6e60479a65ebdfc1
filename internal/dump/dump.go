// SPDX-License-Identifier: MIT

// Package dump reads the goroutines out of traceback text: what the runtime
// prints for a panic, a fatal error or SIGQUIT, what runtime.Stack and
// debug.Stack return, and what /debug/pprof/goroutine?debug=2 serves, also in the
// middle of logs and wrapped as these wrap lines. It reads the text form of
// goroutine profiles too, which debug=1 asks for.
//
// A traceback's format is that of runtime/traceback.go (goroutineheader, traceback2,
// printcreatedby, printAncestorTraceback) from Go 1.18 to 1.27.
package dump

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"iter"

	"github.com/unleak/unleak"
)

// Options tunes Read. The zero value is right for most uses.
type Options struct {
	// MaxLine is how many bytes of a line are kept; what is longer is passed
	// over, and a header that long is an error. 0 means 4 MiB.
	MaxLine int
	// Outside, where not nil, is called for each line that stands outside of the
	// records, such as the message of a panic. The line is valid until it
	// returns.
	Outside func(line []byte)

	// For tests:
	slow     bool  // read every record line by line
	partSize int64 // that of the parts that are read ahead; 0 means 4 MiB
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
	if e.Goroutine == 0 {
		return fmt.Sprintf("at byte %d: %s", e.Offset, e.Reason)
	}
	return fmt.Sprintf("goroutine %d at byte %d: %s", e.Goroutine, e.Offset, e.Reason)
}

// Read returns the goroutines in r, in order. It passes over all that is no
// goroutine: log lines, panic messages, the stacks of threads.
//
// A record that cannot be read is an *Error in the sequence; where r itself
// fails, that error is wrapped and ends it. The goroutine is nil beside an error.
//
// A goroutine is valid until the next step of the sequence, which writes over it;
// who keeps one copies it. Its Stack, Labels and Ancestors may be kept. They are
// shared with other goroutines: never write to them.
//
// Where r is an *io.SectionReader and long, two goroutines read ahead. They end before
// the sequence does, and r stands where the input ended.
//
// Stacks are as GOTRACEBACK=all prints them, whatever the level of the dump. Equal
// ones are the same slice, as long as a few megabytes hold all distinct ones.
func Read(r io.Reader, o Options) iter.Seq2[*unleak.Goroutine, error] {
	return func(yield func(*unleak.Goroutine, error) bool) {
		d := &reader{
			lines:    newLines(r, o.MaxLine),
			cache:    newCache(maxCached),
			wrap:     newUnwrapper(),
			streams:  []*record{new(record)},
			outside:  o.Outside,
			yield:    yield,
			slow:     o.slow,
			partSize: cmp.Or(o.partSize, partSize),
		}
		defer d.end()
		d.run()
	}
}

// A reader is one run over an input.
type reader struct {
	lines *lines
	cache *cache
	wrap  *unwrapper
	// streams holds the record of each stream of lines that the input mixes; a
	// dump as the runtime wrote it is one stream.
	streams []*record
	outside func([]byte)
	yield   func(*unleak.Goroutine, error) bool

	slow     bool
	ahead    *ahead // nil until the input turns out to be long
	partSize int64
}

// run takes the input record by record where records have the runtime's own
// shape, which is most of most dumps, and line by line where not.
func (d *reader) run() {
	line := d.line
	for {
		if !d.wrap.waits() {
			switch d.fast() {
			case taken:
				continue
			case stopped:
				return
			}
		}
		if !d.lines.next() {
			break
		}
		if !d.wrap.lines(d.lines.text, d.lines.whole, line) {
			return
		}
	}
	// After an error of the input nobody knows what would have followed.
	for _, rec := range d.streams {
		if !rec.end(true, d.yield) {
			return
		}
	}
	if d.lines.err != io.EOF {
		d.yield(nil, fmt.Errorf("reading the dump at byte %d: %w", d.lines.read, d.lines.err))
	}
}

// end ends what the run has started.
func (d *reader) end() {
	if d.ahead != nil {
		d.ahead.end()
	}
}

// line takes a line of a stream; whole says that it is not cut off. It reports
// whether to go on.
func (d *reader) line(stream int, text []byte, whole bool) bool {
	for len(d.streams) <= stream {
		d.streams = append(d.streams, new(record))
	}
	rec := d.streams[stream]
	text = bytes.TrimSpace(text)
	if id, rest, ok := cutHeader(text); ok {
		if !rec.end(false, d.yield) {
			return false
		}
		rec.begin(d.room(), d.lines.start, id, rest, whole)
		rec.guess = !d.wrap.sure(stream)
		return true
	}
	if p, rest, ok := cutProfileHead(text); ok && len(rest) == 0 {
		if !rec.end(false, d.yield) {
			return false
		}
		rec.beginProfile(d.lines.start, p)
		rec.guess = !d.wrap.sure(stream)
		return true
	}
	if len(text) == 0 && !whole {
		return rec.end(true, d.yield)
	}
	if !rec.open && d.outside != nil {
		d.outside(text)
	}
	return (rec.add(text, whole) || rec.end(false, d.yield)) && rec.makeRoom(d.yield)
}

// room returns a cache with room for a record more. Records that are open keep
// the one that they began with.
func (d *reader) room() *cache {
	d.cache = d.cache.withRoom()
	return d.cache
}

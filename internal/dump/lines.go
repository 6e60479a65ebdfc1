// SPDX-License-Identifier: MIT

package dump

import (
	"bytes"
	"io"
)

const (
	// defaultMaxLine is far above any header: pprof labels are the only part of a
	// traceback whose length users decide.
	defaultMaxLine = 1 << 20
	// maxBuffer holds many records and stays in a processor's cache. Small
	// inputs are many, and stay in a buffer of minBuffer.
	maxBuffer = 128 << 10
	minBuffer = 16 << 10
)

// lines walks the lines of a reader, of whatever length, within bounded memory.
type lines struct {
	text  []byte // the line, at most max bytes; valid until next or more
	whole bool   // the line ended in a newline and is not cut
	start int64  // where the line starts
	read  int64  // bytes taken so far
	err   error  // why next returned false

	r    io.Reader
	max  int
	buf  []byte
	pos  int    // buf[pos:end] is read from r and not taken
	end  int    //
	fail error  // what r returned with the last of its bytes
	long []byte // joins the pieces of lines that buf cannot hold
}

func newLines(r io.Reader, max int) *lines {
	if max <= 0 {
		max = defaultMaxLine
	}
	return &lines{r: r, max: max, buf: make([]byte, minBuffer)}
}

// window returns what is there to be taken, up to the length of a line that is
// kept whole.
func (l *lines) window() []byte { return l.buf[l.pos : l.pos+min(l.end-l.pos, l.max)] }

// take passes over n bytes of the window.
func (l *lines) take(n int) {
	l.pos += n
	l.read += int64(n)
}

// jump goes on from another place of an input that can be read anywhere.
func (l *lines) jump(to int64) {
	_, err := l.r.(*io.SectionReader).Seek(to, io.SeekStart)
	l.pos, l.end, l.read, l.fail = 0, 0, to, err
}

// more reads on, behind what is there already. It reports whether there is more.
func (l *lines) more() bool {
	if l.pos > 0 {
		l.end = copy(l.buf, l.buf[l.pos:l.end])
		l.pos = 0
	}
	if l.end == len(l.buf) && l.end < maxBuffer {
		l.buf = append(make([]byte, 0, maxBuffer), l.buf...)[:maxBuffer]
	}
	for range 100 { // as package bufio bears with a reader that returns nothing
		if l.fail != nil || l.end == len(l.buf) {
			return false
		}
		var n int
		n, l.fail = l.r.Read(l.buf[l.end:])
		l.end += n
		if n > 0 {
			return true
		}
	}
	l.fail = io.ErrNoProgress
	return false
}

// next advances to the next line and reports whether there is one.
func (l *lines) next() bool {
	if l.err != nil {
		return false
	}
	l.start = l.read
	l.long = l.long[:0]
	for seen := 0; ; {
		if i := bytes.IndexByte(l.buf[l.pos+seen:l.end], '\n'); i >= 0 {
			l.finish(seen+i+1, nil)
			return true
		}
		seen = l.end - l.pos
		if l.more() {
			continue
		}
		if l.fail != nil {
			l.finish(seen, l.fail)
			return l.read > l.start
		}
		l.keep(seen)
		seen = 0
	}
}

// finish ends the line behind the next n bytes.
func (l *lines) finish(n int, err error) {
	l.text = l.buf[l.pos : l.pos+n]
	if len(l.long) > 0 {
		l.keep(n)
		l.text = l.long
	} else {
		l.take(n)
	}
	l.whole = err == nil && len(l.text) <= l.max
	l.text = l.text[:min(len(l.text), l.max)]
	l.err = err
}

// keep takes n bytes of a line that the buffer cannot hold, and keeps as many of
// it as show that it is too long.
func (l *lines) keep(n int) {
	if len(l.long) <= l.max {
		l.long = append(l.long, l.buf[l.pos:l.pos+n]...)
	}
	l.take(n)
}

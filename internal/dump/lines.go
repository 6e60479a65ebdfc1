// SPDX-License-Identifier: MIT

package dump

import (
	"bufio"
	"errors"
	"io"
)

// defaultMaxLine is far above any header: pprof labels are the only part of a
// traceback whose length users decide.
const defaultMaxLine = 1 << 20

// lines walks the lines of a reader, of whatever length, within bounded memory.
type lines struct {
	text  []byte // the line without its end, at most max bytes; valid until next
	whole bool   // the line ended in a newline and is not cut
	start int64  // where the line starts
	read  int64  // bytes read so far
	err   error  // why next returned false

	r    *bufio.Reader
	max  int
	long []byte // joins the pieces of lines that the reader's buffer cannot hold
}

func newLines(r io.Reader, max int) *lines {
	if max <= 0 {
		max = defaultMaxLine
	}
	return &lines{r: bufio.NewReaderSize(r, 64<<10), max: max}
}

// next advances to the next line and reports whether there is one.
func (l *lines) next() bool {
	if l.err != nil {
		return false
	}
	l.start = l.read
	piece, err := l.r.ReadSlice('\n')
	l.read += int64(len(piece))
	l.text = piece
	if errors.Is(err, bufio.ErrBufferFull) {
		err = l.join(piece)
	}
	l.whole = err == nil && len(l.text) <= l.max
	l.text = l.text[:min(len(l.text), l.max)]
	l.err = err
	return l.read > l.start
}

// join reads the rest of a long line, of which head is the start.
func (l *lines) join(head []byte) (err error) {
	l.long = append(l.long[:0], head...)
	for err = bufio.ErrBufferFull; errors.Is(err, bufio.ErrBufferFull); {
		var piece []byte
		piece, err = l.r.ReadSlice('\n')
		l.read += int64(len(piece))
		if len(l.long) <= l.max {
			l.long = append(l.long, piece...)
		}
	}
	l.text = l.long
	return err
}

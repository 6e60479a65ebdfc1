// SPDX-License-Identifier: MIT

package inspect

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
)

// A format is what bytes hold.
type format string

const (
	traceback   format = "traceback"    // debug=2, a panic, SIGQUIT; alone or in a log
	textProfile format = "text profile" // debug=1
	profiled    format = "profile"      // debug=0, pprof's protobuf
	stream      format = "stream"       // our own JSON
)

// A FormatError tells that input holds no goroutines in a form that is known.
type FormatError struct {
	From string // the file or the address
	Got  string // what was got instead
	Try  string // what to do
	Err  error  // may be nil
}

func (e *FormatError) Error() string {
	msg := e.From + ": " + e.Got
	if e.Err != nil {
		msg += ": " + e.Err.Error()
	}
	return msg + "; " + e.Try
}

func (e *FormatError) Unwrap() error { return e.Err }

// errTooLarge ends an input that unpacks to more than is read.
var errTooLarge = errors.New("the input is larger than what is read of it")

const (
	// window is how many bytes a format is recognised by.
	window = 4 << 10
	// maxPacked is how many times bytes are unpacked: a .gz of a .zst.
	maxPacked = 3
	// maxUnpacked bounds what packed input may become: one megabyte of gzip can
	// hold a gigabyte of nothing, and a dump of a million goroutines has three.
	maxUnpacked = 16 << 30
)

// recognise unpacks r, to most bytes, and says by its first bytes what is in it. A
// section that is not packed stays one, since dump.Read knows what to do with it.
func recognise(from string, r io.Reader, most int64) (io.Reader, format, error) {
	for range maxPacked + 1 {
		b := bufio.NewReaderSize(r, window)
		head, err := b.Peek(window)
		if err != nil && err != io.EOF && len(head) == 0 {
			if _, packed := r.(*limited); packed {
				return nil, "", notUnpacked(from, err)
			}
			return nil, "", fmt.Errorf("reading %s: %w", from, err)
		}
		unpacked, err := unpack(b, head)
		switch {
		case err != nil:
			return nil, "", notUnpacked(from, err)
		case unpacked != nil:
			r = &limited{r: unpacked, left: most}
		default:
			f, err := formatOf(from, head)
			if s, ok := r.(*io.SectionReader); ok && err == nil {
				_, err = s.Seek(0, io.SeekStart)
				return s, f, err
			}
			return b, f, err
		}
	}
	return nil, "", &FormatError{From: from, Got: "it is packed too many times", Try: "unpack it first"}
}

func notUnpacked(from string, err error) error {
	return &FormatError{from, "it is packed, and cannot be unpacked", "see that the file is whole", err}
}

// unpack returns a reader of what b holds packed, or nil where it is not packed.
func unpack(b *bufio.Reader, head []byte) (io.Reader, error) {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzip.NewReader(b)
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		// One thread and a small window: what a dump needs.
		d, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(64<<20))
		if err != nil {
			return nil, err
		}
		return d, nil
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return &utf16Reader{r: b, big: head[0] == 0xfe}, nil
	}
	return nil, nil
}

// formatOf tells a format by its first bytes.
func formatOf(from string, head []byte) (format, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	switch {
	case len(text) == 0:
		return "", &FormatError{From: from, Got: "it is empty", Try: "take the dump again, and see that the program which writes it has ended"}
	case isStream(text):
		return stream, nil
	case isHTML(text):
		return "", &FormatError{From: from, Got: "it is a web page" + title(text), Try: "fetch /debug/pprof/goroutine itself, and see that no proxy or login page stands before it"}
	case isProfile(head):
		return profiled, nil
	case bytes.HasPrefix(text, []byte("goroutine profile: total ")), bytes.HasPrefix(text, []byte("goroutineleak profile: total ")):
		return textProfile, nil
	case isBinary(head):
		return "", &FormatError{From: from, Got: "it is binary, and no profile in pprof's format", Try: "give a goroutine profile, a traceback, or a log that holds one"}
	}
	return traceback, nil
}

// isStream reports whether text starts as our own JSON does.
func isStream(text []byte) bool {
	rest, ok := bytes.CutPrefix(text, []byte(`{"config":{`))
	return ok && bytes.Contains(rest[:min(len(rest), 200)], []byte(`"tool":"unleak"`))
}

func isHTML(text []byte) bool {
	lower := bytes.ToLower(text[:min(len(text), 100)])
	return bytes.HasPrefix(lower, []byte("<!doctype html")) || bytes.HasPrefix(lower, []byte("<html"))
}

// title returns a web page's title, with words before it.
func title(text []byte) string {
	_, rest, ok := strings.Cut(string(text), "<title>")
	title, _, closed := strings.Cut(rest, "</title>")
	if !ok || !closed {
		return ""
	}
	return fmt.Sprintf(" titled %q", strings.Join(strings.Fields(title), " "))
}

// isProfile reports whether bytes may be a protobuf message as profiles are: it
// starts with the tag of one of the message's fields, whichever comes first, and
// holds what text does not.
func isProfile(head []byte) bool {
	const fields, varint, text = 15, 0, 2
	field, wire := head[0]>>3, head[0]&7
	return 1 <= field && field <= fields && (wire == varint || wire == text) && isBinary(head[:min(len(head), 64)])
}

// isBinary reports whether bytes are no text: a log may have a stray byte.
func isBinary(head []byte) bool {
	odd := 0
	for _, c := range head {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\x1b' {
			odd++
		}
	}
	return odd > len(head)/50
}

// limited is an io.LimitedReader that ends with errTooLarge.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	// One byte more, to tell what is too large from what just fits.
	n, err := l.r.Read(p[:min(int64(len(p)), l.left+1)])
	if l.left -= int64(n); l.left < 0 {
		n, l.left, err = n-1, 0, errTooLarge
	}
	return n, err
}

// utf16Reader makes UTF-8 of what shells of Windows write when output is sent to
// a file.
type utf16Reader struct {
	r    *bufio.Reader
	big  bool
	rest []byte
	high rune // the first half of a pair
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		var pair [2]byte
		if _, err := io.ReadFull(u.r, pair[:]); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				err = io.EOF
			}
			return 0, err
		}
		c := rune(pair[0]) | rune(pair[1])<<8
		if u.big {
			c = rune(pair[1]) | rune(pair[0])<<8
		}
		switch {
		case c == 0xfeff: // the mark at the start
		case u.high != 0:
			u.rest = append(u.rest, string(utf16.DecodeRune(u.high, c))...)
			u.high = 0
		case utf16.IsSurrogate(c):
			u.high = c
		default:
			u.rest = append(u.rest, string(c)...)
		}
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

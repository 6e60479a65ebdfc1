// SPDX-License-Identifier: MIT

package dump

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// openQuote returns the index of the quote that opens the string in which at lies,
// or -1.
func openQuote(line []byte, at int) int {
	open := -1
	for i := 0; i < at; i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			if open < 0 {
				open = i
			} else {
				open = -1
			}
		}
	}
	return open
}

// value returns the value that b starts with, as log lines of keys and values have
// it: quoted, or up to a blank.
func (u *unwrapper) value(b []byte, whole bool) (text []byte, closed, ok bool) {
	if len(b) > 0 && b[0] == '"' {
		u.text, _, closed = unescape(u.text[:0], b[1:], true)
		return u.text, closed, true
	}
	if i := bytes.IndexAny(b, " \t\r"); i >= 0 {
		return b[:i], true, i > 0
	}
	return b, whole, len(b) > 0
}

// unescape appends what b says to dst, escaped as in Go or JSON: up to the quote
// that ends a string, or to b's end. It returns how much of b that is.
func unescape(dst, b []byte, quoted bool) (out []byte, n int, closed bool) {
	for n < len(b) {
		switch c := b[n]; {
		case c == '"' && quoted:
			return dst, n + 1, true
		case c == '\\' && n+1 < len(b):
			var length int
			dst, length = appendEscape(dst, b[n:])
			n += length
		default:
			dst = append(dst, c)
			n++
		}
	}
	return dst, n, false
}

// appendEscape appends what the escape sequence that b starts with stands for. It
// returns the sequence's length.
func appendEscape(dst, b []byte) ([]byte, int) {
	if i := bytes.IndexByte([]byte(`abfnrtv`), b[1]); i >= 0 {
		return append(dst, "\a\b\f\n\r\t\v"[i]), 2
	}
	digits := 0
	switch b[1] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	}
	if digits == 0 {
		return append(dst, b[1]), 2 // a quote, a backslash, JSON's slash
	}
	r, ok := hexDigits(b[2:], digits)
	if !ok {
		return append(dst, b[:2]...), 2
	}
	n := 2 + digits
	if digits == 2 {
		return append(dst, byte(r)), n
	}
	if utf16.IsSurrogate(r) && bytes.HasPrefix(b[n:], []byte(`\u`)) {
		if low, ok := hexDigits(b[n+2:], 4); ok {
			r, n = utf16.DecodeRune(r, low), n+6
		}
	}
	return utf8.AppendRune(dst, r), n
}

// unescapeOctal appends b to dst, with the control characters that rsyslog writes
// as #011 (a tab), #012 and so on; its parser.escapeControlCharactersOnReceive.
func unescapeOctal(dst, b []byte) []byte {
	for i := 0; i < len(b); i++ {
		if c := b[i]; c == '#' && i+3 < len(b) && b[i+1] == '0' {
			if v, err := strconv.ParseUint(string(b[i+1:i+4]), 8, 8); err == nil && v < ' ' {
				dst = append(dst, byte(v))
				i += 3
				continue
			}
		}
		dst = append(dst, b[i])
	}
	return dst
}

func hexDigits(b []byte, n int) (rune, bool) {
	if len(b) < n {
		return 0, false
	}
	v, err := strconv.ParseUint(string(b[:n]), 16, 32)
	return rune(v), err == nil
}

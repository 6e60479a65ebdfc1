// SPDX-License-Identifier: MIT

package dump

import "bytes"

// findHead returns where in a line a goroutine's header or the head of a profile
// may start, or -1. Labels may hold anything.
func findHead(line []byte) int {
	if bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("# labels:")) {
		return -1
	}
	for from := 0; ; {
		i := bytes.Index(line[from:], []byte("goroutine"))
		if i < 0 {
			return -1
		}
		i += from
		if startsWord(line, i) {
			if _, _, ok := cutHeader(line[i:]); ok {
				return i
			}
			if _, _, ok := cutProfileHead(line[i:]); ok {
				return i
			}
		}
		from = i + 1
	}
}

// startsWord reports whether a word starts at i, or what may be one behind an
// escaped line break, tab or colour.
func startsWord(line []byte, i int) bool {
	if i == 0 || !isWordByte(line[i-1]) {
		return true
	}
	if i < 2 {
		return false
	}
	last, before := line[i-1], line[i-2]
	return before == '\\' || last == 'm' && (before == '[' || isDigit(before)) || before == '1' && bytes.HasSuffix(line[:i-1], []byte("#01"))
}

// isHead reports whether a text is a header or a profile's head to its end.
func isHead(text []byte) bool {
	text = bytes.TrimSpace(text)
	if _, rest, ok := cutHeader(text); ok {
		return bytes.HasSuffix(rest, []byte("]:")) || bytes.HasSuffix(rest, []byte("}:")) && bytes.Contains(rest, []byte("] {"))
	}
	_, rest, ok := cutProfileHead(text)
	return ok && len(rest) == 0
}

func isWordByte(b byte) bool {
	return isDigit(b) || isLetter(b) || b == '_' || b >= 0x80
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

const escape = 0x1b

// uncolour returns a line without the escape sequences that colour it on a
// terminal (ECMA-48: ESC, a bracket, parameters up to a byte above 0x3f).
func (u *unwrapper) uncolour(line []byte) []byte {
	i := bytes.IndexByte(line, escape)
	if i < 0 {
		return line
	}
	out := append(u.colour[:0], line[:i]...)
	for ; i < len(line); i++ {
		if line[i] != escape {
			out = append(out, line[i])
			continue
		}
		if i++; i < len(line) && line[i] == '[' {
			for i++; i < len(line) && line[i] < 0x40; i++ {
			}
		}
	}
	u.colour = out
	return out
}

// SPDX-License-Identifier: MIT

package dump

import (
	"bytes"
	"hash/maphash"
)

// Bounds of the objects that are looked into.
const (
	maxNesting = 16
	maxLeaves  = 4096
)

// A leaf is a value in a JSON object that is no object or array.
type leaf struct {
	path  uint64 // the hash of the names that lead to it
	name  []byte // the last of them
	value []byte // as written, a string without its quotes
	str   bool
}

// learnJSON learns from an object, at brace in the line raw, that the string which
// opens at open holds the text.
func (u *unwrapper) learnJSON(raw []byte, brace, open int, yield lineFunc) (ok, more bool) {
	if !u.walk(raw[brace:]) {
		return false, true
	}
	for _, l := range u.leaves {
		if l.str && &l.value[:1][0] == &raw[open+1] {
			prefix, _ := parsePrefix(raw[:brace])
			s := &shape{prefix: prefix, path: l.path}
			if !u.add(s, yield) {
				return true, false
			}
			return u.takeJSON(s, raw[brace:], yield)
		}
	}
	return false, true
}

// takeJSON unwraps an object. One without the shape's field is not unwrapped.
func (u *unwrapper) takeJSON(s *shape, object []byte, yield lineFunc) (ok, more bool) {
	if len(object) == 0 || object[0] != '{' || !u.walk(object) {
		return false, true
	}
	who := u.identity(s)
	for _, l := range u.leaves {
		if l.path != s.path || !l.str {
			continue
		}
		ok = true
		text, _, _ := unescape(u.text[:0], l.value, false)
		u.text = text
		to := s.streams[who]
		if to == nil {
			if findHead(text) < 0 && !l.isPart() {
				continue
			}
			if len(s.streams) >= maxStreams/2 {
				if !s.close(false, yield) {
					return true, false
				}
				clear(s.streams)
			}
			if to = u.child(yield); to == nil {
				continue
			}
			s.streams[who] = to
		}
		if !u.pass(s, to, text, l.isPart(), true, yield) {
			return true, false
		}
	}
	return ok, true
}

// isPart reports whether the text of a field goes on in the next line's. Docker's
// json-file and go test -json keep line ends within their strings, so that one
// without is a piece of a long line.
func (l leaf) isPart() bool {
	return l.str && (string(l.name) == "log" || string(l.name) == "Output") && !bytes.HasSuffix(l.value, []byte(`\n`))
}

// mayBePart reports whether an object may have such a field. It need not be looked
// at closely if not.
func mayBePart(object []byte) bool {
	return bytes.Contains(object, []byte(`"log":`)) || bytes.Contains(object, []byte(`"Output":`))
}

// identity returns what tells the stream of the object in u.leaves from others:
// all its values but the text and those that vary from line to line.
func (u *unwrapper) identity(s *shape) (sum uint64) {
	for _, l := range u.leaves {
		if l.path != s.path && !varies(l) {
			sum += maphash.Bytes(u.streams.seed, l.value) ^ l.path*31
		}
	}
	return sum
}

// varies reports whether a value is different in every line: a time, and what
// counts lines or bytes by its name. The names with two underscores are
// journald's, of where an entry lies (systemd.journal-fields(7)).
func varies(l leaf) bool {
	var buf [64]byte
	name := lower(buf[:0], l.name)
	if bytes.HasPrefix(name, []byte("__")) || string(name) == "ts" {
		return true
	}
	for _, word := range [...]string{"time", "date", "seq", "cursor", "offset", "elapsed", "insertid"} {
		if bytes.Contains(name, []byte(word)) {
			return true
		}
	}
	return len(l.value) > 0 && isDigit(l.value[0]) && isMoment(l.value[:spanMoment(l.value)])
}

// lower appends an ASCII name in lower case to dst.
func lower(dst, name []byte) []byte {
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// walk gathers the leaves of a JSON object. It reports whether b is one and
// nothing else, but for a comma. It does not check strings and numbers closely.
func (u *unwrapper) walk(b []byte) bool {
	u.leaves = u.leaves[:0]
	rest, ok := u.walkValue(b, leaf{path: 1}, 0)
	rest = bytes.TrimSpace(rest)
	return ok && len(rest) == 0 || string(rest) == ","
}

func (u *unwrapper) walkValue(b []byte, at leaf, depth int) (rest []byte, ok bool) {
	b = bytes.TrimLeft(b, " \t\r\n")
	if len(b) == 0 || depth > maxNesting || len(u.leaves) > maxLeaves {
		return nil, false
	}
	n := 0
	switch b[0] {
	case '{', '[':
		return u.walkMembers(b, at, depth)
	case '"':
		if n = endOfString(b); n < 0 {
			return nil, false
		}
		at.str, at.value = true, b[1:n-1]
	default:
		if n = bytes.IndexAny(b, ",]} \t\r\n"); n <= 0 {
			return nil, false
		}
		at.value = b[:n]
	}
	u.leaves = append(u.leaves, at)
	return b[n:], true
}

// walkMembers walks an object or an array, whose elements all have one path.
func (u *unwrapper) walkMembers(b []byte, at leaf, depth int) (rest []byte, ok bool) {
	object, end := b[0] == '{', b[0]+2 // the braces and brackets of ASCII lie so
	member := leaf{path: at.path*31 + uint64(end), name: at.name}
	for b = b[1:]; ; b = b[1:] {
		b = bytes.TrimLeft(b, " \t\r\n")
		if len(b) > 0 && b[0] == end {
			return b[1:], true
		}
		if object {
			n := endOfString(b)
			if n < 0 {
				return nil, false
			}
			member.name = b[1 : n-1]
			member.path = at.path*31 + maphash.Bytes(u.streams.seed, member.name)
			b = bytes.TrimLeft(b[n:], " \t\r\n")
			if len(b) == 0 || b[0] != ':' {
				return nil, false
			}
			b = b[1:]
		}
		if b, ok = u.walkValue(b, member, depth+1); !ok {
			return nil, false
		}
		b = bytes.TrimLeft(b, " \t\r\n")
		if len(b) > 0 && b[0] == end {
			return b[1:], true
		}
		if len(b) == 0 || b[0] != ',' {
			return nil, false
		}
	}
}

// endOfString returns the index behind the string that b starts with, or -1.
func endOfString(b []byte) int {
	if len(b) == 0 || b[0] != '"' {
		return -1
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

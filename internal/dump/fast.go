// SPDX-License-Identifier: MIT

package dump

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/unleak/unleak"
)

// What became of an attempt to take a record at once.
type outcome int

const (
	odd     outcome = iota // nothing: read a line
	taken                  // a goroutine was yielded
	stopped                // the same, and the caller wants no more
)

// fast takes the record that the input goes on with, if it lies in the buffer
// from its header to the blank line behind it and has the runtime's own shape, or
// as many such as were read ahead.
// At the slightest doubt it takes nothing: then record, which knows every shape,
// reads the same bytes line by line. Both give the same goroutines.
//
// It is fast because it hardly parses. Most stacks were seen before, so at every
// node of the tree of stacks it expects the child where it last went, and
// compares texts. Where it came from another it is told by a table of guesses.
func (d *reader) fast() outcome {
	rec := d.streams[0]
	if d.slow || rec.open {
		return odd
	}
	if p := d.part(); p != nil {
		defer func() { d.ahead.spare <- p }()
		for i := range p.goroutines {
			if !d.yield(&p.goroutines[i], nil) {
				return stopped
			}
		}
		d.lines.jump(p.end)
		return taken
	}
	if !rec.takeNext(d.lines, d.room()) {
		return odd
	}
	if !d.yield(&rec.g, nil) {
		return stopped
	}
	return taken
}

// takeNext takes the record that the input goes on with, or nothing.
func (r *record) takeNext(l *lines, c *cache) bool {
	for range 2 {
		w := l.window()
		if !bytes.HasPrefix(w, []byte(headerStart)) && !bytes.HasPrefix([]byte(headerStart), w) {
			return false
		}
		n, ok := r.take(c, w)
		if ok {
			l.take(n)
			r.refineWait()
			return true
		}
		// Was it the window's end that stopped it? A second attempt, not a
		// third: the input may come byte by byte.
		if twoLines(w[n:]) || len(w) == l.max || !l.more() {
			break
		}
	}
	return false
}

func twoLines(b []byte) bool {
	_, b, _ = bytes.Cut(b, []byte("\n"))
	return bytes.IndexByte(b, '\n') >= 0
}

// take reads the record that b starts with into r.g. It returns the record's
// length, or false and how far it came: at most two lines more must be looked at
// to see why not farther.
func (r *record) take(c *cache, b []byte) (length int, ok bool) {
	i := bytes.IndexByte(b, '\n') + 1
	if i == 0 {
		return 0, false
	}
	id, header, ok := cutHeader(b[:i-1])
	if !ok || id == 0 || bytes.IndexByte(header, escape) >= 0 {
		return 0, false
	}
	r.g = unleak.Goroutine{ID: id, Count: 1}
	if !c.parseHeader(&r.g, header) {
		return 0, false
	}
	at := uint32(0)
	for i < len(b) && b[i] != '\n' && !c.nodes[at].maker {
		n := 0
		if b[i] == '.' {
			n = r.takeElision(b[i:])
		} else {
			at, n, r.g.Creator = c.step(at, b[i:])
		}
		if n == 0 {
			return i, false
		}
		i += n
	}
	if i >= len(b) || b[i] != '\n' {
		return i, false
	}
	if n := &c.nodes[at]; n.maker {
		r.g.Created = c.frame(n.call)
		at = n.parent
	}
	if at == 0 {
		return 0, false
	}
	r.g.Stack = c.stack(at)
	return i + 1, true
}

func (r *record) takeElision(b []byte) int {
	end := bytes.IndexByte(b, '\n')
	if end < 0 || !r.addElision(b[:end]) {
		return 0
	}
	return end + 1
}

// step goes from a node to the frame whose two lines b starts with. It returns
// their length, or 0 where they are not plain, and the creator's number.
func (c *cache) step(from uint32, b []byte) (to uint32, n int, creator uint64) {
	to = c.nodes[from].next
	if n, creator = c.try(from, to, b); n > 0 {
		return to, n, creator
	}
	guess := c.guess(from, b)
	to = *guess
	if n, creator = c.try(from, to, b); n == 0 {
		to = c.find(from, b)
		n, creator = c.try(from, to, b)
	}
	if n > 0 {
		c.nodes[from].next, *guess = to, to
	}
	return to, n, creator
}

// guess returns the note of which child of a node the two lines were when they
// last looked like this. It goes by the end of the second, which no argument
// changes: the line's number and the offset.
func (c *cache) guess(from uint32, b []byte) *uint32 {
	i := bytes.IndexByte(b, '\n') + 1
	i += bytes.IndexByte(b[i:], '\n') + 1
	const odd = 0x9e3779b97f4a7c15
	hash := uint64(from)
	if i >= 16 {
		hash ^= binary.LittleEndian.Uint64(b[i-8:])
		hash = (hash*odd)>>32 ^ binary.LittleEndian.Uint64(b[i-16:])
	}
	return &c.guesses[hash*odd>>(64-guessBits)]
}

// try returns what match does, if a node is another's child and plain.
func (c *cache) try(from, to uint32, b []byte) (n int, creator uint64) {
	if child := &c.nodes[to]; child.plain && child.parent == from {
		return child.match(b)
	}
	return 0, 0
}

// find cuts the two lines apart, as far as to know which node they should be. It
// leaves it to match to look closely.
func (c *cache) find(from uint32, b []byte) (to uint32) {
	function, b, _ := bytes.Cut(b, []byte("\n"))
	place, _, ok := bytes.Cut(b, []byte("\n"))
	if !ok || len(place) < 2 || place[0] != '\t' {
		return 0
	}
	at, ok := c.place(splitPlace(place[1:]))
	if !ok {
		return 0
	}
	name, _, isCreator := cutCreator(function)
	if !isCreator {
		open := openParen(function)
		if open <= 0 {
			return 0
		}
		name = function[:open]
	}
	return c.child(from, call{c.name(name), at})
}

// match reports whether b starts with the two lines of the frame:
//
//	main.(*T).worker(0xc000012345, {0x1, 0x2})
//		/src/x.go:12 +0x1d
//
// It returns their length, or 0. What varies is held to the letter of
// runtime.traceback2 and printcreatedby1.
func (n *node) match(b []byte) (length int, creator uint64) {
	i := len(n.name)
	if len(b) <= i || string(b[:i]) != n.name {
		return 0, 0
	}
	if n.maker {
		if rest, ok := bytes.CutPrefix(b[i:], []byte(inGoroutine)); ok {
			if creator, rest, ok = cutNumber(rest); !ok {
				return 0, 0
			}
			i = len(b) - len(rest)
		}
	} else if i = skipArguments(b, i); i < 0 {
		return 0, 0
	}
	end := i + len(n.tail)
	if len(b) >= end && string(b[i:end]) == n.tail && n.tail != "" {
		return end, creator
	}
	p := i + len("\n\t")
	end = p + len(n.place)
	if len(b) <= end || b[p-2] != '\n' || b[p-1] != '\t' || string(b[p:end]) != n.place {
		return 0, 0
	}
	if end = skipOffsets(b, end); end < 0 {
		return 0, 0
	}
	if n.tail == "" {
		n.tail = string(b[i:end])
	}
	return end, creator
}

// skipArguments returns the index behind the arguments of a call, whose
// parenthesis opens at i and closes at the end of the line, or -1. Parentheses
// inside would leave it to record where the function's name ends.
func skipArguments(b []byte, i int) int {
	if b[i] != '(' {
		return -1
	}
	const ones = 0x0101010101010101
	for i++; i+8 <= len(b); i += 8 {
		// Of eight bytes, the first that is a parenthesis or a control character.
		word := binary.LittleEndian.Uint64(b[i:])
		paren := word&^ones ^ '('*ones // '(' and ')' differ in the last bit
		control := word & (0xe0 * ones)
		zero := (paren-ones)&^paren | (control-ones)&^control
		if zero &= 0x80 * ones; zero != 0 {
			i += bits.TrailingZeros64(zero) / 8
			if b[i] != ')' {
				break
			}
			return i + 1
		}
	}
	return -1
}

// skipOffsets returns the index behind the line that tells a place, from behind
// the line's number on, or -1. Inlined calls have no offset; what may follow it is
// for GOTRACEBACK=system.
func skipOffsets(b []byte, i int) int {
	if b[i] != '\n' {
		i = skipHex(b, i, " +0x")
	}
	if i >= 0 && b[i] != '\n' {
		for _, word := range [...]string{" fp=0x", " sp=0x", " pc=0x"} {
			if i = skipHex(b, i, word); i < 0 {
				break
			}
		}
	}
	if i < 0 || b[i] != '\n' {
		return -1
	}
	return i + 1
}

// skipHex returns the index behind a word and the digits that follow it, which
// is no index behind b, or -1.
func skipHex(b []byte, i int, word string) int {
	if len(b)-i <= len(word) || string(b[i:i+len(word)]) != word {
		return -1
	}
	for digits := i + len(word); digits < len(b); digits++ {
		if !isHexDigit(b[digits]) {
			if digits == i+len(word) {
				return -1
			}
			return digits
		}
	}
	return -1
}

// isPlainName reports whether a function's name leaves no doubt: record takes
// the line for no header, note or place, whatever arguments follow.
func isPlainName(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		switch b := s[i]; {
		case b <= ' ' || b == ':':
			return false
		case b >= 0x80 && i == 0: // may be a space of Unicode's
			return false
		}
	}
	return true
}

// isPlainPlace is the like for a file and line, whatever offsets follow.
func isPlainPlace(b []byte) bool {
	return ' ' < b[0] && b[0] < 0x80 && bytes.IndexByte(b, escape) < 0 &&
		!bytes.HasPrefix(b, []byte(headerStart)) && bytes.Equal(splitPlace(b).text, b)
}

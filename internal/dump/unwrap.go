// SPDX-License-Identifier: MIT

package dump

import (
	"bytes"
	"hash/maphash"
	"slices"
)

var newline = []byte("\n")

// Bounds of what an unwrapper remembers.
const (
	// maxLayers is how deep wrappings may lie in one another: a log line in a
	// JSON field in a container's line in an aggregator's is four.
	maxLayers = 5
	// maxShapes is how many prefixes are known at a time: a log may mix that
	// many processes that write dumps at once.
	maxShapes = 64
	// maxStreams is how many records may be open at a time.
	maxStreams = 1024
	// patience is how many lines may pass before a first line of a stack must
	// follow a wrapped header. After that it was talk of a goroutine.
	patience = 32
	// idle is how many lines may pass without one that has a shape. After that
	// the input is read as plain text again, which is faster.
	idle = 1 << 16
)

// An unwrapper takes off what log collectors and loggers put around the lines of
// a text: time stamps, names of hosts and containers, quoting, JSON, colours.
//
// It knows no product. A goroutine's header or the head of a profile is easily
// told from all other text, so where one stands inside a line, what is around it
// there is a wrapping, and lines that are wrapped in the same way go with it. What
// varies from line to line must be a time. All else (a pod, a process number)
// tells streams apart, so that processes that share a log each have their own.
//
// What was inside is a text again, that of a stream of its own, and may be wrapped
// once more: each stream has an unwrapper for the next layer.
type unwrapper struct {
	streams *streams
	self    int // the stream of the lines that nothing is around
	depth   int
	seen    int  // lines
	open    int  // the line up to which a stack that nothing is around may go on
	made    bool // its creator has been named
	colour  []byte
	shapes  []*shape // the last one that fitted is first

	// bare takes the lines that nothing is around, after a header with something
	// before it on which such a line followed: loggers put a time before the
	// first line of a message only.
	bare *unwrapper
	// text holds what was unescaped, and inner reads it where it has several
	// lines: a whole dump in one string.
	text  []byte
	inner *unwrapper
	// partial holds the start of a line that the collector cut into pieces.
	partial []byte
	leaves  []leaf
}

// A shape is a way in which lines are wrapped.
type shape struct {
	prefix []element
	// path is the hash of the names that lead to the field with the text, where
	// a JSON object follows the prefix; quoted, that a quoted string may follow.
	path   uint64
	quoted bool

	learned int  // the line that showed it
	used    int  // the last line that had it
	sure    bool // a stack followed
	// A prefix is the name of one stream; JSON objects name many.
	streams map[uint64]*unwrapper
}

// streams numbers streams.
type streams struct {
	seed maphash.Seed
	sure []bool // by number: a line of a stack was among its lines
	free []int
}

// A lineFunc takes a line of a stream; whole says that it is not cut off. An empty
// line that is cut off ends the stream as the end of the input does. It reports
// whether to go on.
type lineFunc func(stream int, text []byte, whole bool) bool

func newUnwrapper() *unwrapper {
	return &unwrapper{streams: &streams{seed: maphash.MakeSeed(), sure: []bool{true}}}
}

// sure reports whether the stream has shown a line of a stack.
func (u *unwrapper) sure(stream int) bool { return u.streams.sure[stream] }

// isSure reports the like for u's own stream and those within.
func (u *unwrapper) isSure() bool {
	return u.sure(u.self) || len(u.shapes) > 0 && u.shapes[0].sure || u.bare != nil && u.bare.isSure()
}

// waits reports whether u must see every line, also those of plain records: while
// it knows of something around lines, they are part of how long it remembers that.
func (u *unwrapper) waits() bool { return u.bare != nil || len(u.shapes) > 0 }

// lines calls yield for each line of text in the line raw: none, one or, from a
// string with line breaks, many. It reports false if yield did.
func (u *unwrapper) lines(raw []byte, whole bool, yield lineFunc) bool {
	u.seen++
	raw = bytes.TrimRight(raw, "\r\n")
	if len(u.shapes) == 0 && u.bare == nil && !suspicious(raw) {
		return u.plain(raw, whole, yield)
	}
	raw = u.uncolour(raw)
	if !u.forget(yield) {
		return false
	}
	for i, s := range u.shapes {
		if ok, more := u.take(s, raw, whole, yield); ok {
			s.used = u.seen
			copy(u.shapes[1:], u.shapes[:i])
			u.shapes[0] = s
			return more
		}
	}
	if u.depth < maxLayers {
		if ok, more := u.learnPart(raw, whole, yield); ok {
			return more
		}
		if ok, more := u.learn(raw, whole, yield); ok {
			return more
		}
		if ok, more := u.shorten(raw, whole, yield); ok {
			return more
		}
	}
	return u.plain(raw, whole, yield)
}

// suspicious reports whether a line may hold something wrapped, or be a part of
// such a line.
func suspicious(raw []byte) bool {
	return bytes.Contains(raw, []byte("goroutine")) || bytes.IndexByte(raw, escape) >= 0 ||
		len(raw) > 0 && (isDigit(raw[0]) || raw[0] == '{')
}

// plain passes a line on that nothing is around.
func (u *unwrapper) plain(text []byte, whole bool, yield lineFunc) bool {
	if b := u.bare; b != nil {
		line := bytes.TrimSpace(text)
		if _, _, header := cutHeader(line); !header {
			if len(line) == 0 {
				u.bare = nil
				return b.close(true, yield)
			}
			return b.lines(text, whole, yield)
		}
		u.bare = nil
		if !b.close(true, yield) {
			return false
		}
	}
	u.follow(text)
	if !u.streams.sure[u.self] && isStackLine(bytes.TrimSpace(text)) {
		u.streams.sure[u.self] = true
	}
	return yield(u.self, text, whole)
}

// follow notes whether a stack that nothing is around goes on.
func (u *unwrapper) follow(text []byte) {
	made := bytes.HasPrefix(text, []byte(createdBy))
	switch {
	case len(text) == 0 || made || u.made:
		u.open = 0
	case text[0] == '\t' || text[len(text)-1] == ')' || bytes.HasPrefix(text, []byte(headerStart)):
		u.open = u.seen + 5
	}
	u.made = made
}

// isStackLine reports whether a line surely belongs to a stack.
func isStackLine(line []byte) bool {
	return len(line) > 0 && (isCall(line) || isNote(line) || splitPlace(line).offset || isCount(line))
}

// take unwraps a line that has the shape s.
func (u *unwrapper) take(s *shape, raw []byte, whole bool, yield lineFunc) (ok, more bool) {
	rest, partial, ok := match(s.prefix, raw)
	switch {
	case !ok:
		return false, true
	case s.path != 0:
		return u.takeJSON(s, rest, yield)
	case s.quoted:
		if rest, whole, ok = u.value(rest, whole); !ok {
			return false, true
		}
	case bytes.Contains(rest, []byte("#0")):
		u.text = unescapeOctal(u.text[:0], rest)
		rest = u.text
	}
	return true, u.pass(s, s.streams[0], rest, partial, whole, yield)
}

// pass hands a text to the unwrapper of its stream.
func (u *unwrapper) pass(s *shape, to *unwrapper, text []byte, partial, whole bool, yield lineFunc) bool {
	if partial || len(to.partial) > 0 {
		room := defaultMaxLine - len(to.partial)
		to.partial = append(to.partial, text[:min(len(text), room)]...)
		if partial {
			s.learned = u.seen
			return true
		}
		text, whole = to.partial, whole && len(to.partial) < defaultMaxLine
	}
	more := to.read(text, whole, yield)
	to.partial = to.partial[:0]
	s.sure = s.sure || to.isSure()
	return more
}

// read takes a text of one line or many.
func (u *unwrapper) read(text []byte, whole bool, yield lineFunc) bool {
	if line := bytes.TrimSuffix(text, newline); bytes.IndexByte(line, '\n') < 0 {
		return u.lines(line, whole, yield)
	}
	return u.document(text, whole, yield)
}

// document takes a text that ends where it ends: a record in it that shows no
// end of its own was cut.
func (u *unwrapper) document(text []byte, whole bool, yield lineFunc) bool {
	if u.inner == nil {
		u.inner = u.child(yield)
	}
	d := u.inner
	if d == nil {
		return true
	}
	for len(text) > 0 {
		line, rest, found := bytes.Cut(text, newline)
		if !d.lines(line, found || whole, yield) {
			return false
		}
		text = rest
	}
	u.inner = nil
	return d.close(false, yield)
}

// child returns an unwrapper for the next layer with a stream of its own, or nil
// where there are too many.
func (u *unwrapper) child(yield lineFunc) *unwrapper {
	if u.depth >= maxLayers {
		return nil
	}
	s := u.streams
	c := &unwrapper{streams: s, depth: u.depth + 1}
	if n := len(s.free); n > 0 {
		c.self, s.free = s.free[n-1], s.free[:n-1]
	} else if len(s.sure) < maxStreams {
		c.self = len(s.sure)
		s.sure = append(s.sure, false)
	} else {
		return nil
	}
	s.sure[c.self] = false
	return c
}

// close ends u's stream and those within; whole says that they end where their
// texts do.
func (u *unwrapper) close(whole bool, yield lineFunc) bool {
	for _, s := range u.shapes {
		if !s.close(whole, yield) {
			return false
		}
	}
	for _, in := range []*unwrapper{u.bare, u.inner} {
		if in != nil && !in.close(whole, yield) {
			return false
		}
	}
	u.shapes, u.bare, u.inner = nil, nil, nil
	u.streams.free = append(u.streams.free, u.self)
	return yield(u.self, nil, whole)
}

func (s *shape) close(whole bool, yield lineFunc) bool {
	for _, u := range s.streams {
		if !u.close(whole, yield) {
			return false
		}
	}
	return true
}

// forget drops the shapes that showed no stack in time, or no longer show up.
func (u *unwrapper) forget(yield lineFunc) bool {
	for i := 0; i < len(u.shapes); i++ {
		s := u.shapes[i]
		talk := !s.sure && u.seen-s.learned > patience
		if !talk && u.seen-s.used <= idle {
			continue
		}
		u.shapes = slices.Delete(u.shapes, i, i+1)
		i--
		if !s.close(talk, yield) {
			return false
		}
	}
	return true
}

// add learns a shape. Of too many the one that fitted longest ago goes.
func (u *unwrapper) add(s *shape, yield lineFunc) bool {
	s.learned, s.used = u.seen, u.seen
	if s.streams == nil {
		s.streams = make(map[uint64]*unwrapper)
	}
	more := true
	if n := len(u.shapes) - 1; n+1 >= maxShapes {
		last := u.shapes[n]
		u.shapes = u.shapes[:n]
		more = last.close(false, yield)
	}
	u.shapes = slices.Insert(u.shapes, 0, s)
	return more
}

// learn finds out how the line raw is wrapped, if it holds a header, and unwraps it.
func (u *unwrapper) learn(raw []byte, whole bool, yield lineFunc) (ok, more bool) {
	at := findHead(raw)
	if at < 0 {
		return false, true
	}
	if open := openQuote(raw, at); open >= 0 {
		return u.learnQuoted(raw, open, whole, yield)
	}
	if !isHead(raw[at:]) {
		switch {
		case bytes.Contains(raw[at:], []byte(`\n`)):
			u.text, _, _ = unescape(u.text[:0], raw, false)
		case bytes.Contains(raw[at:], []byte("#012")):
			u.text = unescapeOctal(u.text[:0], raw)
		default:
			return false, true
		}
		return true, u.document(u.text, whole, yield)
	}
	if len(bytes.TrimSpace(raw[:at])) == 0 {
		return false, true
	}
	prefix, partial := parsePrefix(raw[:at])
	return u.start(&shape{prefix: prefix}, raw[at:], partial, whole, yield)
}

// learnPart learns how the line raw is wrapped if that says that the line is but a
// part: the header may come with the next.
func (u *unwrapper) learnPart(raw []byte, whole bool, yield lineFunc) (ok, more bool) {
	if prefix, text, ok := cutPartial(raw); ok {
		return u.start(&shape{prefix: prefix}, text, true, whole, yield)
	}
	if len(raw) > 0 && raw[0] == '{' && mayBePart(raw) && u.walk(raw) {
		for _, l := range u.leaves {
			if l.isPart() {
				s := &shape{path: l.path}
				if !u.add(s, yield) {
					return true, false
				}
				return u.takeJSON(s, raw, yield)
			}
		}
	}
	return false, true
}

// start learns the shape of one stream and takes its first text.
func (u *unwrapper) start(s *shape, text []byte, partial, whole bool, yield lineFunc) (ok, more bool) {
	c := u.child(yield)
	if c == nil {
		return false, true
	}
	s.streams = map[uint64]*unwrapper{0: c}
	return true, u.add(s, yield) && u.pass(s, c, text, partial, whole, yield)
}

// learnQuoted unwraps a line with a header in the string that opens at open.
func (u *unwrapper) learnQuoted(raw []byte, open int, whole bool, yield lineFunc) (ok, more bool) {
	text, n, closed := unescape(u.text[:0], raw[open+1:], true)
	u.text = text
	if bytes.IndexByte(bytes.TrimSuffix(text, newline), '\n') >= 0 {
		if !u.document(text, closed, yield) {
			return true, false
		}
		raw = raw[open+1+n:] // the object may have another such string
		if at := findHead(raw); at >= 0 {
			if open := openQuote(raw, at); open >= 0 {
				return u.learnQuoted(raw, open, whole, yield)
			}
		}
		return true, true
	}
	if brace := bytes.IndexByte(raw[:open], '{'); brace >= 0 && closed {
		if ok, more := u.learnJSON(raw, brace, open, yield); ok {
			return true, more
		}
	}
	if findHead(text) < 0 { // it was in what an escape made of it
		return false, true
	}
	prefix, partial := parsePrefix(raw[:open])
	return u.start(&shape{prefix: prefix, quoted: true}, text, partial, closed, yield)
}

// shorten finds, for a shape that its header alone has shown so far, how much of
// the prefix the lines of the stack have, if raw is the first of them.
func (u *unwrapper) shorten(raw []byte, whole bool, yield lineFunc) (ok, more bool) {
	for i, s := range u.shapes {
		if s.sure || s.path != 0 || s.quoted {
			continue
		}
		for n := len(s.prefix) - 1; n >= 0; n-- {
			if n > 0 && s.prefix[n-1].kind != blanks {
				continue
			}
			if n == 0 && (s.learned != u.seen-1 || u.seen <= u.open) {
				continue // another dump is written at the same time
			}
			rest, _, ok := match(s.prefix[:n], raw)
			if !ok || !isStackLine(bytes.TrimSpace(rest)) {
				continue
			}
			if n > 0 {
				s.prefix = s.prefix[:n]
				return u.take(s, raw, whole, yield)
			}
			u.shapes = slices.Delete(u.shapes, i, i+1)
			if u.bare != nil && !u.bare.close(true, yield) {
				return true, false
			}
			u.bare = s.streams[0]
			return true, u.bare.lines(raw, whole, yield)
		}
	}
	return false, true
}

// SPDX-License-Identifier: MIT

package dump

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/unleak/unleak"
)

// headerStart is how a goroutine's header begins.
const headerStart = "goroutine "

// cutHeader reports whether a line is a goroutine's header, as far as its number
// tells: `goroutine N [` or, at GOTRACEBACK=system, `goroutine N gp=`. It returns
// what follows the number.
func cutHeader(line []byte) (id uint64, rest []byte, ok bool) {
	if len(line) == 0 || line[0] != 'g' {
		return 0, nil, false
	}
	rest, ok = bytes.CutPrefix(line, []byte(headerStart))
	if !ok {
		return 0, nil, false
	}
	id, rest, ok = cutNumber(rest)
	if !ok || !bytes.HasPrefix(rest, []byte(" [")) && !bytes.HasPrefix(rest, []byte(" gp=")) {
		return 0, nil, false
	}
	return id, rest[1:], true
}

// parseHeader reads what follows a header's number into g:
//
//	gp=0x… m=3 mp=0x… [status (leaked) (scan) (durable), 5 minutes, locked to thread, synctest bubble 7] {labels}:
//
// Go 1.26 prints the labels inside the bracket, as ` labels:{…}`.
func (c *cache) parseHeader(g *unleak.Goroutine, b []byte) bool {
	b, ok := cutPointers(b)
	if !ok {
		return false
	}
	status, b := cutPart(b)
	g.Wait, g.Leaked = c.wait(status)
	for string(b) != "]:" {
		if rest, ok := bytes.CutPrefix(b, []byte(", ")); ok {
			var part []byte
			part, b = cutPart(rest)
			setAttribute(g, part)
		} else if rest, ok := bytes.CutPrefix(b, []byte(" labels:{")); ok {
			if g.Labels, b, ok = c.cutLabels(rest); !ok {
				return false
			}
		} else {
			break
		}
	}
	if b, ok = bytes.CutPrefix(b, []byte("]")); !ok {
		return false
	}
	if rest, ok := bytes.CutPrefix(b, []byte(" {")); ok {
		if g.Labels, b, ok = c.cutLabels(rest); !ok {
			return false
		}
	}
	return string(b) == ":"
}

// cutPointers takes `gp=… m=… mp=… [` off b.
func cutPointers(b []byte) ([]byte, bool) {
	for {
		if rest, ok := bytes.CutPrefix(b, []byte("[")); ok {
			return rest, true
		}
		word, rest, ok := bytes.Cut(b, []byte(" "))
		if !ok || bytes.IndexByte(word, '=') < 0 {
			return nil, false
		}
		b = rest
	}
}

// cutPart splits b before the comma, the bracket or the labels that end the
// status or an attribute. Parentheses, not brackets, stand in wait reasons.
func cutPart(b []byte) (part, rest []byte) {
	i := 0
	for i < len(b) && b[i] != ',' && b[i] != ']' && (b[i] != ' ' || !bytes.HasPrefix(b[i:], []byte(" labels:{"))) {
		i++
	}
	return b[:i], b[i:]
}

// wait returns what a status says, without allocating for one that it knows.
func (c *cache) wait(text []byte) (w unleak.Wait, leaked bool) {
	s, ok := c.waits[string(text)]
	if !ok {
		s = status{unleak.ParseWait(string(text)), bytes.Contains(text, []byte(" (leaked)"))}
		c.waits[string(text)] = s
		c.grow(2 * len(text))
	}
	return s.wait, s.leaked
}

// setAttribute notes one of the parts that follow the status. What a later
// release may add is passed over.
func setAttribute(g *unleak.Goroutine, part []byte) {
	if n, rest, ok := cutNumber(part); ok {
		if string(rest) == " minutes" {
			g.Minutes = int(min(n, 1<<31-1))
		}
		return
	}
	if string(part) == "locked to thread" {
		g.Locked = true
		return
	}
	for _, prefix := range [...]string{"synctest bubble ", "synctest group "} {
		if rest, ok := bytes.CutPrefix(part, []byte(prefix)); ok {
			g.Bubble, _, _ = cutNumber(rest)
			return
		}
	}
}

// cutLabels reads `"k": "v", plain: abc}` up to and with the brace. Equal labels
// share a map.
func (c *cache) cutLabels(b []byte) (labels map[string]string, rest []byte, ok bool) {
	// Nothing but the header's end follows the labels, so the last brace is
	// theirs, whatever the values hold.
	end := bytes.LastIndexByte(b, '}') + 1
	if labels, ok := c.labels[string(b[:end])]; ok {
		return labels, b[end:], true
	}
	text := string(b[:end])
	labels, ok = parseLabels(text, ": ", cutToken)
	if ok {
		c.labels[text] = labels
		c.grow(2 * len(text))
	}
	return labels, b[end:], ok
}

// parseLabels reads labels up to and with the brace; between stands between a key
// and its value, and cut takes either off.
func parseLabels(s, between string, cut func(string) (token, rest string, ok bool)) (map[string]string, bool) {
	labels := make(map[string]string)
	for {
		key, rest, ok := cut(s)
		if !ok || !strings.HasPrefix(rest, between) {
			return nil, false
		}
		value, rest, ok := cut(rest[len(between):])
		if !ok {
			return nil, false
		}
		labels[key] = value
		if rest == "}" {
			return labels, true
		}
		if s, ok = strings.CutPrefix(rest, ", "); !ok {
			return nil, false
		}
	}
}

// cutToken takes a label's key or value off s: quoted, or as Go 1.27 has it bare
// where all of it is in [A-Za-z0-9._/] (runtime.tracebackStringNeedsQuoting), and
// so possibly empty.
func cutToken(s string) (token, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ":,}")
		if end < 0 {
			return "", "", false
		}
		return s[:end], s[end:], true
	}
	quoted, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", false
	}
	token, err = strconv.Unquote(quoted)
	return token, s[len(quoted):], err == nil
}

// cutNumber takes a decimal number off b.
func cutNumber(b []byte) (n uint64, rest []byte, ok bool) {
	i := 0
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		if i == 19 { // more digits than a uint64 surely holds
			return 0, nil, false
		}
		n = n*10 + uint64(b[i]-'0')
		i++
	}
	return n, b[i:], i > 0
}

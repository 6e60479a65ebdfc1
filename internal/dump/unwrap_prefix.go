// SPDX-License-Identifier: MIT

package dump

import "bytes"

// An element is a part of the prefix that a collector puts before each line.
type element struct {
	kind kind
	text []byte // of a literal
}

// A kind says what fits an element.
type kind int

const (
	literal kind = iota // the text itself
	blanks              // one space or tab or more
	moment              // a time, a date or a duration: digits and what stands between
	month               // Jan to Dec
	flag                // the F of a whole line, or the P of one that goes on
)

// parsePrefix tells what varies in a prefix from line to line. It reports whether
// the prefix is that of the first part of a line.
func parsePrefix(p []byte) (elements []element, partial bool) {
	for i := 0; i < len(p); {
		n, k := 0, literal
		switch c := p[i]; {
		case c == ' ' || c == '\t':
			n, k = len(p[i:])-len(bytes.TrimLeft(p[i:], " \t")), blanks
		case isDigit(c):
			n = spanMoment(p[i:])
			if inWord := i+n < len(p) && isWordByte(p[i+n]); !inWord && (isMoment(p[i:i+n]) || follows(elements, month)) {
				k = moment
			} else {
				n = spanWord(p[i:])
			}
		case isLetter(c):
			if n = spanWord(p[i:]); isMonth(p[i : i+n]) {
				k = month
			} else if isFlag(p[i:i+n], elements) {
				k, partial = flag, c == 'P'
			}
		default:
			n = 1
		}
		elements = addElement(elements, element{k, p[i : i+n]})
		i += n
	}
	return elements, partial
}

// addElement appends e, whose text it copies, and joins literals.
func addElement(elements []element, e element) []element {
	if n := len(elements) - 1; n >= 0 && e.kind == literal && elements[n].kind == literal {
		elements[n].text = append(elements[n].text, e.text...)
		return elements
	}
	if e.kind == literal {
		e.text = bytes.Clone(e.text)
	} else {
		e.text = nil
	}
	return append(elements, e)
}

// follows reports whether what comes next stands behind an element of the kind
// and blanks.
func follows(elements []element, k kind) bool {
	n := len(elements)
	return n > 1 && elements[n-1].kind == blanks && elements[n-2].kind == k
}

// isFlag reports whether a word is the flag in lines of Kubernetes's container
// runtimes, of which long ones come in parts: a time, the stream, F or P.
// (k8s.io/kubernetes/pkg/kubelet/kuberuntime/logs)
func isFlag(word []byte, before []element) bool {
	n := len(before)
	if string(word) != "F" && string(word) != "P" || !follows(before, literal) || n < 4 || before[n-4].kind != moment {
		return false
	}
	stream := string(before[n-2].text)
	return stream == "stdout" || stream == "stderr"
}

// cutPartial cuts a line that is such a part after its prefix.
func cutPartial(line []byte) (prefix []element, rest []byte, ok bool) {
	if len(line) == 0 || !isDigit(line[0]) {
		return nil, nil, false
	}
	i := bytes.Index(line[:min(len(line), 64)], []byte(" P "))
	if i < 0 {
		return nil, nil, false
	}
	prefix, ok = parsePrefix(line[:i+3])
	return prefix, line[i+3:], ok
}

// match returns what is behind the prefix in a line; partial says that the next
// line goes on with it.
func match(prefix []element, line []byte) (rest []byte, partial, ok bool) {
	for i, e := range prefix {
		n := 0
		switch e.kind {
		case literal:
			if bytes.HasPrefix(line, e.text) {
				n = len(e.text)
			}
		case blanks:
			n = len(line) - len(bytes.TrimLeft(line, " \t"))
			if n == 0 && i == len(prefix)-1 && len(bytes.TrimSpace(line)) == 0 {
				return nil, partial, true // editors drop blanks at the end of a line
			}
			if i == len(prefix)-1 {
				n = min(n, 1) // the rest indents the text
			}
		case moment:
			n = spanMoment(line)
		case month:
			if len(line) >= 3 && isMonth(line[:3]) {
				n = 3
			}
		case flag:
			if len(line) > 0 && (line[0] == 'F' || line[0] == 'P') {
				n, partial = 1, line[0] == 'P'
			}
		}
		if n == 0 {
			return nil, false, false
		}
		line = line[n:]
	}
	return line, partial, true
}

// spanMoment returns the length of the time that b starts with, whatever its
// precision and zone: digits, and T, Z and what else stands between them.
func spanMoment(b []byte) int {
	i := 0
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case isDigit(c):
		case i > 0 && bytes.IndexByte([]byte(":.,-/+"), c) >= 0:
		case c == 'T' && i > 0 && isDigit(b[i-1]) && i+1 < len(b) && isDigit(b[i+1]):
		case c == 'Z' && i > 0 && isDigit(b[i-1]) && (i+1 == len(b) || !isWordByte(b[i+1])):
			return i + 1
		default:
			return i
		}
	}
	return i
}

// isMoment reports whether digits and what stands between them are a time (06:55),
// a date (2026-11-23), seconds (12.345) or a large number of some unit since 1970.
// Process and version numbers, addresses and ports are none.
func isMoment(b []byte) bool {
	b = bytes.TrimRight(b, ":.,-/+")
	groups := bytes.FieldsFunc(b, func(r rune) bool { return !isDigit(byte(r)) })
	dots := bytes.Count(b, []byte("."))
	switch n := len(groups); {
	case n == 1:
		return len(b) >= 10 && len(b) == len(groups[0])
	case bytes.IndexByte(b, ':') > 0:
		return dots < 2 && hasClock(b)
	case n == 2:
		return dots == 1 && len(b) == len(groups[0])+len(groups[1])+1
	case n == 3:
		return len(groups[0]) == 4 || len(groups[2]) == 4 || len(b) == len("26/11/23") && len(groups[1]) == 2
	}
	return false
}

// hasClock reports whether b has hours and minutes: one or two digits, a colon,
// two digits.
func hasClock(b []byte) bool {
	for i := 1; i+2 < len(b); i++ {
		if b[i] == ':' && isDigit(b[i-1]) && isDigit(b[i+1]) && isDigit(b[i+2]) && (i+3 == len(b) || !isDigit(b[i+3])) {
			return true
		}
	}
	return false
}

func isMonth(word []byte) bool {
	if len(word) != 3 {
		return false
	}
	i := bytes.Index([]byte("JanFebMarAprMayJunJulAugSepOctNovDec"), word)
	return i >= 0 && i%3 == 0
}

func spanWord(b []byte) int {
	i := 0
	for i < len(b) && isWordByte(b[i]) {
		i++
	}
	return i
}

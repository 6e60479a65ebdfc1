// SPDX-License-Identifier: MIT

package dump

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/unleak/unleak"
)

// What can be wrong with a record of a profile in text form.
const (
	badCount  = "a record of the profile cannot be read; fetch it again with debug=0, a form that shows what was lost"
	lostCount = "the profile says that it counts %d goroutines, but its records hold %d: text was lost or mixed in; fetch it again, or with debug=0"
)

// maxHeld is how many frames of records are held back until their waits can be
// told, some megabytes. Profiles have a record a distinct stack and stay below.
const maxHeld = 1 << 17

// A counted reads a goroutine or goroutineleak profile in the text form that
// debug=1 asks for (runtime/pprof/pprof.go, printCountProfile and
// printStackRecord):
//
//	goroutine profile: total 3
//	2 @ 0x48460e 0x41818e 0x417cb2 0x51a465 0x48b501
//	# labels: {"tenant":"a"}
//	#	0x51a464	main.recv+0x24	/src/main.go:16
//
// The functions of the runtime that the stack ends in have no line of their own.
type counted struct {
	offset  int64 // of the profile's head
	total   uint64
	sum     uint64
	leaked  bool
	records []*counts
	open    *counts // the last of records, while lines of it may follow
	held    int
	frames  map[string]unleak.Frame
	failed  *Error // the first record that could not be read
	parks   parks
}

// A counts is a record: how many goroutines have a stack.
type counts struct {
	number uint64
	pcs    []uint64 // return addresses, innermost first
	shown  []shown
	labels map[string]string
	wait   unleak.Wait
}

// A shown is a frame that has a line: the address of its call, and what stands there.
type shown struct {
	pc uint64
	unleak.Frame
}

// cutProfileHead reads a profile's head off a line: what is counted, up to the
// total.
func cutProfileHead(line []byte) (p counted, rest []byte, ok bool) {
	rest, ok = bytes.CutPrefix(line, []byte("goroutine"))
	if !ok {
		return p, nil, false
	}
	rest, p.leaked = bytes.CutPrefix(rest, []byte("leak"))
	if rest, ok = bytes.CutPrefix(rest, []byte(" profile: total ")); !ok {
		return p, nil, false
	}
	p.total, rest, ok = cutNumber(rest)
	return p, rest, ok
}

// beginProfile lets the record take the lines of a profile.
func (r *record) beginProfile(offset int64, p counted) {
	r.open = true
	p.offset, p.frames = offset, make(map[string]unleak.Frame)
	r.profile = &p
}

// makeRoom yields what a profile holds back if that is much.
func (r *record) makeRoom(yield func(*unleak.Goroutine, error) bool) bool {
	if p := r.profile; p != nil && p.held > maxHeld && p.open == nil {
		return p.flush(yield)
	}
	return true
}

// isCount reports whether a line starts a record.
func isCount(line []byte) bool {
	_, rest, ok := cutNumber(line)
	return ok && bytes.HasPrefix(rest, []byte(" @")) && (len(rest) == 2 || bytes.HasPrefix(rest, []byte(" @ 0x")))
}

// add takes a line. It reports false where the profile ended before.
func (p *counted) add(line []byte, whole bool) bool {
	switch {
	case !whole && len(line) > 0:
		p.fail(cutShort, true)
		p.drop()
	case len(line) == 0:
		p.open = nil
	case isCount(line):
		p.begin(line)
	case line[0] == '#' && p.open != nil:
		if !p.addFrame(line) {
			p.fail(badCount, false)
			p.drop()
		}
	}
	return p.open != nil || p.sum < p.total
}

func (p *counted) fail(reason string, truncated bool) {
	if p.failed == nil {
		p.failed = &Error{Offset: p.offset, Truncated: truncated, Reason: reason}
	}
}

// drop leaves out the record that is open.
func (p *counted) drop() {
	if p.open != nil {
		p.records, p.open = p.records[:len(p.records)-1], nil
	}
}

func (p *counted) begin(line []byte) {
	r := new(counts)
	n, rest, _ := cutNumber(line)
	r.number = n
	p.sum += n
	for pc := range bytes.FieldsSeq(rest[2:]) {
		v, err := strconv.ParseUint(string(pc), 0, 64)
		if err != nil {
			p.fail(badCount, false)
			p.open = nil
			return
		}
		r.pcs = append(r.pcs, v)
	}
	p.held += len(r.pcs)
	p.records, p.open = append(p.records, r), r
}

// addFrame takes a line with labels or a frame: what the record says in words.
func (p *counted) addFrame(line []byte) bool {
	line = bytes.TrimSpace(line[1:])
	if labels, ok := bytes.CutPrefix(line, []byte("labels: {")); ok {
		p.open.labels, ok = parseLabels(string(labels), ":", cutQuoted) // "k":"v", "k2":"v2"}
		return ok
	}
	address, rest, _ := bytes.Cut(line, []byte("\t"))
	if i := bytes.IndexByte(address, ' '); i >= 0 { // tabs get lost on the way
		address, rest = line[:i], line[i:]
	}
	pc, err := strconv.ParseUint(string(address), 0, 64)
	if err != nil {
		return false
	}
	rest = bytes.TrimSpace(rest)
	f, ok := p.frames[string(rest)]
	if !ok {
		if f, ok = countedFrame(string(rest)); !ok {
			return false
		}
		p.frames[string(rest)] = f
	}
	p.open.shown = append(p.open.shown, shown{pc, f})
	return p.open.hidden() >= 0
}

// countedFrame reads `main.recv+0x24	/src/main.go:16`. The runtime names no function
// where it knows none.
func countedFrame(s string) (unleak.Frame, bool) {
	if s == "" {
		return unleak.Frame{}, true
	}
	name, rest, ok := strings.Cut(s, "+0x")
	end := strings.IndexAny(rest, " \t")
	if !ok || name == "" || end < 0 {
		return unleak.Frame{}, false
	}
	at, ok := parsePlace(strings.TrimSpace(rest[end:]))
	return unleak.Frame{Func: unleak.NormalFunc(CutArguments(name)), File: at.file, Line: at.line}, ok
}

func cutQuoted(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", "", false
	}
	return cutToken(s)
}

// flush yields the records that are held.
func (p *counted) flush(yield func(*unleak.Goroutine, error) bool) bool {
	p.resolve()
	for _, r := range p.records {
		if g := r.goroutine(); g != nil {
			g.Leaked = p.leaked
			if !yield(g, nil) {
				return false
			}
		}
	}
	p.records, p.held = nil, 0
	clear(p.frames)
	return true
}

// end yields what is left, and what is wrong with it all.
func (p *counted) end(eof bool, yield func(*unleak.Goroutine, error) bool) bool {
	if eof && p.open != nil && (p.sum != p.total || !p.open.complete()) {
		p.fail(cutShort, true)
		p.drop()
	}
	p.open = nil
	if !p.flush(yield) {
		return false
	}
	if p.failed != nil && !yield(nil, p.failed) {
		return false
	}
	if p.sum == p.total {
		return true
	}
	return yield(nil, &Error{Offset: p.offset, Truncated: p.sum < p.total, Reason: fmt.Sprintf(lostCount, p.total, p.sum)})
}

// complete reports whether the record has lines for all of its stack. All but
// runtime.goexit and what is hidden have one, inlined functions more.
func (r *counts) complete() bool {
	n, m := len(r.pcs), len(r.shown)
	return n == 0 || m > 0 && m >= n-1-r.hidden() && (r.shown[m-1].is(r.pcs[n-1]) || n > 1 && r.shown[m-1].is(r.pcs[n-2]))
}

// is reports whether the frame is that of the return address pc. The address of
// the call is taken to be one less, but for a goroutine that did not start yet
// (runtime.Frames.Next).
func (s shown) is(pc uint64) bool { return s.pc == pc-1 || s.pc == pc }

// goroutine returns what the record says, or nil where it has no stack: Go 1.27
// may report such goroutines.
func (r *counts) goroutine() *unleak.Goroutine {
	if len(r.shown) == 0 || r.number == 0 {
		return nil
	}
	var stack []unleak.Frame
	for _, s := range r.shown {
		if s.Func != "" {
			stack = append(stack, s.Frame)
		}
	}
	if len(stack) == 0 {
		return nil
	}
	g := &unleak.Goroutine{Count: int(min(r.number, 1<<31-1)), Wait: r.wait, Stack: Visible(stack), Labels: r.labels}
	// Stacks that are whole end in runtime.goexit, which has no line. Profiles
	// keep 32 frames of a stack, since Go 1.23 128.
	if r.shown[len(r.shown)-1].is(r.pcs[len(r.pcs)-1]) {
		g.Elided = -1
	}
	return g
}

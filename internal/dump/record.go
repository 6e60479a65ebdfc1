// SPDX-License-Identifier: MIT

package dump

import (
	"bytes"
	"strings"

	"github.com/unleak/unleak"
)

// What can be wrong with a record, and what to do.
const (
	badHeader = "its header cannot be read; see that the line is whole and as the runtime printed it"
	badFrame  = "a function has no file and line: text was lost or mixed in; take the dump again, into a file of its own"
	noStack   = "no stack follows its header; take the dump again, into a file of its own"
	cutShort  = "the input ends inside its stack; take the dump again, with a larger buffer or limit"
	tooDeep   = "it has more frames and ancestors than any goroutine; see what wrote the text"
)

const (
	// maxFrames bounds the frames and ancestors of one record, and so its memory.
	// The runtime prints 100 frames of a stack.
	maxFrames = 1 << 16
	// maxName bounds the lines that may name a function.
	maxName = 64 << 10
)

// A record is the goroutine being read. It takes one line at a time and tells
// lines by what they hold, not by their indentation: tabs get lost on the way.
//
// Other text may stand between frames, as many processes share a log. So a
// record ends only at a blank line, at the next header, or behind its creator.
type record struct {
	*cache    // the reader's, as it was when the record began
	open      bool
	offset    int64
	reason    string // what is wrong with it; "" is nothing
	truncated bool   // the input ends inside it
	guess     bool   // the header may be talk of a goroutine: without a stack it is nothing
	g         unleak.Goroutine
	frames    int      // of it and its ancestors, who count too
	profile   *counted // read in place of a goroutine

	// Of the section being read, which is g's own stack or an ancestor's:
	at      uint32 // the node of the last frame
	created unleak.Frame
	note    bool // a line says why frames are missing

	// pending is the last line that may name a function: only the next line,
	// a place or not, tells whether it does.
	pending []byte
}

// begin starts the record of goroutine id; header is what follows the number.
func (r *record) begin(c *cache, offset int64, id uint64, header []byte, whole bool) {
	r.cache = c
	// The runtime prints the stack of a thread's scheduler as goroutine 0.
	r.open = id != 0
	r.offset, r.reason, r.truncated, r.frames = offset, "", false, 0
	r.g = unleak.Goroutine{ID: id, Count: 1}
	r.at, r.created, r.note, r.pending = 0, unleak.Frame{}, false, r.pending[:0]
	if !r.parseHeader(&r.g, header) {
		r.reason, r.truncated = badHeader, !whole
	}
}

// add takes a line, without the spaces around it; whole says that it is not cut
// off. It reports false where the line ends the record.
func (r *record) add(line []byte, whole bool) bool {
	if !r.open {
		return true
	}
	if r.profile != nil {
		return r.profile.add(line, whole)
	}
	if len(line) == 0 {
		return !whole // a lone tab before the end of the input is half a line
	}
	if string(line) == "runtime stack:" {
		return false
	}
	if r.reason == tooDeep {
		return true
	}
	if id, ok := cutAncestor(line); ok {
		r.endSection()
		r.count()
		r.g.Ancestors = append(r.g.Ancestors, unleak.Ancestor{ID: id})
		return true
	}
	if !r.created.IsZero() {
		return false
	}
	switch p := splitPlace(line); {
	case r.addPlace(p, whole):
	case line[0] == '.' && r.addElision(line):
	case isNote(line):
		r.note = true
	case len(line) > maxName:
	case !isCall(r.pending):
		r.pending = append(r.pending[:0], line...)
	case isCall(line) && whole:
		r.reason = badFrame
	}
	return true
}

// addPlace takes a line that holds a file and line number: that of the function
// named in the pending line.
func (r *record) addPlace(p placeText, whole bool) bool {
	at, ok := r.place(p)
	if !ok {
		return false
	}
	if !whole && !p.offset {
		r.truncated = true // "x.go:12" may have been "x.go:123"
	}
	pending := r.pending
	r.pending = pending[:0]
	if name, id, ok := cutCreator(pending); ok {
		if len(r.g.Ancestors) == 0 {
			r.g.Creator = id
		}
		r.created = r.frame(call{r.name(name), at})
		return true
	}
	name, ok := functionName(pending, p.bare)
	switch {
	case ok:
		r.count()
		r.at = r.child(r.at, call{r.name(name), at})
	case p.bare:
		r.note = true // a C function whose name is not known
	case p.offset:
		r.reason = badFrame
	}
	return true
}

// count counts a frame or an ancestor.
func (r *record) count() {
	if r.frames++; r.frames > maxFrames {
		r.reason = tooDeep
	}
}

// addElision takes the line that stands for frames left out: "...23 frames
// elided..." or, before Go 1.21 and in ancestors, "...additional frames elided...".
func (r *record) addElision(line []byte) bool {
	what, ok := bytes.CutSuffix(line, []byte(" frames elided..."))
	if !ok {
		return false
	}
	n, rest, counted := cutNumber(bytes.TrimPrefix(what, []byte("...")))
	elided := -1
	if counted && len(rest) == 0 {
		elided = int(min(n, 1<<31-1))
	}
	r.note = elided < 0
	if len(r.g.Ancestors) == 0 {
		r.g.Elided = elided
	}
	return true
}

// end closes the record and yields it, or what is wrong with it; eof says that
// the input ends here. It reports whether to go on.
func (r *record) end(eof bool, yield func(*unleak.Goroutine, error) bool) bool {
	if !r.open {
		return true
	}
	r.open = false
	if p := r.profile; p != nil {
		r.profile = nil
		return r.guess && p.sum == 0 || p.end(eof, yield)
	}
	if r.guess && r.at == 0 && !r.note && len(r.g.Ancestors) == 0 && !isCall(r.pending) {
		return true
	}
	r.judge(eof)
	r.endSection()
	if r.reason != "" {
		return yield(nil, &Error{Offset: r.offset, Goroutine: r.g.ID, Truncated: r.truncated, Reason: r.reason})
	}
	r.refineWait()
	return yield(&r.g, nil)
}

// refineWait tells locks apart, which some headers do not.
func (r *record) refineWait() {
	if r.g.Wait == unleak.WaitSemacquire {
		r.g.Wait = lockWait(r.g.Stack)
	}
}

// judge finds out whether the record is whole.
func (r *record) judge(eof bool) {
	unresolved := isCall(r.pending)
	switch {
	case r.reason != "":
	case r.truncated, eof && (unresolved || !r.complete()):
		r.reason, r.truncated = cutShort, true
	case unresolved:
		r.reason = badFrame
	case r.at == 0 && !r.note:
		r.reason = noStack
	}
}

// complete reports whether the stack shows its end: nothing but its creator can
// follow in the text. Goroutine 1 has no creator, nor have the runtime's own.
func (r *record) complete() bool {
	id := r.g.ID
	if n := len(r.g.Ancestors); n > 0 {
		id = r.g.Ancestors[n-1].ID
	}
	if !r.created.IsZero() || r.note && id == 1 {
		return true
	}
	if r.at == 0 {
		return false
	}
	outermost := r.frame(r.nodes[r.at].call).Func
	switch outermost {
	case "main.main", "runtime.runFinalizers", "runtime.runfinq", "runtime.runCleanups":
		return true
	case "runtime.main", "runtime.goexit":
		return id == 1
	}
	return strings.HasSuffix(outermost, ".init") || strings.Contains(outermost, ".init.")
}

// endSection gives what was read to g or to its last ancestor.
func (r *record) endSection() {
	stack := r.stack(r.at)
	if n := len(r.g.Ancestors); n > 0 {
		r.g.Ancestors[n-1].Stack, r.g.Ancestors[n-1].Created = stack, r.created
	} else {
		r.g.Stack, r.g.Created = stack, r.created
	}
	r.at, r.created, r.note, r.pending = 0, unleak.Frame{}, false, r.pending[:0]
}

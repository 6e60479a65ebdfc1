// SPDX-License-Identifier: MIT

package dump

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"runtime"
	"sync"

	"github.com/unleak/unleak"
)

const (
	// readers is how many goroutines read ahead. What they find passes through one
	// that hands it on and has little to do.
	readers = 2
	// partSize is how much of the input one of them reads at a time: enough for the
	// handing over to cost nothing beside.
	partSize = 4 << 20
	// maxPart bounds the goroutines of a part, and so the memory for them.
	maxPart = 8192
)

// An ahead reads an input that can be read anywhere in parts, two at a time. Its
// readers go by the fast path alone. They begin at what looks like a header, and
// nobody knows yet whether it is one: the reader of the whole input takes a part's
// goroutines only when it comes to that very place and would go on by the fast path
// itself. That path looks at nothing before the header, so it would find the same.
type ahead struct {
	parts [readers]chan *part // the n-th part comes from reader n % readers
	next  int64               // the part to ask for
	size  int64
	spare chan *part
	stop  chan struct{}
	ended sync.WaitGroup
}

// A part is the goroutines of the records that fill the input from start to end.
type part struct {
	start, end int64
	goroutines []unleak.Goroutine
}

// newAhead starts reading behind an offset. Its owner calls end.
func newAhead(r io.ReaderAt, from, size int64, maxLine int, s *stacks) *ahead {
	a := &ahead{
		next:  from/size + 1,
		size:  size,
		spare: make(chan *part, 2*readers), // as many as there can be
		stop:  make(chan struct{}),
	}
	for i := range a.parts {
		a.parts[i] = make(chan *part)
	}
	for n := a.next; n < a.next+readers; n++ {
		a.spare <- new(part)
		a.spare <- new(part)
		a.ended.Go(func() { a.read(newLines(io.NewSectionReader(r, 0, math.MaxInt64), maxLine), n, s) })
	}
	return a
}

// end ends the goroutines and waits for that.
func (a *ahead) end() {
	close(a.stop)
	a.ended.Wait()
}

// take returns the part that starts at an offset, or nil. It goes to spare when it
// was used.
func (a *ahead) take(at int64) *part {
	for at/a.size >= a.next {
		p, ok := <-a.parts[a.next%readers]
		if !ok { // there is no such part
			a.next = math.MaxInt64
			return nil
		}
		a.next++
		if p.start == at {
			return p
		}
		a.spare <- p
	}
	return nil
}

// read reads every part of one reader, from its n-th on.
func (a *ahead) read(l *lines, n int64, s *stacks) {
	out := a.parts[n%readers]
	defer close(out)
	rec, c := new(record), newCache(maxCached/readers)
	c.shared = s
	for ; ; n += readers {
		var p *part
		select {
		case p = <-a.spare:
		case <-a.stop:
			return
		}
		c = c.withRoom()
		if !p.read(l, n*a.size, a.size, rec, c) {
			return
		}
		select {
		case out <- p:
		case <-a.stop:
			return
		}
	}
}

// read reads the records whose headers stand in the size bytes from an offset on,
// as far as the fast path takes them. It returns false behind the input's end.
func (p *part) read(l *lines, from, size int64, rec *record, c *cache) bool {
	const border = "\n\n"
	p.start, p.end, p.goroutines = -1, -1, p.goroutines[:0]
	l.jump(from - int64(len(border)))
	if !l.more() {
		return false
	}
	i := bytes.Index(l.window(), []byte(border+headerStart))
	if i < 0 {
		return true
	}
	l.take(i + len(border))
	p.start = l.read
	for l.read < from+size && len(p.goroutines) < maxPart && rec.takeNext(l, c) {
		p.goroutines = append(p.goroutines, rec.g)
	}
	p.end = l.read
	return true
}

// part returns the part that starts where the reader is, or nil. A long input that
// can be read anywhere is read ahead.
func (d *reader) part() *part {
	if d.ahead == nil {
		r, ok := d.lines.r.(*io.SectionReader)
		if !ok || d.lines.read < d.partSize || runtime.GOMAXPROCS(0) == 1 {
			return nil
		}
		d.cache.share(new(stacks))
		d.ahead = newAhead(r, d.lines.read, d.partSize, d.lines.max, d.cache.shared)
	}
	return d.ahead.take(d.lines.read)
}

// A stacks keeps one copy of stacks that are in several caches. Several goroutines
// may use it.
type stacks struct {
	mu   sync.Mutex
	all  map[string][]unleak.Frame
	size int
}

// one returns the first stack that was equal to this one.
func (s *stacks) one(stack []unleak.Frame) []unleak.Frame {
	var key []byte
	for i := range stack {
		f := &stack[i]
		key = append(append(key, f.Func...), 0)
		key = append(append(key, f.File...), 0)
		key = binary.AppendUvarint(key, uint64(f.Line))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.all[string(key)]; ok {
		return known
	}
	if s.all == nil || s.size > maxCached/2 {
		s.all, s.size = make(map[string][]unleak.Frame), 0
	}
	s.all[string(key)] = stack
	s.size += len(key) + 64*len(stack)
	return stack
}

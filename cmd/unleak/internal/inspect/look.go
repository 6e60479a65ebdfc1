// SPDX-License-Identifier: MIT

package inspect

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/profile"
	"github.com/unleak/unleak/internal/diagnose"
	"github.com/unleak/unleak/internal/dump"
)

// pprofCut is where the runtime's own handler cuts a traceback, silently
// (runtime/pprof/pprof.go, writeGoroutineStacks).
const pprofCut = 64 << 20

// A looker reads inputs into looks, and notes what could not be read.
type looker struct {
	filter  Filter
	losses  []unleak.Loss
	noProof string // why the process could not be asked for the proof
}

func (l *looker) lose(kind string, hides bool, format string, args ...any) {
	l.losses = append(l.losses, unleak.Loss{Kind: kind, Hides: hides, Message: fmt.Sprintf(format, args...)})
}

// read reads input in a known format to its end.
func (l *looker) read(in *input, body io.Reader, f format) (*diagnose.Look, *count, error) {
	body, size := measured(body)
	look := &diagnose.Look{Snapshot: unleak.Snapshot{From: in.from, Time: in.time, Format: string(f), Memory: in.memory}}
	c := newCount(l.filter)
	var err error
	if f == profiled {
		err = c.profile(in.from, body, look)
	} else {
		err = c.text(in.from, body, look)
	}
	if err != nil {
		return nil, nil, err
	}
	look.Bytes = size()
	c.tell(look)
	l.account(look, c)
	return look, c, nil
}

// A count is what is counted while one input is read.
type count struct {
	sieve *sieve
	tally diagnose.Tally
	// read is the number of records read, kept or not; unread holds the errors.
	read     int
	unread   int
	reasons  []*dump.Error // the first few
	elided   int           // goroutines whose stack has a gap of known size
	deep     int           // goroutines whose stack lacks its outermost frames
	capped   bool
	skipped  int // goroutines that the filter left out
	mains    int // how often goroutine 1 came: once in each dump
	leftOver error
}

func newCount(f Filter) *count { return &count{sieve: newSieve(f)} }

func (c *count) add(g *unleak.Goroutine) {
	c.read++
	n := max(g.Count, 1)
	if g.ID == 1 {
		c.mains++
	}
	switch {
	case g.Elided > 0:
		c.elided += n
	case g.Elided < 0:
		c.deep += n
	}
	if !c.sieve.keeps(g) {
		c.skipped += n
		return
	}
	c.tally.Add(g)
}

// tell puts what was counted into a look.
func (c *count) tell(look *diagnose.Look) {
	look.Stacks, look.Goroutines, look.Skipped = c.tally.Stacks(), c.tally.Total(), c.skipped
}

// maxReasons is how many unreadable records are told one by one.
const maxReasons = 3

// text counts the goroutines of a traceback or a profile in text.
func (c *count) text(from string, r io.Reader, look *diagnose.Look) error {
	first := new(firstLine)
	o := dump.Options{Outside: func(line []byte) {
		first.see(line)
		look.Deadlock = look.Deadlock || strings.HasPrefix(string(line), deadlock)
	}}
	for g, err := range dump.Read(r, o) {
		var bad *dump.Error
		switch {
		case err == nil:
			look.Proof = look.Proof || g.Leaked && look.Format == string(textProfile)
			c.add(g)
		case errors.As(err, &bad):
			if c.unread++; len(c.reasons) < maxReasons {
				c.reasons = append(c.reasons, bad)
			}
		case errors.Is(err, errTooLarge):
			c.capped = true
		case c.read == 0:
			return err
		default:
			c.leftOver = err
		}
	}
	if c.read+c.unread == 0 {
		return &FormatError{
			From: from, Got: "there is no goroutine in it" + first.String(),
			Try: "give a traceback (of a panic, SIGQUIT or /debug/pprof/goroutine?debug=2), or a goroutine profile",
		}
	}
	return nil
}

// deadlock is how the runtime ends a process in which every goroutine is asleep
// (runtime/proc.go, checkdead).
const deadlock = "fatal error: all goroutines are asleep - deadlock!"

// firstLine keeps the first line of a text that says something.
type firstLine struct{ text string }

func (f *firstLine) see(line []byte) {
	if f.text == "" {
		f.text = strings.TrimSpace(string(line[:min(len(line), 100)]))
	}
}

func (f *firstLine) String() string {
	if f.text == "" {
		return ""
	}
	return fmt.Sprintf("; it starts with %q", f.text)
}

// profile counts the goroutines of a profile in protobuf.
func (c *count) profile(from string, r io.Reader, look *diagnose.Look) error {
	p, err := profile.Parse(r, profile.Options{})
	if err != nil {
		return &FormatError{From: from, Got: "it looks like a profile, but cannot be read as one of goroutines", Try: "fetch /debug/pprof/goroutine again", Err: err}
	}
	for _, g := range p.Goroutines {
		look.Proof = look.Proof || g.Leaked
		c.add(g)
	}
	if !p.Time.IsZero() {
		look.Time = p.Time
	}
	look.Delta = p.Duration
	return nil
}

// mark marks the goroutines that a goroutineleak profile names.
func (c *count) mark(from string, r io.Reader) error {
	body, f, err := recognise(from, r, maxUnpacked)
	if err != nil {
		return err
	}
	if f == profiled {
		p, err := profile.Parse(body, profile.Options{})
		if err != nil {
			return &FormatError{From: from, Got: "it cannot be read as a profile", Try: "leave -leak out", Err: err}
		}
		for _, g := range p.Goroutines {
			c.prove(g)
		}
		return nil
	}
	for g, err := range dump.Read(body, dump.Options{}) {
		if err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
		if g.Leaked {
			c.prove(g)
		}
	}
	return nil
}

// prove marks goroutines as leaked that were counted before. Where none have the
// stack, they came since, or a traceback had left out the middle of it.
func (c *count) prove(g *unleak.Goroutine) {
	if c.tally.Mark(g) == 0 && c.sieve.keeps(g) {
		c.tally.Add(g)
	}
}

// account notes what was not read of an input.
func (l *looker) account(look *diagnose.Look, c *count) {
	if c.unread > 0 {
		var examples []string
		for _, e := range c.reasons {
			examples = append(examples, e.Error())
		}
		more := ""
		if c.unread > len(examples) {
			more = "; and " + unleak.Number(c.unread-len(examples)) + " more"
		}
		l.lose("unreadable", true, "%s: read %s of %s. %s%s.", look.From, unleak.Number(c.read), unleak.Plural(c.read+c.unread, "goroutine header"), strings.Join(examples, "; "), more)
	}
	if look.Format == string(traceback) && look.Bytes == pprofCut {
		l.lose("truncated", true, "%s is exactly 64 MiB, where the runtime cuts a traceback without a word: most goroutines may be missing. Take /debug/pprof/goroutine without debug=2, which is complete.", look.From)
	}
	if c.mains > 1 {
		l.lose("several", false, "%s holds %d dumps, and their goroutines are counted together. To see what grew, write each to a file of its own and compare them with -diff.", look.From, c.mains)
	}
	if c.capped {
		l.lose("capped", true, "%s unpacks to more than %d GiB: the rest was not read. Unpack it and give its parts.", look.From, maxUnpacked>>30)
	}
	if c.leftOver != nil {
		l.lose("unreadable", true, "%s: %v. What came before is in the report.", look.From, c.leftOver)
	}
	if c.elided > 0 {
		l.lose("elided", false, "%s: %s so deep that the runtime printed 50 inner and 50 outer frames.", look.From, stacks(c.elided))
	}
	if c.deep > 0 {
		l.lose("elided", false, "%s: %s cut at the depth that profiles keep (128 frames, before Go 1.23 32): their outermost functions are not known.", look.From, stacks(c.deep))
	}
	if c.skipped > 0 {
		l.lose("filtered", false, "%s: %s not looked at, by %s.", look.From, goroutinesWere(c.skipped), l.filter.String())
	}
}

func stacks(n int) string {
	if n == 1 {
		return "1 stack is"
	}
	return unleak.Number(n) + " stacks are"
}

func goroutinesWere(n int) string {
	if n == 1 {
		return "1 goroutine was"
	}
	return unleak.Number(n) + " goroutines were"
}

// measured returns a reader of the same, and what tells how far it has come.
func measured(r io.Reader) (io.Reader, func() int64) {
	if s, ok := r.(*io.SectionReader); ok {
		return s, func() int64 {
			at, _ := s.Seek(0, io.SeekCurrent) // fails for no place but one before the start
			return at
		}
	}
	c := &counter{r: r}
	return c, func() int64 { return c.n }
}

// counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

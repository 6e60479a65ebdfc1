// SPDX-License-Identifier: MIT

// Package profile reads the goroutines out of goroutine and goroutineleak
// profiles in the protobuf format: /debug/pprof/goroutine and what
// pprof.Lookup("goroutine").WriteTo(w, 0) writes.
//
// What it returns compares with what internal/dump reads of the same process:
// stacks hold the frames that a traceback prints, and waits, which the format
// does not have, are recovered from the runtime's frames.
package profile

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"time"

	pprof "github.com/google/pprof/profile"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump"
)

// Options tunes Read. The zero value is right for most uses.
type Options struct {
	// MaxBytes is how large a profile may be, both as it comes and unpacked.
	// 0 means 64 MiB, room for some hundred thousand distinct stacks.
	MaxBytes int64
}

const defaultMaxBytes = 64 << 20

// A LimitError tells that a profile is larger than allowed.
type LimitError struct {
	MaxBytes int64
	// Read says that the limit is that of what the profile is read to.
	Read bool
}

func (e *LimitError) Error() string {
	if e.Read {
		return fmt.Sprintf("the goroutines of the profile take more than %d bytes; take a traceback, which is read piece by piece", e.MaxBytes)
	}
	return fmt.Sprintf("the profile is larger than %d bytes; raise the limit if its source is to be trusted", e.MaxBytes)
}

// A FormatError tells that the bytes are no profile.
type FormatError struct{ Err error }

func (e *FormatError) Error() string {
	return "this is no profile in pprof's protobuf format; fetch it with debug=0: " + e.Err.Error()
}

func (e *FormatError) Unwrap() error { return e.Err }

// A KindError tells that a profile does not count goroutines.
type KindError struct{ Kind string }

func (e *KindError) Error() string {
	return fmt.Sprintf("this is a profile of %q; fetch the one named goroutine or goroutineleak", e.Kind)
}

// Read returns the goroutines of a profile, one for each stack and set of labels.
// Goroutines without a stack, which Go 1.27 may report, are left out. Where a
// stack was cut at the depth that profiles keep, Elided is -1.
func Read(r io.Reader, o Options) ([]*unleak.Goroutine, error) {
	p, err := Parse(r, o)
	if err != nil {
		return nil, err
	}
	return p.Goroutines, nil
}

// A Profile is what a profile holds.
type Profile struct {
	// Goroutines is what Read returns.
	Goroutines []*unleak.Goroutine
	// Time is when the profile was taken; zero where it does not say so.
	Time time.Time
	// Duration is the time in which the goroutines came, for a profile that
	// tells of a change (?seconds=N); else 0. Those that went are left out.
	Duration time.Duration
}

// Parse returns the goroutines of a profile as Read does, and when it was taken.
func Parse(r io.Reader, o Options) (*Profile, error) {
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	data, err := unpack(r, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	if most := maxWeight * o.MaxBytes; weight(data) > most {
		return nil, &LimitError{MaxBytes: most, Read: true}
	}
	p, err := pprof.ParseUncompressed(data)
	if err == nil {
		err = p.CheckValid()
	}
	if err != nil {
		return nil, &FormatError{err}
	}
	kind := ""
	if len(p.SampleType) > 0 {
		kind = p.SampleType[0].Type
	}
	if kind != "goroutine" && kind != "goroutineleak" {
		return nil, &KindError{kind}
	}
	read := &Profile{Duration: time.Duration(p.DurationNanos)}
	if p.TimeNanos != 0 {
		read.Time = time.Unix(0, p.TimeNanos)
	}
	depth := maxDepth(p)
	for _, s := range p.Sample {
		if g := goroutine(s, depth); g != nil {
			g.Leaked = kind == "goroutineleak"
			read.Goroutines = append(read.Goroutines, g)
		}
	}
	return read, nil
}

// unpack reads all of r, and gunzips what is gzip, up to max bytes.
func unpack(r io.Reader, max int64) ([]byte, error) {
	data, err := readAll(r, max)
	if err != nil || !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, err
	}
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, &FormatError{err}
	}
	return readAll(zr, max)
}

func readAll(r io.Reader, max int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, max+1))
	if err != nil {
		return nil, fmt.Errorf("reading the profile: %w", err)
	}
	if int64(len(data)) > max {
		return nil, &LimitError{MaxBytes: max}
	}
	return data, nil
}

// maxDepth returns how many frames the runtime kept of a stack, runtime.goexit
// included: 128 (GODEBUG=profstackdepth), before Go 1.23 32. pprof drops goexit, so
// that a stack of this many frames has lost its outermost.
func maxDepth(p *pprof.Profile) int {
	const before123 = 32
	for _, s := range p.Sample {
		if stack, _ := frames(s.Location); len(stack) > before123 {
			return 128
		}
	}
	return before123
}

// goroutine returns what a sample says, or nil if it holds nothing.
func goroutine(s *pprof.Sample, depth int) *unleak.Goroutine {
	stack, nilChannel := frames(s.Location)
	if len(stack) == 0 || s.Value[0] <= 0 {
		return nil
	}
	g := &unleak.Goroutine{Count: int(s.Value[0]), Wait: dump.WaitOf(stack), Stack: dump.Visible(stack)}
	switch {
	case nilChannel && g.Wait == unleak.WaitReceive:
		g.Wait = unleak.WaitReceiveNil
	case nilChannel && g.Wait == unleak.WaitSend:
		g.Wait = unleak.WaitSendNil
	}
	if len(stack) >= depth {
		g.Elided = -1
	}
	for key, values := range s.Label {
		if g.Labels == nil {
			g.Labels = make(map[string]string)
		}
		g.Labels[key] = values[0]
	}
	return g
}

// frames returns the stack, innermost frame first, and whether it waits in the
// runtime's check for a nil channel.
func frames(locations []*pprof.Location) (stack []unleak.Frame, nilChannel bool) {
	for _, l := range locations {
		for _, line := range l.Line {
			if line.Function == nil || line.Function.Name == "" {
				continue
			}
			stack = append(stack, unleak.Frame{
				Func: unleak.NormalFunc(dump.CutArguments(line.Function.Name)),
				File: line.Function.Filename,
				Line: int(line.Line),
			})
			nilChannel = nilChannel || isNilCheck(line)
		}
	}
	return stack, nilChannel
}

// isNilCheck reports whether a line is where the runtime parks a goroutine that
// uses a nil channel: in the first lines of chansend and chanrecv, while the park
// for other channels is a hundred lines below (runtime/chan.go).
func isNilCheck(line pprof.Line) bool {
	f := line.Function
	return (f.Name == "runtime.chansend" || f.Name == "runtime.chanrecv") &&
		f.StartLine > 0 && line.Line-f.StartLine < 40
}

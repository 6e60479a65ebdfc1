// SPDX-License-Identifier: MIT

package inspect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/capture"
	"github.com/unleak/unleak/internal/diagnose"
)

// An input is bytes to read goroutines from.
type input struct {
	from   string
	source unleak.Source
	time   time.Time // zero where not known
	body   io.Reader
	io.Closer
	memory *unleak.Memory
	// target is the process that was asked; nil for a file.
	target *capture.Target
}

// open opens what an argument names: standard input, a file, else the address of
// a process. A file of that name wins.
func (i *inspector) open(ctx context.Context, arg string) (*input, error) {
	if arg == "-" {
		return &input{from: "standard input", source: unleak.SourceDump, body: i.In, Closer: io.NopCloser(nil)}, nil
	}
	path := arg
	if !filepath.IsAbs(path) {
		path = filepath.Join(i.Dir, path)
	}
	f, err := os.Open(path)
	switch {
	case err == nil:
		return fileInput(arg, f)
	case !capture.IsTarget(arg):
		return nil, notOpened(arg, err)
	}
	return i.capture(ctx, arg)
}

// A FileError tells of a file that cannot be read.
type FileError struct {
	Name string
	Try  string
	Err  error
}

func (e *FileError) Error() string { return fmt.Sprintf("%s: %v; %s", e.Name, e.Err, e.Try) }

func (e *FileError) Unwrap() error { return e.Err }

func notOpened(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	try := "give a file, an address such as http://localhost:6060, or - for standard input"
	if errors.Is(err, fs.ErrPermission) {
		try = "see who may read it"
	}
	return &FileError{name, try, err}
}

// fileInput makes an open file an input.
func fileInput(name string, f *os.File) (*input, error) {
	in := &input{from: name, source: unleak.SourceDump, body: f, Closer: f}
	st, err := f.Stat()
	switch {
	case err != nil:
	case st.IsDir():
		f.Close()
		return nil, &FileError{name, "give the dumps in it: " + filepath.Join(name, "*"), errors.New("it is a folder")}
	case st.Mode().IsRegular():
		in.time = st.ModTime()
		// To the end, wherever that is by then: it may be written to.
		in.body = io.NewSectionReader(f, 0, math.MaxInt64)
	}
	return in, nil
}

// capture asks a process for its goroutines, and for what it tells of its memory.
func (i *inspector) capture(ctx context.Context, arg string) (*input, error) {
	target, err := capture.Parse(arg)
	if err != nil {
		return nil, err
	}
	fetch := i.client.Goroutines
	if i.Capture.Full {
		fetch = i.client.Full
	}
	in := &input{source: unleak.SourceProcess, target: &target}
	// Before the goroutines: those are read while they come.
	if m, err := i.client.Memory(ctx, target); err == nil { // it need not serve that
		in.memory = &unleak.Memory{Stack: int64(m.StackInuse), Sys: int64(m.Sys)}
	}
	body, err := fetch(ctx, target)
	if err != nil {
		return nil, err
	}
	in.from, in.time, in.body, in.Closer = body.URL, body.At, body, body
	return in, nil
}

// read reads an input and closes it: a look, or where it is a stream of our own,
// the report. Where the user wants the proof, the process is asked for it after the
// stacks, which lose their ages by that.
func (i *inspector) read(ctx context.Context, l *looker, in *input) (*diagnose.Look, *unleak.Report, error) {
	defer in.Close()
	body, f, err := recognise(in.from, in.body, maxUnpacked)
	if err != nil {
		return nil, nil, err
	}
	if f == stream {
		return nil, replay(in.from, body), i.judgedAgain(in.from)
	}
	look, count, err := l.read(in, body, f)
	if err != nil || in.target == nil || !i.Capture.Leak || look.Proof {
		return look, nil, err
	}
	proof, err := i.client.Leaks(ctx, *in.target)
	var unsupported *capture.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		l.noProof = err.Error()
		return look, nil, nil
	case err != nil:
		return nil, nil, err
	}
	defer proof.Close()
	if err := count.mark(proof.URL, proof); err != nil {
		return nil, nil, err
	}
	count.tell(look)
	look.Proof = true
	return look, nil, nil
}

// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/DataDog/gostackparse"
	panicparse "github.com/maruel/panicparse/v2/stack"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump"
)

// A reader reads all of a dump and counts its goroutines and their groups.
type reader struct {
	name string
	read func(io.Reader) (goroutines, groups int, err error)
}

// readers are the contenders. Each groups by what it knows of a stack.
var readers = []reader{
	{"bufio.Scanner", scanLines},
	{"gostackparse", readGostackparse},
	{"panicparse", readPanicparse},
	{"dump.Read", readDump},
}

// read is a process of its own: "read READER FILE", where - is the input.
func read(args []string, stdin io.Reader, stdout io.Writer) error {
	if len(args) != 2 {
		return errors.New("read wants a reader and a file")
	}
	i := slices.IndexFunc(readers, func(r reader) bool { return r.name == args[0] })
	if i < 0 {
		return fmt.Errorf("no reader is named %q", args[0])
	}
	in := stdin
	if args[1] != "-" {
		f, err := os.Open(args[1])
		if err != nil {
			return err
		}
		defer f.Close()
		in = io.NewSectionReader(f, 0, math.MaxInt64) // as unleak inspect opens files
	}
	goroutines, groups, err := readers[i].read(in)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	_, err = fmt.Fprintf(stdout, "%d goroutines in %d groups\n", goroutines, groups)
	return err
}

// scanLines is the yardstick: it walks the lines and does nothing with them but
// to know a header. Its buffer is large: it is faster so.
func scanLines(r io.Reader) (goroutines, groups int, err error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 256<<10), 1<<20)
	for s.Scan() {
		if b := s.Bytes(); len(b) > 0 && b[0] == 'g' && strings.HasPrefix(string(b), "goroutine ") {
			goroutines++
		}
	}
	return goroutines, 0, s.Err()
}

func readDump(r io.Reader) (goroutines, groups int, err error) {
	type group struct {
		wait    unleak.Wait
		stack   *unleak.Frame // equal stacks are one
		created unleak.Frame
	}
	counts := make(map[group]int)
	for g, err := range dump.Read(r, dump.Options{}) {
		if err != nil {
			return 0, 0, err
		}
		goroutines++
		counts[group{g.Wait, &g.Stack[0], g.Created}]++
	}
	return goroutines, len(counts), nil
}

// readGostackparse groups exactly, as dump.Read does: by the texts and not by a
// hash of them alone.
func readGostackparse(r io.Reader) (goroutines, groups int, err error) {
	all, errs := gostackparse.Parse(r)
	if len(errs) > 0 {
		return 0, 0, errs[0]
	}
	counts := make(map[string]int)
	var key []byte
	add := func(f *gostackparse.Frame) {
		key = append(append(key, f.Func...), 0)
		key = append(append(key, f.File...), 0)
		key = binary.AppendUvarint(key, uint64(f.Line))
	}
	for _, g := range all {
		key = append(key[:0], g.State...)
		for _, f := range g.Stack {
			add(f)
		}
		if g.CreatedBy != nil {
			add(g.CreatedBy)
		}
		counts[string(key)]++
	}
	return len(all), len(counts), nil
}

// readPanicparse groups as its tool does by default, without its search for
// source files.
func readPanicparse(r io.Reader) (goroutines, groups int, err error) {
	o := panicparse.DefaultOpts()
	o.AnalyzeSources, o.GuessPaths = false, false
	s, _, err := panicparse.ScanSnapshot(r, io.Discard, o)
	if err != nil && err != io.EOF {
		return 0, 0, err
	}
	if s == nil {
		return 0, 0, errors.New("it found no goroutine")
	}
	return len(s.Goroutines), len(s.Aggregate(panicparse.AnyPointer).Buckets), nil
}

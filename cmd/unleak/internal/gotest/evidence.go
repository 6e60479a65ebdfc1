// SPDX-License-Identifier: MIT

package gotest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/profile"
	"github.com/unleak/unleak/internal/dump"
)

// A binary is what one run of a test binary left in its folder.
type binary struct {
	folder string
	pkg    string
	// tests maps goroutine numbers to the tests that ran on them.
	tests map[uint64]string
	// count is how many tests, subtests, benchmarks and examples began.
	count int
	// left is how many goroutines were there at the end, the main one apart.
	left int
	// ended says that the end record is whole.
	ended bool
	// teardown says that TestMain's teardown had run.
	teardown bool
	// full says that every goroutine's stack was taken, with its creator.
	full       bool
	goroutines []*unleak.Goroutine
	// sizes are those of the files that the end record names.
	sizes map[string]int64
	// faults are the parts of the evidence that could not be read.
	faults []string
}

// An evidence is the folder in which test binaries leave theirs.
type evidence struct {
	dir  string
	read map[string]*binary // by folder, of binaries that have ended
}

// binaries reads what is there. Folders that were read whole before are not read
// again; one without a readable start record is a fault of an unnamed binary.
func (e *evidence) binaries() ([]*binary, error) {
	folders, err := filepath.Glob(filepath.Join(e.dir, "run-*"))
	if err != nil {
		return nil, err
	}
	var list []*binary
	for _, folder := range folders {
		b := e.read[folder]
		if b == nil {
			b = readBinary(folder)
		}
		if b.ended {
			if e.read == nil {
				e.read = make(map[string]*binary)
			}
			e.read[folder] = b
		}
		list = append(list, b)
	}
	return list, nil
}

func newBinary() *binary {
	return &binary{tests: make(map[uint64]string), sizes: make(map[string]int64)}
}

// readBinary reads one folder as far as it goes.
func readBinary(folder string) *binary {
	b := newBinary()
	b.folder = folder
	b.readStart(folder)
	b.readEnd(folder)
	stacks, whole := b.readStacks(filepath.Join(folder, "stacks"))
	all, leaked := b.readProfile(filepath.Join(folder, "goroutines.pb.gz")), b.readProfile(filepath.Join(folder, "leaks.pb.gz"))
	switch {
	case all != nil:
		b.goroutines = addCreators(markLeaked(all, leaked), stacks)
	case whole && stacks != nil:
		b.goroutines = stacks // where it marks what is leaked
	default:
		b.goroutines = addProof(stacks, leaked)
	}
	for name := range b.sizes {
		b.checkSize(filepath.Join(folder, name))
	}
	return b
}

// checkSize notes a file that is not as long as the end record says.
func (b *binary) checkSize(file string) {
	name := filepath.Base(file)
	if slices.ContainsFunc(b.faults, func(f string) bool { return strings.HasPrefix(f, name+": ") }) {
		return
	}
	st, err := os.Stat(file)
	switch want := b.sizes[name]; {
	case want < 0:
		b.fault(file, errors.New("could not be written whole"))
	case err != nil:
		b.fault(file, err)
	case st.Size() != want:
		b.fault(file, fmt.Errorf("cut short: %d bytes of %d", st.Size(), want))
	}
}

func (b *binary) fault(file string, err error) {
	b.faults = append(b.faults, fmt.Sprintf("%s: %v", filepath.Base(file), err))
}

// lines reads a record's lines; a missing record has none.
func (b *binary) lines(file string, each func(key, value string)) {
	data, err := os.ReadFile(file)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			b.fault(file, err)
		}
		return
	}
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		key, value, _ := strings.Cut(s.Text(), " ")
		each(key, value)
	}
}

func (b *binary) readStart(folder string) {
	file := filepath.Join(folder, "start")
	b.lines(file, func(key, value string) {
		if key == "package" {
			pkg, err := strconv.Unquote(value)
			if err != nil {
				b.fault(file, err)
			}
			b.pkg = pkg
		}
	})
}

func (b *binary) readEnd(folder string) {
	file := filepath.Join(folder, "end")
	b.lines(file, func(key, value string) {
		var err error
		switch key {
		case "test":
			id, name, _ := strings.Cut(value, " ")
			var n uint64
			if n, err = strconv.ParseUint(id, 10, 64); err == nil {
				b.tests[n], err = strconv.Unquote(name)
			}
		case "count":
			b.count, err = strconv.Atoi(value)
		case "left":
			b.left, err = strconv.Atoi(value)
		case "teardown":
			b.teardown = value == "true"
		case "full":
			b.full = value == "true"
		case "file":
			name, size, _ := strings.Cut(value, " ")
			b.sizes[name], err = strconv.ParseInt(size, 10, 64)
		case "end":
			b.ended = true
		}
		if err != nil {
			b.fault(file, err)
		}
	})
}

// readStacks reads a traceback as far as it goes, and says whether that is all of
// it.
func (b *binary) readStacks(file string) (list []*unleak.Goroutine, whole bool) {
	f, err := os.Open(file)
	if err != nil {
		return nil, false
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil {
		whole = st.Size() == b.sizes[filepath.Base(file)]
	}
	for g, err := range dump.Read(f, dump.Options{}) {
		if err != nil {
			b.fault(file, err)
			continue
		}
		if g.ID != 1 && !exits(g) {
			kept := *g
			list = append(list, &kept)
		}
	}
	return list, whole
}

func (b *binary) readProfile(file string) []*unleak.Goroutine {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	all, err := profile.Read(f, profile.Options{})
	if err != nil {
		b.fault(file, err)
		return nil
	}
	list := []*unleak.Goroutine{}
	for _, g := range all {
		if !exits(g) && g.Entry().Func != "main.main" && g.Entry().Func != "runtime.main" {
			list = append(list, g)
		}
	}
	return list
}

// exits reports whether the goroutine is the one that exits and writes the
// evidence. A test's own goroutine is not counted as such: it shows that the test
// has not ended.
func exits(g *unleak.Goroutine) bool {
	for _, f := range g.Stack {
		if f.Func == "testing/internal/testdeps.unleakEnd" {
			return !runsTest(g)
		}
	}
	return false
}

// identity is what makes records of one process's profiles the same goroutines:
// code, labels and wait, all written out.
func identity(g *unleak.Goroutine) string {
	return stackText(g.Stack) + g.Labels[label]
}

func stackText(stack []unleak.Frame) string {
	var b strings.Builder
	for _, f := range stack {
		fmt.Fprintf(&b, "%s\x00%s\x00%d\x00", f.Func, f.File, f.Line)
	}
	return b.String()
}

// markLeaked splits the records of all goroutines by what the leak profile says
// of them.
func markLeaked(all, leaked []*unleak.Goroutine) []*unleak.Goroutine {
	counts := make(map[string]int)
	for _, g := range leaked {
		counts[identity(g)] += g.Count
	}
	var out []*unleak.Goroutine
	for _, g := range all {
		id := identity(g)
		n := min(counts[id], g.Count)
		counts[id] -= n
		if n > 0 {
			stuck := *g
			stuck.Count, stuck.Leaked = n, true
			out = append(out, &stuck)
		}
		if n < g.Count {
			rest := *g
			rest.Count -= n
			out = append(out, &rest)
		}
	}
	return out
}

// addProof replaces the leaked goroutines of a traceback that is not whole by those
// of the leak profile.
func addProof(stacks, leaked []*unleak.Goroutine) []*unleak.Goroutine {
	if leaked == nil {
		return stacks
	}
	list := addCreators(leaked, stacks)
	for _, g := range stacks {
		if !g.Leaked {
			list = append(list, g)
		}
	}
	return list
}

// addCreators gives the records of a profile the creation sites that stacks show
// for the same code, where stacks show no labels (before Go 1.26).
func addCreators(records, stacks []*unleak.Goroutine) []*unleak.Goroutine {
	byStack := make(map[string]*unleak.Goroutine)
	for _, g := range stacks {
		byStack[stackText(g.Stack)] = g
	}
	for _, g := range records {
		if s := byStack[stackText(g.Stack)]; s != nil {
			g.Wait, g.Created = s.Wait, s.Created
			if g.Labels[label] == "" {
				g.Creator, g.Ancestors = s.Creator, s.Ancestors
			}
		}
	}
	return records
}

// SPDX-License-Identifier: MIT

// Subject puts goroutines into known waits and shapes, then has the runtime print
// them: as profiles of every form into a folder, or as what a dying process
// writes on standard error. What it knows of them it writes beside.
//
//	subject SCENE FOLDER
//
// The program in the folder above builds and runs it.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump/dumptest"
)

// scenes are all that can be made. A build with cgo adds to them.
func scenes() map[string]func(*scene) {
	all := map[string]func(*scene){
		"waits":     waits,
		"labels":    labels,
		"leaked":    leaked,
		"bubble":    bubble,
		"ancestors": ancestors,
		"minutes":   minutes,
		"quit":      quit,
		"system":    system,
		"panic":     nestedPanic,
		"throw":     throw,
		"deadlock":  deadlock,
		"race":      race,
		"timeout":   timeout,
	}
	maps.Copy(all, cgoScenes())
	return all
}

func main() {
	if len(os.Args) < 3 || scenes()[os.Args[1]] == nil {
		names := slices.Sorted(maps.Keys(scenes()))
		fmt.Fprintln(os.Stderr, "usage: subject SCENE FOLDER; the scenes are", strings.Join(names, ", "))
		os.Exit(2)
	}
	s := &scene{name: os.Args[1], folder: os.Args[2]}
	defer runtime.KeepAlive(s)
	scenes()[s.name](s)
}

// A scene is what the program has made so far.
type scene struct {
	name, folder string
	known        []dumptest.Goroutine
	ends         []func()
}

// Cleanup keeps what f holds, lest the garbage collector close its files. The
// process ends without a call.
func (s *scene) Cleanup(f func()) { s.ends = append(s.ends, f) }

func (s *scene) Fatal(v ...any) { panic(fmt.Sprint(v...)) }

// know adds goroutines; those that do not tell who created them come from the
// place in this goroutine that stands in created.
func (s *scene) know(created unleak.Frame, known ...dumptest.Goroutine) {
	for _, g := range known {
		if g.Created.IsZero() {
			g.Created, g.Creator = created, dumptest.Self()
		}
		s.known = append(s.known, g)
	}
}

// settle gives the goroutines time to reach their waits. If it was too short the
// corpus does not fit what is known, and its test fails.
func (s *scene) settle() { time.Sleep(300 * time.Millisecond) }

// write writes what is known, a goroutine a line; self is the goroutine that is about to make the
// dump, or to die.
func (s *scene) write(self ...dumptest.Goroutine) {
	var b bytes.Buffer
	for _, g := range append(slices.Clone(self), s.known...) {
		if err := json.NewEncoder(&b).Encode(g); err != nil {
			panic(err)
		}
	}
	s.file(".json", b.Bytes())
}

func (s *scene) file(suffix string, data []byte) {
	if err := os.WriteFile(filepath.Join(s.folder, s.name+suffix), data, 0o644); err != nil {
		panic(err)
	}
}

// A form is one of those that package runtime/pprof writes.
type form struct {
	suffix, profile string
	debug           int
}

var (
	plainForms = []form{{".debug2.txt", "goroutine", 2}, {".debug1.txt", "goroutine", 1}, {".pb.gz", "goroutine", 0}}
	leakForms  = []form{{".leak.pb.gz", "goroutineleak", 0}, {".leak.debug1.txt", "goroutineleak", 1}, {".debug2.txt", "goroutine", 2}}
)

// dump writes the forms. The main goroutine is in them as well.
func (s *scene) dump(forms []form) {
	s.settle()
	var self dumptest.Goroutine
	for _, f := range forms {
		var b bytes.Buffer
		self = dumptest.Here(unleak.WaitRunning)
		err := pprof.Lookup(f.profile).WriteTo(&b, f.debug)
		if err != nil {
			panic(err)
		}
		s.file(f.suffix, b.Bytes())
	}
	s.write(self)
}

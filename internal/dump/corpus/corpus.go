// SPDX-License-Identifier: MIT

// Package corpus holds dumps and profiles of programs that knew what they did, in
// every form and as they get pasted, and compares readers with it.
//
// To make it anew, on the releases of Go that bench/corpus names: make corpus.
package corpus

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/dump/dumptest"
)

//go:embed go1.* pasted
var files embed.FS

// A Form is what a file's bytes are.
type Form string

const (
	Traceback Form = "traceback" // debug=2, and what dying processes print
	Text      Form = "text"      // debug=1
	Protobuf  Form = "protobuf"  // debug=0
)

// A File is a dump or a profile, and what is known of it.
type File struct {
	Name  string // such as go1.27/waits.debug2.txt
	Form  Form
	Leaks bool // it is the goroutineleak profile
	Data  []byte
	// Goroutines are those that can be read from the file.
	Goroutines []dumptest.Goroutine
	// Broken are the numbers of those of which only the start is there. A reader
	// is to say so.
	Broken []uint64
}

// A Paste tells how a file in the folder pasted came from another.
type Paste struct {
	File   string
	Of     []string // names of files; each is in it, one behind the other
	Absent []uint64 // numbers of goroutines of which nothing is there
	Broken []uint64 `json:",omitempty"`
}

// All returns the files, in the order of their names.
func All() ([]File, error) {
	var all []File
	folders, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		if folder.Name() == "pasted" {
			continue
		}
		entries, err := files.ReadDir(folder.Name())
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if path.Ext(e.Name()) == ".json" {
				continue
			}
			f, err := load(folder.Name() + "/" + e.Name())
			if err != nil {
				return nil, err
			}
			all = append(all, f)
		}
	}
	pasted, err := loadPasted()
	return append(all, pasted...), err
}

// Before Go 1.21 a traceback ends after 100 frames and says so, but those that it
// hides count: then fewer are shown, and it says nothing (runtime/traceback.go,
// where gentraceback returns nprint).
const shownBefore121 = 98

// load reads NAME.KIND.txt or NAME.pb.gz and NAME.json beside it.
func load(name string) (File, error) {
	f := File{Name: name, Form: Traceback, Leaks: strings.Contains(name, ".leak.")}
	var err error
	if f.Data, err = files.ReadFile(name); err != nil {
		return f, err
	}
	switch {
	case strings.HasSuffix(name, ".pb.gz"):
		f.Form = Protobuf
	case strings.HasSuffix(name, ".debug1.txt"):
		f.Form = Text
	}
	folder, base := path.Split(name)
	scene, _, _ := strings.Cut(base, ".")
	text, err := files.ReadFile(folder + scene + ".json")
	if err != nil {
		return f, err
	}
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		var g dumptest.Goroutine
		if err := dec.Decode(&g); err == io.EOF {
			return f, nil
		} else if err != nil {
			return f, fmt.Errorf("%s%s.json: %w", folder, scene, err)
		}
		if f.Leaks && !g.Leaked {
			continue
		}
		if f.Form == Traceback && (folder == "go1.18/" || folder == "go1.20/") {
			g.Stack = g.Stack[:min(len(g.Stack), shownBefore121)]
		}
		f.Goroutines = append(f.Goroutines, g)
	}
}

func loadPasted() ([]File, error) {
	text, err := files.ReadFile("pasted/pasted.json")
	if err != nil {
		return nil, err
	}
	var all []File
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		var p Paste
		if err := dec.Decode(&p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("pasted/pasted.json: %w", err)
		}
		f := File{Name: "pasted/" + p.File, Broken: p.Broken}
		if f.Data, err = files.ReadFile(f.Name); err != nil {
			return nil, err
		}
		for _, name := range p.Of {
			whole, err := load(name)
			if err != nil {
				return nil, err
			}
			f.Form = whole.Form
			f.Goroutines = append(f.Goroutines, whole.Goroutines...)
		}
		f.Goroutines = slices.DeleteFunc(f.Goroutines, func(g dumptest.Goroutine) bool {
			return slices.Contains(p.Absent, g.ID) || slices.Contains(p.Broken, g.ID)
		})
		all = append(all, f)
	}
}

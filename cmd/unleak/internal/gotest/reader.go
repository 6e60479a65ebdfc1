// SPDX-License-Identifier: MIT

package gotest

import (
	"github.com/unleak/unleak/internal/diagnose"
	"github.com/unleak/unleak/internal/source"
)

// A reader reads the evidence of test binaries that have ended, and the source
// that it leads to, while others still run or go test cleans up: parsing source
// is most of what the tool itself takes.
type reader struct {
	evidence evidence
	tree     *source.Tree
	looks    chan struct{}
	done     chan struct{}
}

// startReader starts a reader of dir. It must be stopped.
func startReader(dir string, tree *source.Tree) *reader {
	r := &reader{evidence{dir: dir}, tree, make(chan struct{}, 1), make(chan struct{})}
	go func() {
		defer close(r.done)
		for range r.looks {
			r.read()
		}
	}()
	return r
}

// look asks the reader to look for what is new. It does not wait.
func (r *reader) look() {
	select {
	case r.looks <- struct{}{}:
	default: // it will look anyway
	}
}

// stop ends the reader and returns what it has read so far. look must not be
// called any more.
func (r *reader) stop() (*evidence, *source.Tree) {
	close(r.looks)
	<-r.done
	return &r.evidence, r.tree
}

// read reads what is new. Judging it has to wait until all is there; what stays of
// it here is the source in the tree.
func (r *reader) read() {
	binaries, err := r.evidence.binaries()
	if err != nil {
		return // told when all is read
	}
	for _, b := range binaries {
		if b.ended && !b.ahead {
			b.ahead = true
			diagnose.Cases(b.leftovers(), r.tree)
		}
	}
}

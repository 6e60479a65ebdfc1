// SPDX-License-Identifier: MIT

package gotest

import (
	"path/filepath"
	"time"

	"github.com/unleak/unleak/internal/diagnose"
	"github.com/unleak/unleak/internal/source"
)

// A reader reads the evidence of test binaries, and the source that it leads to,
// while goroutines settle, other tests run and go test cleans up: parsing source
// is most of what the tool itself takes.
type reader struct {
	evidence evidence
	tree     *source.Tree
	seen     map[string]bool // folders whose source was read
	looks    chan struct{}
	done     chan struct{}
}

// glance is how often a reader looks whether a test binary waits for its
// goroutines to settle, for which it takes 100 ms.
const glance = 20 * time.Millisecond

// startReader starts a reader of dir. It must be stopped.
func startReader(dir string, tree *source.Tree) *reader {
	r := &reader{
		evidence: evidence{dir: dir},
		tree:     tree,
		seen:     make(map[string]bool),
		looks:    make(chan struct{}, 1),
		done:     make(chan struct{}),
	}
	go r.run()
	return r
}

func (r *reader) run() {
	defer close(r.done)
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.settling()
		case _, ok := <-r.looks:
			if !ok {
				return
			}
			r.ended()
		}
	}
}

// look asks the reader to look for binaries that have ended. It does not wait.
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

// settling reads the source of what is left in binaries that still wait for it to
// settle. What they say is no evidence yet.
func (r *reader) settling() {
	files, err := filepath.Glob(filepath.Join(r.evidence.dir, "run-*", "settling"))
	if err != nil {
		return // told when the evidence is read
	}
	for _, file := range files {
		if folder := filepath.Dir(file); !r.seen[folder] {
			b := newBinary()
			b.goroutines, _ = b.readStacks(file)
			r.source(folder, b)
		}
	}
}

// ended reads the evidence of binaries that have ended.
func (r *reader) ended() {
	binaries, err := r.evidence.binaries()
	if err != nil {
		return // told when all is read
	}
	for _, b := range binaries {
		if b.ended && !r.seen[b.folder] {
			r.source(b.folder, b)
		}
	}
}

// source reads the source behind what is left of a binary. Judging it has to wait
// until all is there; what stays of it here is the source in the tree.
func (r *reader) source(folder string, b *binary) {
	r.seen[folder] = true
	diagnose.Cases(b.leftovers(), r.tree)
}

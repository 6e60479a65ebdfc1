// SPDX-License-Identifier: MIT

package monitor

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/unleak/unleak/internal/live"
)

// running is the monitor of this process. It is mutable package state, which this
// project does without elsewhere: the goroutines that it watches belong to the
// process, and Handler and Read must find it from where nobody handed it on, as
// runtime/pprof and expvar do.
var running atomic.Pointer[watcher]

// ErrRunning is the error of a second Start in one process.
var ErrRunning = errors.New("monitor: one runs already, and one is enough for a process; call what its Start returned to end it first")

// Start begins to watch this process, in one goroutine, until stop is called. Stop
// waits until that goroutine has ended, unless that is what calls it, and may be called
// more than once.
//
// The error is an *OptionError where an option cannot be meant, and ErrRunning where a
// monitor runs already; stop is then a function that does nothing.
func Start(o Options) (stop func(), err error) {
	nothing := func() {}
	o, err = o.complete()
	if err != nil {
		return nothing, err
	}
	w := newWatcher(o, newThis(), time.Now)
	if !running.CompareAndSwap(nil, w) {
		return nothing, ErrRunning
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer running.CompareAndSwap(w, nil)
		w.run(ctx)
	}()
	return func() {
		cancel()
		if id, _ := live.Self(); id != w.goroutine.Load() { // else OnFinding calls
			<-ended
		}
	}, nil
}

// run watches until the context ends.
func (w *watcher) run(ctx context.Context) {
	id, _ := live.Self()
	w.goroutine.Store(id)
	tick := time.NewTicker(w.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			w.tick()
		}
	}
}

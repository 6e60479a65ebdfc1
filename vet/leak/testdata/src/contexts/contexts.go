// SPDX-License-Identifier: MIT

package contexts

import "context"

// Who gets the function that cancels, ends what waits for the context.

type watch struct {
	cancel context.CancelFunc
	ended  chan struct{}
}

func start(use func()) *watch {
	ctx, cancel := context.WithCancel(context.Background())
	w := &watch{cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		<-ctx.Done()
		use()
	}()
	return w
}

func below(use func()) context.CancelFunc {
	outer, cancel := context.WithCancel(context.Background())
	inner, stop := context.WithCancel(outer)
	_ = stop
	go func() {
		<-inner.Done()
		use()
	}()
	return func() { cancel() }
}

func wrapped(handle func(path string, quit func(code int))) {
	ctx, cancel := context.WithCancel(context.Background())
	handle("/quit", func(int) { cancel() })
	go func() { <-ctx.Done() }()
}

// Who gets the context alone does not.

func kept(use func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	go func() {
		<-ctx.Done() // want `context: the goroutine blocks for ever on <-ctx.Done\(\)`
	}()
	use(ctx)
}

// To cancel what is below ends nothing above.

func above(use func(context.CancelFunc)) {
	outer, cancel := context.WithCancel(context.Background())
	_ = cancel
	_, stop := context.WithCancel(outer)
	use(stop)
	go func() {
		<-outer.Done() // want `context`
	}()
}
